import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices } from '@vectra/game';
import { expect, it } from 'vitest';
import { ImportedGames } from '../../../src/store/imported.js';
import { LegacyGame, REAL } from '../../legacyScript.js';
import { GameScript, logOf, STARTED } from '../../script.js';
import { recordAll, temporaryFolder } from '../folder.js';
import { run } from '../process.js';
import { inStore, readParquet, storeAll } from './store.js';

const TICKS = ['type=game.tick', 'date=2025-12-07', 'imported.parquet'] as const;
const gameAt = (index: number) =>
  new GameScript(`20251207-${String(index).padStart(16, 'a')}`, [1, 1.2, 0.01], STARTED + index * 60_000);
const told = (game: GameScript) => ({ events: logOf(game.whole(), '0000') });

async function ticks(folder: string): Promise<string[]> {
  return (await readParquet(inStore(folder, ...TICKS))).map(
    (row) => `${String(row.game_id).slice(-1)}:${String(row.tick_count)}`,
  );
}

it('a type and day has one file of imported games, whose games a later import replaces', async () => {
  const folder = await temporaryFolder();
  const first = new ImportedGames(folder);
  for (const index of [0, 1]) await first.add(told(gameAt(index)));
  await first.finish([]);
  expect(await ticks(folder)).toEqual(['0:0', '0:1', '0:2', '1:0', '1:1', '1:2']);
  const again = new ImportedGames(folder);
  await again.add({ events: told(gameAt(1)).events.slice(0, 3) });
  await again.add(told(gameAt(2)));
  await again.finish([]);
  expect(await ticks(folder)).toEqual(['0:0', '0:1', '0:2', '1:0', '1:1', '2:0', '2:1', '2:2']);
});

it('what the log told of a game stands: only what it lacks is added', async () => {
  const folder = await temporaryFolder();
  const game = gameAt(0);
  await recordAll(folder, logOf([game.start(1), ...game.ticks(1)]));
  await storeAll(folder);
  const imported = new ImportedGames(folder);
  await imported.add(told(game));
  await imported.finish([]);
  expect(await ticks(folder)).toEqual(['0:0']);
});

it('recorder import stores what it records, a second one changes nothing, and one that was cut short is made up for', async () => {
  const [old, data] = [await temporaryFolder(), await temporaryFolder()];
  const prices = [...derivePrices(REAL.serverSeed, REAL.id, 'v3').prices, REAL.rugPrice];
  await writeFile(join(old, 'game.jsonl'), `${new LegacyGame(REAL.id, prices).ticks().join('\n')}\n`);
  const env = { RUGS_DATA_DIR: data };
  const count = async () => {
    const sql = 'SELECT count(*) AS n, max(price) AS peak FROM ticks';
    return JSON.parse((await run(['query', '--format', 'json', sql], env)).out) as unknown;
  };
  const stored = [{ n: prices.length, peak: Math.max(...prices) }];
  expect((await run(['import', old], env)).code).toBe(0);
  expect(await count()).toEqual(stored);
  const path = inStore(data, 'type=game.tick/date=2025-12-15/imported.parquet');
  const before = await readFile(path);
  expect((await run(['import', old], env)).code).toBe(0);
  expect(await readFile(path)).toEqual(before);
  await rm(inStore(data), { recursive: true });
  expect((await run(['import', old], env)).code).toBe(0);
  expect(await count()).toEqual(stored);
  expect(await readFile(path)).toEqual(before);
});

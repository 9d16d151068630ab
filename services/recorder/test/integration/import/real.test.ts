import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gameRecording } from '@vectra/protocol';
import { expect, it } from 'vitest';
import { linesIn } from '../../../src/import/account.js';
import { Importer } from '../../../src/import/importer.js';
import { verifyPath } from '../../../src/verify.js';
import { recordings, silent, temporaryFolder } from '../folder.js';

const REAL_DATA = fileURLToPath(new URL('../../../../../../shared/rugs/', import.meta.url));
/** Where the old recordings were made, by their ids, which begin with the UTC day. */
const timeZone = 'America/New_York';

/** The real recordings of the old recorders, unpacked. */
async function unpacked(): Promise<string> {
  const folder = await temporaryFolder();
  const archives = await readdir(join(REAL_DATA, 'recordings'));
  for (const name of archives.filter((each) => each.endsWith('.tar.xz')))
    await promisify(execFile)('tar', ['xJf', join(REAL_DATA, 'recordings', name), '-C', folder]);
  return folder;
}

async function linesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
  return texts.reduce((sum, text) => sum + text.split('\n').length - (text.endsWith('\n') ? 1 : 0), 0);
}

it('real recordings: every line is accounted for, every game that can be whole is, and a second run changes nothing', async () => {
  const [folder, dataFolder] = [await unpacked(), await temporaryFolder()];
  const paths = [folder, join(REAL_DATA, 'captures')];
  const run = () => new Importer({ paths, dataFolder, timeZone, log: silent }).run();
  const report = await run();

  expect(linesIn(report.lines)).toBe(
    (await linesBelow(folder)) + (await linesBelow(join(REAL_DATA, 'captures'))),
  );
  expect(report.lines).toMatchObject({ repaired: 37, unreadable: 1, conflict: 0, blank: 1 });
  expect(report.misdated).toBe(0);
  const by = (outcome: string) => report.games.filter((game) => game.outcome === outcome);
  expect([by('new').length, by('empty').length]).toEqual([231, 8]);
  expect(report.games.filter(({ complete }) => complete)).toHaveLength(213);
  // Nothing is lost without a word.
  for (const { complete, why } of report.games) expect(why.length > 0).toBe(!complete);

  // Two writers left 34 damaged lines in this one; every tick of it is recovered.
  const interleaved = report.games.find(({ gameId }) => gameId === '20251031-a2f8825cbf2148f4');
  expect(interleaved).toMatchObject({ ticks: 32, lost: 0, rugTick: 31, complete: true });

  const before = await recordings(dataFolder);
  const again = await run();
  expect(again.games.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array<string>(8).fill('empty'),
    ...Array<string>(231).fill('unchanged'),
  ]);
  expect(again.lines).toEqual(report.lines);
  expect(await recordings(dataFolder)).toEqual(before);

  const verdicts: string[] = [];
  for await (const { verdict, problems } of verifyPath(dataFolder)) {
    expect(problems).toEqual([]);
    verdicts.push(verdict);
  }
  expect(verdicts.filter((verdict) => verdict === 'verified')).toHaveLength(4);
  expect(verdicts.filter((verdict) => verdict === 'no seed')).toHaveLength(227);
});

it('real recordings: no price is anything but what a row of play said', async () => {
  const [folder, dataFolder] = [await unpacked(), await temporaryFolder()];
  await new Importer({ paths: [folder], dataFolder, timeZone, log: silent }).run();
  const said = new Map<string, Set<number>>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    const rows = text.matchAll(
      /"game_id": "([^"]+)", "tick": (\d+), "price": ([\d.e-]+), "phase": "\w+", "active": true/g,
    );
    for (const [, id = '', tick, price] of rows) {
      const key = `${id}:${tick}`;
      said.set(key, (said.get(key) ?? new Set()).add(Number(price)));
    }
  }
  let compared = 0;
  for (const [name, text] of Object.entries(await recordings(dataFolder))) {
    if (!name.endsWith('.game.json')) continue;
    const { meta, prices } = gameRecording.parse(JSON.parse(text));
    prices.forEach((price, tick) => expect(said.get(`${meta.game_id}:${tick}`)).toContain(price));
    compared += prices.length;
  }
  expect(compared).toBeGreaterThan(37_000);
});

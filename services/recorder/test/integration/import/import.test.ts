import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices } from '@vectra/game';
import { describe, expect, it } from 'vitest';
import { linesIn } from '../../../src/import/account.js';
import { Importer, type ImportedGame, type ImportOptions } from '../../../src/import/importer.js';
import { readLines } from '../../../src/import/input.js';
import { GameScript, logOf } from '../../script.js';
import { LegacyGame, REAL } from '../../legacyScript.js';
import { recordAll, recordings, silent, temporaryFolder } from '../folder.js';

const PRICES = [...derivePrices(REAL.serverSeed, REAL.id, 'v3').prices, REAL.rugPrice];
const game = new LegacyGame(REAL.id, PRICES);
const other = new LegacyGame('20251215-0000000011111111', [1, 2, 0.01]);

/** A folder with these files. */
async function folderOf(files: Record<string, readonly string[]>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, lines] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), lines.map((line) => `${line}\n`).join(''));
  }
  return folder;
}

async function runImport(path: string, dataFolder: string, options: Partial<ImportOptions> = {}) {
  return new Importer({ paths: [path], dataFolder, timeZone: 'UTC', log: silent, ...options }).run();
}

/** The seed of the real game as a raw capture tells it. */
const CAPTURE = JSON.stringify({
  seq: 1,
  ts: '2025-12-15T15:00:00Z',
  event: 'gameStateUpdate',
  data: { gameId: other.id, gameHistory: [{ id: REAL.id, provablyFair: { serverSeed: REAL.serverSeed } }] },
});

describe('an import', () => {
  it('makes recordings of old files, as the recorder would have', async () => {
    const data = await temporaryFolder();
    const report = await runImport(await folderOf({ 'a.jsonl': game.whole() }), data);
    const found = await recordings(data);
    expect(Object.keys(found)).toEqual([
      '2025-12-15/games/20251215T143022_7caf41d6.game.json',
      '2025-12-15/index.json',
      '2025-12-15/jsonl/game_20251215_143022_7caf41d6.jsonl',
    ]);
    expect(report.games).toMatchObject([{ outcome: 'new', complete: true, files: ['a.jsonl'] }]);
  });

  it('a second time changes nothing', async () => {
    const data = await temporaryFolder();
    const folder = await folderOf({
      'a.jsonl': game.ticks(2, 5),
      'b.jsonl': other.whole(),
      'c.jsonl': [CAPTURE],
    });
    await runImport(folder, data);
    const before = await recordings(data);
    const times = await timesIn(data);
    const { games } = await runImport(folder, data);
    expect(games.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    expect(await recordings(data)).toEqual(before);
    expect(await timesIn(data)).toEqual(times);
  });

  it('of two halves is the import of the whole, in either order', async () => {
    const [first, second] = [game.ticks(0, 3), game.ticks(3)];
    const whole = await temporaryFolder();
    await runImport(await folderOf({ 'a.jsonl': first, 'b/c.jsonl': second }), whole);
    const halves = await temporaryFolder();
    await runImport(await folderOf({ 'a.jsonl': first }), halves);
    const { games } = await runImport(await folderOf({ 'a.jsonl': second }), halves);
    expect(games).toMatchObject([{ outcome: 'merged', complete: true, lost: 0 }]);
    expect(await recordings(halves)).toEqual(await recordings(whole));
  });

  it('reads the lines it wrote itself', async () => {
    const [first, second] = [await temporaryFolder(), await temporaryFolder()];
    const folder = await folderOf({ 'a.jsonl': game.whole(), 'b.jsonl': other.ticks(0, 1) });
    await runImport(folder, first);
    await runImport(join(first, 'recordings'), second);
    expect(await recordings(second)).toEqual(await recordings(first));
  });

  it('heals a game recorded long before by a seed of a capture', async () => {
    const data = await temporaryFolder();
    await runImport(await folderOf({ 'a.jsonl': [...game.ticks(0, 2), game.tick(7)] }), data);
    const { games } = await runImport(await folderOf({ 'b.jsonl': [CAPTURE] }), data);
    expect(games).toMatchObject([
      { gameId: other.id, outcome: 'empty' },
      { gameId: REAL.id, outcome: 'merged', complete: true, verified: true, healed: 4 },
    ]);
  });

  it('leaves what the recorder recorded as it is', async () => {
    const data = await temporaryFolder();
    await recordAll(data, logOf(new GameScript(REAL.id, PRICES).whole()));
    const before = await recordings(data);
    const { games } = await runImport(await folderOf({ 'a.jsonl': game.whole() }), data);
    expect(games).toMatchObject([{ outcome: 'unchanged' }]);
    expect(await recordings(data)).toEqual(before);
  });

  it('accounts for every line, and names the damaged ones', async () => {
    const damaged = `${game.tick(0).slice(0, -1)}{"${game.tick(1)}`;
    const lines = [...game.whole().slice(4), '## a comment', '', damaged, 'garbage', ...other.whole()];
    const report = await runImport(await folderOf({ 'a.jsonl': lines }), await temporaryFolder());
    expect(linesIn(report.lines)).toBe(lines.length);
    expect(report.lines).toMatchObject({ repaired: 1, unreadable: 1, other: 1, blank: 1 });
    const line = lines.indexOf(damaged) + 1;
    expect(report.files[0]?.damages).toEqual([
      { line, recovered: 2, lost: 0, reason: null },
      { line: line + 1, recovered: 0, lost: 1, reason: 'no JSON' },
    ]);
  });

  it('tells what it would do, and writes nothing, when asked to', async () => {
    const data = await temporaryFolder();
    const { games } = await runImport(await folderOf({ 'a.jsonl': game.whole() }), data, { dryRun: true });
    expect(games).toMatchObject([{ outcome: 'new', complete: true }]);
    expect(await recordings(data)).toEqual({});
  });

  it('gives every written game to other formats, once', async () => {
    const data = await temporaryFolder();
    const folder = await folderOf({ 'a.jsonl': [...game.whole(), ...game.whole()] });
    const given: ImportedGame[] = [];
    const onGame = (imported: ImportedGame) => Promise.resolve(void given.push(imported));
    await runImport(folder, data, { onGame });
    await runImport(folder, data, { onGame });
    expect(given).toMatchObject([{ gameId: REAL.id }]);
    expect(given[0]?.events).toHaveLength(PRICES.length + 2);
  });

  it('says when its time zone cannot be the right one', async () => {
    const folder = await folderOf({ 'a.jsonl': game.whole() });
    const misdated = async (timeZone: string) =>
      (await runImport(folder, await temporaryFolder(), { timeZone })).misdated;
    expect(await misdated('UTC')).toBe(0);
    expect(await misdated('-11:00')).toBe(1);
  });
});

describe('files that are no recordings', () => {
  it('do not stop it', async () => {
    const folder = await folderOf({ 'a.jsonl': [], 'b.txt': ['x'], 'z.jsonl': game.whole() });
    await writeFile(
      join(folder, 'c.jsonl'),
      Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7) % 256)),
    );
    await symlink('nowhere', join(folder, 'd.jsonl'));
    const report = await runImport(folder, await temporaryFolder());
    expect(report.files.map(({ file, problem }) => [file, problem])).toEqual([
      ['a.jsonl', null],
      ['c.jsonl', null],
      ['z.jsonl', null],
    ]);
    expect(report.passedOver).toEqual(['b.txt', 'd.jsonl']);
    expect(report.games).toMatchObject([{ complete: true }]);
  });

  it('and break off while they are read are named with the reason', async () => {
    // Reading a process's memory from address 0 is an input error, whoever asks.
    const paths = ['/proc/self/mem', await folderOf({ 'z.jsonl': game.whole() })];
    const report = await runImport('', await temporaryFolder(), { paths });
    expect(report.files.map(({ file, problem }) => [file, problem])).toEqual([
      ['mem', expect.stringContaining('EIO')],
      ['z.jsonl', null],
    ]);
    expect(report.games).toMatchObject([{ complete: true }]);
  });
});

describe('a file’s lines', () => {
  const readAll = async (content: string | Buffer, longest?: number) => {
    const path = join(await temporaryFolder(), 'lines');
    await writeFile(path, content);
    const lines: (string | undefined)[] = [];
    for await (const group of readLines(path, () => undefined, longest)) lines.push(...group);
    return lines;
  };

  it('are read whole wherever a chunk ends', async () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `${at} ${'äöü€😀'.repeat(at % 90)}`);
    expect(await readAll(lines.join('\n'))).toEqual(lines);
    expect(await readAll(`${lines.join('\n')}\n`)).toEqual(lines);
  });

  it('are read without a byte order mark, and whatever bytes they have', async () => {
    expect(await readAll('\ufeffa\nb')).toEqual(['a', 'b']);
    expect(await readAll(Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82]))).toEqual(['a\ufffd', '\ufffd']);
  });

  it('that are too long are passed over without being held', async () => {
    const long = 'x'.repeat(1_000_000);
    expect(await readAll(`a\n${long}\nb\n${long}`, 600_000)).toEqual(['a', undefined, 'b', undefined]);
  });
});

async function timesIn(folder: string): Promise<number[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(names.map(async (name) => (await stat(join(folder, name))).mtimeMs));
}

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GameRecording } from '@vectra/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generatedGames, type Summary } from '../../src/index.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const LADDER = { name: 'ladder', initial_balance: 1, entry_tick: 20, num_bets: 2, bet_sizes: [0.01, 0.02] };

function paper(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, 'backtest', ...args], (_, out, err) =>
      resolve({ out, err, code: child.exitCode ?? -1 }),
    );
  });
}

async function folderWith(strategy: object, games: readonly GameRecording[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'vectra-paper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const day = join(folder, 'recordings', '2025-01-01', 'games');
  await mkdir(day, { recursive: true });
  for (const game of games) {
    const name = `${game.meta.start_time.slice(0, 19).replaceAll(/[-:]/g, '')}_${game.meta.game_id.slice(-8)}.game.json`;
    await writeFile(join(day, name), JSON.stringify(game));
  }
  const file = join(folder, 'strategy.json');
  await writeFile(file, JSON.stringify(strategy));
  return { folder, file, games: join(folder, 'recordings'), day };
}

describe('paper backtest', () => {
  const games = [...generatedGames('cli', 30)];

  it('comes to the same over recordings and over the games that were recorded, and writes both reports', async () => {
    const { folder, file, games: recordings } = await folderWith(LADDER, games);
    const out = join(folder, 'report.json');
    const recorded = await paper('--strategy', file, '--games', recordings, '--json', '--out', out);
    const generated = await paper('--strategy', file, '--games', 'generated:30:cli', '--json');
    expect(recorded).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(recorded.out)).toEqual(JSON.parse(generated.out));
    const summary = JSON.parse(recorded.out) as Summary;
    expect(summary).toMatchObject({ games: 30, leftOut: 0, initial: '1' });
    expect(summary.betsPlaced).toBeGreaterThan(0);
    const { backtests } = JSON.parse(await readFile(out, 'utf8')) as {
      backtests: { summary: Summary; games: unknown[]; history: unknown[] }[];
    };
    expect(backtests).toHaveLength(1);
    expect(backtests[0]?.summary).toEqual(summary);
    expect(backtests[0]?.games).toHaveLength(30);
    const html = join(folder, 'report.html');
    expect((await paper('--strategy', file, '--games', recordings, '--out', html)).code).toBe(0);
    const page = await readFile(html, 'utf8');
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it('says in words what it came to, the edge of the house beside it', async () => {
    const { file } = await folderWith(LADDER);
    const { out } = await paper('--strategy', file, '--games', 'generated:200');
    expect(out).toMatch(/^mean return, a game +-?\d.*95 %/m);
    expect(out).toMatch(/^the house +-0\.056 % a tick held; a sidebet brings back 0\.9084/m);
  });

  it('leaves out what has holes or is no recording, says which, and plays the rest', async () => {
    const [first, second] = games;
    if (first === undefined || second === undefined) throw new Error('expected games');
    const holed = { ...second, meta: { ...second.meta, complete: false } };
    const { file, games: recordings, day } = await folderWith(LADDER, [first, holed]);
    await writeFile(join(day, '20250102T000000_damaged0.game.json'), '{"meta":');
    const { out, err, code } = await paper('--strategy', file, '--games', recordings);
    expect(out).toMatch(/^games +1, .* 2 left out/m);
    expect(err).toContain('ticks are missing');
    expect(err).toContain('damaged0');
    expect(code).toBe(0);
  });

  it('plays only the days it is told to', async () => {
    const { file, games: recordings } = await folderWith(LADDER, games);
    const { out } = await paper('--strategy', file, '--games', recordings, '--from', '2025-01-02');
    expect(out).toMatch(/^games +0/m);
  });

  it('compares several strategies, and gives the same to the byte with any number of threads', async () => {
    const { folder, file } = await folderWith(LADDER);
    const other = join(folder, 'other.json');
    await writeFile(other, JSON.stringify({ ...LADDER, name: 'other', entry_tick: 0 }));
    const play = async (jobs: number): Promise<string> => {
      const out = join(folder, `${jobs}.json`);
      const strategies = ['--strategy', file, '--strategy', other, '--strategy', file];
      const { err, code } = await paper(
        ...strategies,
        ...['--games', 'generated:300', '--jobs', String(jobs), '--out', out],
      );
      expect({ err, code }).toEqual({ err: '', code: 0 });
      return readFile(out, 'utf8');
    };
    const alone = await play(1);
    expect(await play(2)).toBe(alone);
    expect(await play(5)).toBe(alone);
    const { backtests } = JSON.parse(alone) as { backtests: { summary: Summary }[] };
    expect(backtests.map(({ summary }) => summary.strategy.name)).toEqual(['ladder', 'other', 'ladder']);
    expect(backtests[0]).toEqual(backtests[2]);
    expect(backtests[0]).not.toEqual(backtests[1]);
  });

  it('plays a game that is there twice once, recordings before generated games, and at most so many', async () => {
    const { file, games: recordings } = await folderWith(LADDER, games.slice(0, 10));
    const sources = ['--games', 'generated:12:cli', '--games', recordings];
    const { out, err } = await paper('--strategy', file, ...sources);
    expect(out).toMatch(/^games +12, .* 10 left out/m);
    expect(err).toContain('is there twice');
    const limited = await paper('--strategy', file, ...sources, '--limit', '11', '--json');
    expect(JSON.parse(limited.out)).toMatchObject({ games: 11 });
  });

  it.each([
    ['--min-peak', '2', ({ meta }: GameRecording) => meta.peak_multiplier >= 2],
    ['--max-peak', '2', ({ meta }: GameRecording) => meta.peak_multiplier <= 2],
    ['--min-ticks', '100', ({ prices }: GameRecording) => prices.length > 100],
    ['--max-ticks', '100', ({ prices }: GameRecording) => prices.length <= 101],
  ])('plays only games that pass %s %s', async (option, value, passes) => {
    const { file } = await folderWith(LADDER);
    const { out } = await paper('--strategy', file, '--games', 'generated:30:cli', option, value, '--json');
    const expected = games.filter(passes).length;
    expect(expected).toBeGreaterThan(0);
    expect(expected).toBeLessThan(30);
    expect(JSON.parse(out)).toMatchObject({ games: expected, leftOut: 0 });
  });

  it('plays only verified games when told so', async () => {
    const [first, second] = games;
    if (first === undefined || second === undefined) throw new Error('expected games');
    const { file, games: recordings } = await folderWith(LADDER, [
      { ...first, meta: { ...first.meta, verified: null } },
      second,
    ]);
    const { out } = await paper('--strategy', file, '--games', recordings, '--verified', '--json');
    expect(JSON.parse(out)).toMatchObject({ games: 1 });
  });

  it('stops at Ctrl-C with status 130, and leaves no report', async () => {
    const { folder, file } = await folderWith(LADDER);
    const out = join(folder, 'never.json');
    const args = ['--strategy', file, '--games', 'generated:9000000', '--out', out];
    const interrupted = async (afterMs: number): Promise<number | null> => {
      const child = execFile(process.execPath, [MAIN, 'backtest', ...args]);
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      setTimeout(() => child.kill('SIGINT'), afterMs);
      return ended;
    };
    // Ended by the signal itself (null): it came before the first line of code. Then it is tried again, later.
    let status: number | null = null;
    for (let wait = 1_000; status === null && wait < 60_000; wait *= 2) status = await interrupted(wait);
    expect(status).toBe(130);
    expect(await readdir(folder)).not.toContain('never.json');
  });

  it.each([
    {
      wrong: 'a strategy that is none',
      given: { name: 'x' },
      games: 'generated:1',
      words: 'initial_balance',
    },
    { wrong: 'no such folder', given: LADDER, games: '/nowhere/at/all', words: '/nowhere/at/all' },
    { wrong: 'no count', given: LADDER, games: 'generated:none', words: 'was "generated:none"' },
  ])('names what is wrong: $wrong', async ({ given, games: source, words }) => {
    const { file } = await folderWith(given);
    const { err, code } = await paper('--strategy', file, '--games', source);
    expect(err).toContain(words);
    expect(code).toBe(1);
  });

  it.each([
    [[]],
    [['--strategy', 'x']],
    [['--strategy', 'x', '--games', 'y', '--from', 'now']],
    [['--out', 'x.pdf']],
    [['--strategy', 'x', '--games', 'y', '--jobs', '0']],
    [['--strategy', 'x', '--games', 'y', '--min-peak', 'high']],
    [['--strategy', 'x', '--games', 'y', '--from', '2025-02-01', '--to', '2025-01-01']],
  ])('refuses %j with status 2', async (args) => {
    const { err, code } = await paper(...args);
    expect(err).toContain('--help');
    expect(code).toBe(2);
  });
});

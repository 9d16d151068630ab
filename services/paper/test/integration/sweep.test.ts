import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Summary, SweepReport } from '../../src/index.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const RIDE = {
  ...{ kind: 'position', name: 'ride', initial_balance: 5, entry_tick: 5 },
  ...{ sizing: { by: 'fraction', of: 0.02 }, take_profit: 1.5 },
};

function run(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], (_, out, err) =>
      resolve({ out, err, code: child.exitCode ?? -1 }),
    );
  });
}

async function strategyFile(strategy: object = RIDE): Promise<{ folder: string; file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'vectra-sweep-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'strategy.json');
  await writeFile(file, JSON.stringify(strategy));
  return { folder, file };
}

describe('paper sweep', () => {
  const grid = ['--vary', 'sizing.of=0.01:0.03:0.01', '--vary', 'take_profit=1.2,1.5,none'];

  it('plays every combination, and gives the same to the byte with any number of threads', async () => {
    const { file } = await strategyFile();
    const sweep = (jobs: string) =>
      run('sweep', '--strategy', file, '--games', 'generated:200', ...grid, '--json', '--jobs', jobs);
    const alone = await sweep('1');
    expect(alone).toMatchObject({ err: '', code: 0 });
    expect(await sweep('2')).toEqual(alone);
    expect(await sweep('3')).toEqual(alone);
    const report = JSON.parse(alone.out) as SweepReport;
    expect(report).toMatchObject({ games: 200, trainGames: 140, testGames: 60, measure: 'mean-return' });
    expect(report.combinations).toHaveLength(9);
    expect(new Set(report.combinations.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(9);
  });

  it('says of the training games what a backtest of them says', async () => {
    const { file } = await strategyFile();
    const swept = await run(
      'sweep',
      '--strategy',
      file,
      '--games',
      'generated:200',
      '--vary',
      'entry_tick=5',
      '--json',
    );
    const tested = await run('backtest', '--strategy', file, '--games', 'generated:140', '--json');
    const { combinations } = JSON.parse(swept.out) as SweepReport;
    const summary = JSON.parse(tested.out) as Summary;
    const train = combinations[0]?.train;
    expect(train).toMatchObject({
      ...{ profit: summary.profit, winRate: summary.winRate, maxDrawdown: summary.maxDrawdown },
      ...{ gamesStaked: summary.gamesStaked, betsPlaced: summary.betsPlaced },
    });
    expect(train?.measures.sharpe).toBe(summary.sharpe);
    expect(train?.measures['mean-return']).toBeCloseTo(summary.meanReturn?.mean ?? NaN, 12);
  });

  it('warns plainly, on the terminal and on the page', async () => {
    const { folder, file } = await strategyFile();
    const html = join(folder, 'sweep.html');
    const { out, code } = await run(
      ...['sweep', '--strategy', file, '--games', 'generated:100', ...grid, '--out', html],
    );
    expect(code).toBe(0);
    expect(out).toContain('9 combinations were tried on the same 70 training games');
    const page = await readFile(html, 'utf8');
    expect(page).toContain('9 combinations were tried');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it.each([
    { vary: 'entry_tick=0:6000:3000', words: 'entry_tick=6000' },
    { vary: 'entrytick=1,2', words: 'entrytick: a strategy of kind position has no such field' },
    { vary: 'take_profit=1.1,0.9', words: 'take_profit=0.9' },
    { vary: 'entry_tick=0:100', words: 'expected a step' },
  ])('refuses a combination that does not fit before anything is played: $vary', async ({ vary, words }) => {
    const { file } = await strategyFile();
    const { err, out, code } = await run(
      'sweep',
      '--strategy',
      file,
      '--games',
      'generated:9000000',
      '--vary',
      vary,
    );
    expect(err).toContain(words);
    expect({ out, code }).toEqual({ out: '', code: 1 });
  });

  it.each([
    [['--vary', 'entry_tick']],
    [['--vary', 'entry_tick=9:1:1']],
    [['--vary', 'entry_tick=1', '--train', '1']],
    [['--vary', 'entry_tick=1', '--rank', 'luck']],
    [['--vary', 'entry_tick=1', '--vary', 'entry_tick=2']],
    [[]],
  ])('refuses %j with status 2', async (args) => {
    const { err, code } = await run('sweep', '--strategy', 'x', '--games', 'generated:10', ...args);
    expect(err).toContain('--help');
    expect(code).toBe(2);
  });

  it('says when there are too few games for a test', async () => {
    const { file } = await strategyFile();
    const { err, code } = await run(
      ...['sweep', '--strategy', file, '--games', 'generated:1', '--vary', 'entry_tick=1'],
    );
    expect(err).toContain('none for training or for the test');
    expect(code).toBe(1);
  });
});

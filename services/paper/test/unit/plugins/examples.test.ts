import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { strategy } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import {
  BacktestRun,
  checkPlugin,
  generatedGames,
  loadBehaviour,
  type Behaviour,
  type Slice,
} from '../../../src/index.js';
import { folderWith, plugin } from './folder.js';

const FOLDER = fileURLToPath(new URL('../../../../../plugins/', import.meta.url));
const GAMES = 30;

function played(given: ReturnType<typeof plugin>, behaviour: Behaviour, games = GAMES): Slice {
  const run = new BacktestRun(given, behaviour);
  for (const game of generatedGames('examples', games)) run.play(game);
  expect(run.session.error).toBeNull();
  return run.take();
}

describe.each(['martingale', 'meanTiming', 'trailing'])('the example %s', (name) => {
  it('orders something, and the same in the same games', async () => {
    const given = strategy.parse(JSON.parse(await readFile(`${FOLDER}${name}.json`, 'utf8')));
    const [first, second] = await Promise.all([loadBehaviour(given, FOLDER), loadBehaviour(given, FOLDER)]);
    const slice = played(given, first);
    expect(slice.history.filter(({ kind }) => kind === 'sidebet' || kind === 'bought')).not.toHaveLength(0);
    expect(played(given, second)).toEqual(slice);
  });
});

it('a martingale doubles after a loss, and begins anew after a win', async () => {
  const given = plugin('martingale', { first: 0.001, cap: 1, entry_tick: 20 });
  const { history } = played(given, await loadBehaviour(given, FOLDER));
  const settled = history.filter((one) => one.kind === 'settled');
  expect(settled.some(({ won }) => won)).toBe(true);
  settled.slice(1).forEach(({ amount }, index) => {
    const before = settled[index];
    expect(Number(amount)).toBeCloseTo(before?.won === true ? 0.001 : Number(before?.amount) * 2, 9);
  });
});

it('a plug-in orders what the same strategy as data does', async () => {
  const ladder = `export default {
    params: { entry: 50, bets: 4 },
    onGameStart({ memory }) { memory.placed = 0; },
    onTick({ memory, sidebet, tick }, { entry, bets }) {
      if (memory.placed >= bets || sidebet !== null || tick < entry + memory.placed * 45) return;
      memory.placed += 1;
      return [{ side: 'sidebet', amount: '0.01' }];
    },
  };`;
  const data = strategy.parse({
    name: 'd',
    initial_balance: 1,
    entry_tick: 50,
    num_bets: 4,
    bet_sizes: [0.01],
  });
  const folder = await folderWith({ 'ladder.js': ladder });
  const asData = played(data, await loadBehaviour(data, folder));
  const given = plugin('ladder');
  expect(played(given, await loadBehaviour(given, folder))).toEqual(asData);
});

it('an error stops its session with the plug-in, the hook and the line, and what is open is settled', async () => {
  const text = `export default {
    onTick({ tick, position }) {
      if (position !== null) throw new Error('no idea');
      return tick === 3 ? [{ side: 'buy', amount: '0.1' }] : undefined;
    },
  };`;
  const given = plugin('one');
  const run = new BacktestRun(given, await loadBehaviour(given, await folderWith({ 'one.ts': text })));
  for (const game of generatedGames('examples', 3)) run.play(game);
  expect(run.session).toMatchObject({ active: false, error: 'plug-in one, onTick, line 3: no idea' });
  const { history } = run.take();
  expect(history.filter(({ kind }) => kind !== 'game').map(({ kind }) => kind)).toEqual([
    'bought',
    'failed',
    'sold',
  ]);
});

describe('paper plugin check', () => {
  it('says what a plug-in did', async () => {
    const { report, isWell } = await checkPlugin(`${FOLDER}trailing.ts`, 20);
    expect(report).toMatch(/^played +20 games/m);
    expect(report).toMatch(/^ordered +[1-9]\d* buys, 0 sidebets/m);
    expect(isWell).toBe(true);
  });

  it('finds what is remembered outside of the memory', async () => {
    const text = `let last = 0;
      export default { onTick({ price }) {
        const rises = price > last; last = price;
        return rises ? [{ side: 'sidebet', amount: '0.001' }] : undefined;
      } };`;
    const folder = await folderWith({ 'forgetful.ts': text });
    const { report, isWell } = await checkPlugin(`${folder}/forgetful.ts`, 20);
    expect(report).toContain('keep what is to be remembered in view.memory');
    expect(isWell).toBe(false);
  });

  it('says why one fails', async () => {
    const folder = await folderWith({
      'bad.ts': 'export default { onTick(view) {\n return view.none.at; } };',
    });
    const { report, isWell } = await checkPlugin(`${folder}/bad.ts`, 20);
    expect(report).toMatch(/^failed +plug-in bad, onTick, line 2: /m);
    expect(isWell).toBe(false);
  });
});

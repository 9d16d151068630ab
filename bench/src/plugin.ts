import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BacktestRun, generatedGames, loadBehaviour } from '@vectra/paper';
import { strategy, type Strategy } from '@vectra/protocol';
import { perSecond, type Comparison } from './report.js';

const GAMES = 300;
const COMMON = { initial_balance: 1000 };
const DATA = strategy.parse({
  ...{ ...COMMON, name: 'ladder', entry_tick: 20, num_bets: 4, bet_sizes: [0.001, 0.002] },
});
const PLUGIN = strategy.parse({ ...COMMON, kind: 'plugin', name: 'ladder', module: 'ladder' });
const LADDER = `export default {
  onGameStart({ memory }) { memory.placed = 0; },
  onTick({ memory, sidebet, tick }) {
    const { placed } = memory;
    if (placed >= 4 || sidebet !== null || tick < 20 + placed * 45) return;
    memory.placed = placed + 1;
    return [{ side: 'sidebet', amount: placed === 0 ? '0.001' : '0.002' }];
  },
};
`;

/** Calls of a plug-in in its sandbox, one a tick, beside the same strategy as data; the bets are the same. */
export async function benchPlugin(dir: string): Promise<Comparison> {
  await writeFile(join(dir, 'ladder.js'), LADDER);
  const games = [...generatedGames('plugin', GAMES)];
  const ticks = games.reduce((sum, { prices }) => sum + prices.length, 0);
  const play = async (played: Strategy): Promise<{ rate: number; cash: string }> => {
    const behaviour = await loadBehaviour(played, dir);
    let cash = '';
    const rate = await perSecond(ticks, () => {
      const run = new BacktestRun(played, behaviour);
      for (const game of games) {
        run.play(game);
        run.take();
      }
      ({ cash } = run.session.trading);
      return Promise.resolve();
    });
    return { rate, cash };
  };
  const data = await play(DATA);
  const plugin = await play(PLUGIN);
  if (plugin.cash !== data.cash) throw new Error(`expected ${data.cash} SOL, were ${plugin.cash}`);
  return {
    ...{ name: 'a ladder as a plug-in, the engine alone', unit: 'ticks/s', ours: plugin.rate },
    ...{ baselineName: 'the same ladder as data', baseline: data.rate },
  };
}

import { BacktestRun, builtIn, generatedGames, playGames, type GamesQuery } from '@vectra/paper';
import { strategy, type GameRecording } from '@vectra/protocol';
import { perSecond, type Comparison } from './report.js';

const GAMES = 3_000;
const SEED = 'bench';
const QUERY: GamesQuery = {
  sources: [`generated:${GAMES}:${SEED}`],
  filter: {
    ...{ from: undefined, to: undefined, minPeak: undefined, maxPeak: undefined },
    ...{ minTicks: undefined, maxTicks: undefined, verified: false },
  },
  limit: undefined,
};
/** Looks at every tick of every game, and bets in most of them: nothing goes broke. */
const LADDER = strategy.parse({
  ...{ name: 'ladder', initial_balance: 1000, entry_tick: 20, num_bets: 4, bet_sizes: [0.001, 0.002] },
});
const SEVERAL = 4;

/** The engine in one thread, and whole backtests with one and with two worker threads. */
export async function benchBacktest(): Promise<Comparison[]> {
  const games = [...generatedGames(SEED, GAMES)];
  const ticks = games.reduce((sum, { prices }) => sum + prices.length, 0);
  const inMemory = await perSecond(ticks, () => Promise.resolve(void highestOf(games)));
  const derived = await perSecond(ticks, () => Promise.resolve(void highestOf(generatedGames(SEED, GAMES))));
  if (LADDER.kind === 'plugin') throw new Error('expected a strategy that is data');
  const behaviour = builtIn(LADDER);
  const engine = await perSecond(ticks, () => {
    const run = new BacktestRun(LADDER, behaviour);
    for (const game of games) {
      run.play(game);
      run.take();
    }
    return Promise.resolve();
  });
  const comparisons: Comparison[] = [
    {
      ...{ name: named('the engine alone, games in memory', engine, ticks), unit: 'ticks/s' },
      ...{ baselineName: 'a loop over the same prices, in memory', baseline: inMemory, ours: engine },
    },
  ];
  for (const strategies of [1, SEVERAL])
    for (const jobs of [1, 2]) {
      const played = ticks * strategies;
      const ours = await perSecond(played, async () => {
        const { games: count } = await playGames({
          ...{ kind: 'backtest', strategies: Array.from({ length: strategies }, () => LADDER) },
          ...{ query: QUERY, jobs, plugins: '' },
        });
        if (count !== GAMES) throw new Error(`expected ${GAMES} games, were ${count}`);
      });
      const what = strategies === 1 ? '1 strategy' : `${strategies} strategies`;
      comparisons.push({
        ...{ name: named(`backtest of ${what}, jobs ${jobs}`, ours, ticks), unit: 'ticks/s', ours },
        ...{ baselineName: 'the same games derived and looped over, in one thread', baseline: derived },
      });
    }
  return comparisons;
}

function highestOf(games: Iterable<GameRecording>): number {
  let highest = 0;
  for (const { prices } of games) for (const price of prices) if (price > highest) highest = price;
  return highest;
}

function named(what: string, ticksPerSecond: number, ticks: number): string {
  const gamesPerSecond = Math.round((ticksPerSecond * GAMES) / ticks).toLocaleString('en');
  return `${what}: ${gamesPerSecond} games/s`;
}

import { placeEvent, strategy, type Draft, type Event } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  BacktestRun,
  builtIn,
  generatedGames,
  MarketReader,
  openSession,
  type Behaviour,
  type Happening,
} from '../../src/index.js';
import { eventsOf } from '../games.js';

const spec = (given: object) => strategy.parse({ name: 'test', initial_balance: 1, ...given });
const strategies = [
  spec({ entry_tick: 0, num_bets: 3, sizing: { by: 'fraction', of: 0.05 } }),
  spec({ entry_tick: 20, num_bets: 5, bet_sizes: [0.001, 0.002, 0.004, 0.008, 0.016] }),
  spec({
    kind: 'position',
    entry_tick: 0,
    sizing: { by: 'fraction', of: 0.2 },
    take_profit: 1.3,
    trailing_stop: 0.15,
  }),
];
/** Looks at everything a strategy may look at. */
const curious: Behaviour = {
  onTick: ({ tick, prices, recentGames, worth, sidebet }) => {
    const peaks = recentGames.reduce((sum, { peak }) => sum + peak, 0);
    const rises = prices.length > 5 && Number(prices.at(-1)) > Number(prices.at(-5));
    if (sidebet !== null || !rises || Math.floor(peaks * 100 + (tick ?? 0)) % 7 !== 0) return undefined;
    return [{ side: 'sidebet', amount: (Number(worth) / 100 + 0.001).toFixed(4) }];
  },
};

describe('a session that is told of games by the log', () => {
  it('does what a backtest of their recordings does, bet by bet, to the last digit', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 12 }), fc.nat({ max: 3 }), (seed, count, which) => {
        const given = strategies[which];
        const behaviour = given === undefined || given.kind === 'plugin' ? curious : builtIn(given);
        const played = given ?? spec({ kind: 'observer' });
        const games = [...generatedGames(seed, count)];
        const backtest = new BacktestRun(played, behaviour);
        for (const game of games) backtest.play(game);
        const reader = new MarketReader();
        let session = openSession('backtest', played);
        const history: Happening[] = [];
        const log = games
          .flatMap((game) => eventsOf(game))
          .map((draft, index): Event => placeEvent(draft, 'abcd', index + 1));
        for (const event of log) {
          const market = reader.read(event);
          if (market === undefined) continue;
          const { prices, recentGames } = reader;
          const step = advance(session, market, { behaviour, prices, recentGames, tradable: true });
          session = step.session;
          history.push(...step.happenings);
        }
        expect(history).toEqual(backtest.result.history);
        expect(session).toEqual(backtest.result.session);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a game that was lost sight of', () => {
  const [game] = [...generatedGames('lost', 40)].filter(
    ({ prices }) => prices.length > 60 && prices.length < 100,
  );
  if (game === undefined) throw new Error('expected a game of that length');
  const drafts = eventsOf(game);
  const live = drafts.slice(0, 4 + 50);
  const lost: Draft = {
    ...{ type: 'game.end', gameId: game.meta.game_id, timestamp: 1, source: 'simulator' },
    data: { reason: 'interrupted', rugTick: null, rugPrice: null, peakMultiplier: '1', tickCount: 49 },
  };
  const sealed = drafts.slice(-1);
  const read = (given: readonly Draft[]) => {
    const reader = new MarketReader();
    return given.flatMap((draft, index) => reader.read(placeEvent(draft, 'abcd', index + 1)) ?? []);
  };

  it('has its rug from its seal, once', () => {
    const rugTick = game.prices.length - 1;
    const told = read([...live, lost, ...sealed, ...sealed]).slice(-2);
    expect(told).toEqual([
      { kind: 'lost', gameId: game.meta.game_id },
      { kind: 'rug', gameId: game.meta.game_id, tick: rugTick, price: game.prices[rugTick] },
    ]);
  });

  it('gives nothing to trade on by what is learnt later', () => {
    const later = drafts
      .slice(54, -2)
      .map((draft) => ({ ...draft, data: { ...draft.data, backfilled: 'seed' } }));
    expect(read([...live, lost, ...(later as Draft[])]).at(-1)).toEqual({
      kind: 'lost',
      gameId: game.meta.game_id,
    });
  });
});

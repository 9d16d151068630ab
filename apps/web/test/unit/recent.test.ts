import { expect, it } from 'vitest';
import { stateOf, type Recent } from '../../src/connection/recent.js';
import { reduce } from '../../src/connection/reduce.js';
import { EMPTY, lastGames, shownGame } from '../../src/connection/state.js';
import { tick } from './events.js';

type Current = NonNullable<Recent['current']>;

const finished: Recent['games'] = [
  { game_id: 'g2', peak_multiplier: 2, rug_tick: 2, verified: null, prices: [1, 2, 0.01] },
  { game_id: 'g1', peak_multiplier: 1, rug_tick: null, verified: true, prices: [1, null, 0.9] },
];

function current(more: Partial<Current> = {}): Current {
  return {
    gameId: 'g3',
    phase: 'ACTIVE_GAMEPLAY',
    cooldownTimer: 0,
    prices: [1, 1.2],
    end: null,
    trades: [],
    ...more,
  };
}

it('is empty before the first game', () => {
  expect(stateOf({ current: null, since: null, games: [] })).toEqual(EMPTY);
});

it('joins the running game where the log goes on', () => {
  const state = reduce(stateOf({ current: current(), since: 'aaaa:9', games: finished }), tick('g3', 2, 1.1));
  expect(state.games.map(({ id, prices }) => ({ id, prices }))).toEqual([
    { id: 'g3', prices: [1, 1.2, 1.1] },
    { id: 'g2', prices: [1, 2, 0.01] },
    { id: 'g1', prices: [1, null, 0.9] },
  ]);
  expect(lastGames(state).map(({ end }) => end)).toEqual([
    { reason: 'interrupted', rugTick: null, rugPrice: null },
    { reason: 'rugged', rugTick: 2, rugPrice: 0.01 },
  ]);
});

it('shows the last game in the countdown of the next', () => {
  const state = stateOf({
    current: current({ prices: [], phase: 'PRESALE', cooldownTimer: 8000 }),
    since: 'aaaa:9',
    games: finished,
  });
  expect(shownGame(state)?.id).toBe('g2');
  expect(state).toMatchObject({ phase: 'PRESALE', cooldownTimer: 8000 });
});

it('shows a game that has just ended once, although it is among the last ones already', () => {
  const ended = current({
    gameId: 'g2',
    phase: 'RUG_EVENT_1',
    prices: [1, 2, 0.01],
    end: { reason: 'rugged', tick: 2, price: 0.01 },
  });
  const state = stateOf({ current: ended, since: 'aaaa:9', games: finished });
  expect(state.games.map(({ id }) => id)).toEqual(['g2', 'g1']);
  expect(state.games[0]?.end).toEqual({ reason: 'rugged', rugTick: 2, rugPrice: 0.01 });
});

it('gives the trades their game', () => {
  const trades: Current['trades'] = [
    { tradeId: 't', username: null, side: 'buy', tickIndex: 1, price: '1', amount: '2' },
  ];
  expect(stateOf({ current: current({ trades }), since: 'aaaa:9', games: [] }).trades).toEqual([
    { ...trades[0], gameId: 'g3' },
  ]);
});

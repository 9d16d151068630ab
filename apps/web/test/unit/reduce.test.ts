import type { Event } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reduce } from '../../src/connection/reduce.js';
import {
  EMPTY,
  isFeedUp,
  KEPT_GAMES,
  KEPT_TRADES,
  lastGames,
  lastPrice,
  shownGame,
} from '../../src/connection/state.js';
import { backfilled, event, phase, rug, sealed, tick, trade } from './events.js';

function after(...events: Event[]) {
  return events.reduce(reduce, EMPTY);
}

describe('a running game', () => {
  it('has its prices by tick, its peak and its phase', () => {
    const state = after(tick('g1', 0, 1), tick('g1', 1, 1.5), tick('g1', 2, 1.2));
    expect(state.games).toEqual([{ id: 'g1', prices: [1, 1.5, 1.2], peak: 1.5, end: null, verified: null }]);
    expect(state.phase).toBe('ACTIVE_GAMEPLAY');
    expect(lastGames(state)).toEqual([]);
  });

  it('keeps the place of ticks that are not known', () => {
    const [game] = after(tick('g1', 3, 1.3), tick('g1', 5, 1.5)).games;
    expect(game?.prices).toEqual([null, null, null, 1.3, null, 1.5]);
    expect(game && lastPrice(game)).toEqual({ tick: 5, price: 1.5 });
  });

  it('gets ticks that became known later at their places, whatever their order', () => {
    const prices = [1, 1.1, 0.9, 1.4, 1.2, 1.3, 0.8];
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
        const late = order.map((at) => backfilled('g1', at, prices[at] ?? 0));
        const state = after(tick('g1', 6, 0.8), ...late);
        expect(state.games[0]).toMatchObject({ prices, peak: 1.4 });
        expect(state.phase).toBe('ACTIVE_GAMEPLAY');
      }),
    );
  });

  it('does not take its phase from a tick that became known later', () => {
    const state = after(tick('g1', 4, 1), phase('g1', 'RUG_EVENT_1'), backfilled('g1', 3, 1.1));
    expect(state.phase).toBe('RUG_EVENT_1');
  });

  it('leaves the state before as it was', () => {
    const before = after(tick('g1', 0, 1));
    const copy = structuredClone(before);
    reduce(before, tick('g1', 1, 2));
    expect(before).toEqual(copy);
  });
});

describe('the rug', () => {
  const rugged = [
    tick('g1', 0, 1),
    tick('g1', 1, 1.27),
    tick('g1', 2, 0.0066, { rugged: true, phase: 'RUG_EVENT_1' }),
    rug('g1', 2, 0.0066, 1.27),
  ];

  it('ends the game, which stays on screen and joins the last ones', () => {
    const state = after(...rugged);
    expect(state.phase).toBe('RUG_EVENT_1');
    expect(shownGame(state)?.end).toEqual({ reason: 'rugged', rugTick: 2, rugPrice: 0.0066 });
    expect(lastGames(state).map(({ id, peak }) => ({ id, peak }))).toEqual([{ id: 'g1', peak: 1.27 }]);
  });

  it('is shown through the countdown, until the next game has a price', () => {
    const countdown = after(...rugged, phase('g2', 'COOLDOWN', 14_900), phase('g2', 'PRESALE', 9_900));
    expect(countdown).toMatchObject({ phase: 'PRESALE', cooldownTimer: 9_900 });
    expect(countdown.games[0]?.id).toBe('g2');
    expect(shownGame(countdown)?.id).toBe('g1');
    const next = [tick('g2', 0, 1)].reduce(reduce, countdown);
    expect(next.cooldownTimer).toBe(0);
    expect(shownGame(next)).toMatchObject({ id: 'g2', prices: [1], end: null });
    expect(lastGames(next).map(({ id }) => id)).toEqual(['g1']);
  });
});

describe('the last games', () => {
  it('are oldest first, and not more than are kept', () => {
    const ids = Array.from({ length: 15 }, (_, i) => `g${i}`);
    const state = after(
      ...ids.flatMap((id) => [tick(id, 0, 1), rug(id, 1, 0.01, 1)]),
      phase('next', 'COOLDOWN', 5),
    );
    expect(lastGames(state).map(({ id }) => id)).toEqual(ids.slice(-KEPT_GAMES));
  });

  it('are completed by their seed, also one whose rug was not seen', () => {
    const lost = event({
      type: 'game.end',
      gameId: 'g1',
      data: { reason: 'interrupted', rugTick: null, rugPrice: null, peakMultiplier: '1.1', tickCount: 1 },
    });
    const state = after(tick('g1', 0, 1), tick('g1', 1, 1.1), lost, sealed('g1', [1, 1.1, 1.6, 0.01]));
    expect(state.games[0]).toEqual({
      id: 'g1',
      prices: [1, 1.1, 1.6, 0.01],
      peak: 1.6,
      end: { reason: 'rugged', rugTick: 3, rugPrice: 0.01 },
      verified: true,
    });
  });

  it('are marked when they do not agree with their seed', () => {
    const bad = sealed('g1', [], { verdict: 'mismatch', complete: false });
    const [game] = after(tick('g1', 0, 1), rug('g1', 1, 0.01, 1), bad).games;
    expect(game).toMatchObject({ verified: false, prices: [1] });
  });

  it('do not come to life by corrections of games that are not kept', () => {
    const state = after(
      tick('g2', 0, 1),
      backfilled('g1', 7, 3),
      sealed('g0', [1, 0.01]),
      rug('g0', 1, 0.01, 1),
    );
    expect(state.games.map(({ id }) => id)).toEqual(['g2']);
  });
});

describe('trades', () => {
  it('are newest first, each once, and not more than are kept', () => {
    const ids = Array.from({ length: 30 }, (_, i) => `t${i}`);
    const state = after(...ids.map((id) => trade(id)), trade('t29'));
    expect(state.trades.map(({ tradeId }) => tradeId)).toEqual(ids.reverse().slice(0, KEPT_TRADES));
    expect(state.trades[0]?.gameId).toBe('g1');
  });
});

describe('the feed', () => {
  const says = (source: string, status: 'connected' | 'reconnecting') =>
    event({ type: 'connection.status', data: { source, status, attempt: 1, reason: null } });

  it('is up as long as one of its connections is, or none has spoken', () => {
    expect(isFeedUp(EMPTY)).toBe(true);
    expect(isFeedUp(after(says('public', 'reconnecting')))).toBe(false);
    expect(isFeedUp(after(says('public', 'reconnecting'), says('chrome', 'connected')))).toBe(true);
    expect(isFeedUp(after(says('public', 'reconnecting'), says('public', 'connected')))).toBe(true);
  });
});

it('passes over events that change nothing on the page', () => {
  const state = after(tick('g1', 0, 1));
  const error = event({ type: 'error', data: { code: 'X', message: 'y' } });
  const raw = event({ type: 'raw.newChatMessage', data: { payload: {} } });
  expect(reduce(reduce(state, error), raw)).toBe(state);
  expect(after(phase(null, 'UNKNOWN')).games).toEqual([]);
});

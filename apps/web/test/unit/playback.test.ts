import { describe, expect, it } from 'vitest';
import { EMPTY, newGame, type Game, type LiveState } from '../../src/connection/state.js';
import { advance, gameAt, otherSpeed, speedWords, type Head } from '../../src/live/playback/head.js';
import { FOLLOWING, viewOf, type Playback } from '../../src/live/playback/view.js';

const running: Game = { ...newGame('g2'), prices: [1, 1.5, 1.2, 2], peak: 2 };
const ended: Game = {
  ...newGame('g1'),
  prices: [1, 3, 0.01],
  peak: 3,
  end: { reason: 'rugged', rugTick: 2, rugPrice: 0.01 },
};
const live: LiveState = { ...EMPTY, phase: 'ACTIVE_GAMEPLAY', games: [running, ended] };

function playback(change: Partial<Playback> = {}): Playback {
  return { ...FOLLOWING, ...change };
}
function head(tick: number, change: Partial<Head> = {}): Head {
  return { gameId: 'g2', tick, playing: false, ...change };
}
function recorded(tick: number, playing = false): Playback {
  const recording = { state: 'ready', id: 'g1', game: ended, startedAt: null } as const;
  return playback({ recording, head: head(tick, { gameId: 'g1', playing }) });
}

describe('the head', () => {
  it('goes four ticks a second, times its speed, and no further than the last tick', () => {
    expect(advance(0, 1_000, { speed: 1, last: 100 })).toBe(4);
    expect(advance(10, 125, { speed: 4, last: 100 })).toBe(12);
    expect(advance(98, 1_000, { speed: 1, last: 100 })).toBe(100);
  });

  it('has a fastest and a slowest speed', () => {
    expect([otherSpeed(1, 1), otherSpeed(1, -1)]).toEqual([2, 0.5]);
    expect([otherSpeed(100, 1), otherSpeed(0.5, -1)]).toEqual([100, 0.5]);
    expect([speedWords(0.5), speedWords(100)]).toEqual(['0.5×', 'max']);
  });

  it('shows nothing of what came after its tick', () => {
    const marks = [0, 2].map((tick) => ({ tick, buys: 1, sells: 0, sidebets: 0 }));
    expect(gameAt({ ...ended, marks, verified: true }, 0)).toEqual({
      ...newGame('g1'),
      prices: [1],
      marks: marks.slice(0, 1),
    });
    expect(gameAt(ended, 2)).toBe(ended);
  });
});

describe('live', () => {
  it('shows the newest tick, and says of what makes no sense there why not', () => {
    const view = viewOf(live, playback());
    expect(view).toMatchObject({ mode: 'live', game: running, isPlaying: true, tick: 3, last: 3 });
    expect(view.shown).toBe(live);
    expect(Object.keys(view.why).sort()).toEqual(['catchUp', 'continuous', 'jump', 'next', 'speed', 'step']);
  });

  it('can be caught up with or skipped while it is paused', () => {
    const view = viewOf(live, playback({ heldSince: 1 }));
    expect(view.isPlaying).toBe(false);
    expect(view.why).not.toHaveProperty('catchUp');
    expect(view.why).not.toHaveProperty('jump');
  });

  it('shows the running game as it stood at an earlier tick, while it goes on', () => {
    const view = viewOf(live, playback({ head: head(1, { playing: true }) }));
    expect(view).toMatchObject({ mode: 'live', isPlaying: true, isPast: false, tick: 1, last: 3 });
    expect(view.game).toMatchObject({ prices: [1, 1.5], peak: 1.5 });
    expect(view.shown.games).toEqual([view.game]);
    expect(view.why).not.toHaveProperty('speed');
    expect(view.why).not.toHaveProperty('jump');
  });

  it('shows the trades up to the tick that is looked at', () => {
    const trade = { tradeId: 'a', username: null, side: 'buy', price: '1', amount: '1' } as const;
    const trades = [
      { ...trade, gameId: 'g2', tickIndex: 2 },
      { ...trade, gameId: 'g2', tickIndex: 1 },
      { ...trade, gameId: 'g1', tickIndex: 1 },
    ];
    const view = viewOf({ ...live, trades }, playback({ head: head(1) }));
    expect(view.shown.trades).toEqual(trades.slice(1, 2));
  });

  it('is followed again when the game that was looked at is not kept any more', () => {
    expect(viewOf(live, playback({ head: head(1, { gameId: 'g0' }) })).shown).toBe(live);
  });

  it('leads to no recorded game before the first has ended', () => {
    const { why } = viewOf({ ...live, games: [running] }, playback());
    expect(why.switch).toBe('No game has ended yet');
    expect(why.previous).toBe('No game has ended yet');
  });
});

describe('recorded', () => {
  it('shows the game in place of the running one, and its rug only at the rug', () => {
    expect(viewOf(live, recorded(1, true))).toMatchObject({
      mode: 'recorded',
      isPlaying: true,
      tick: 1,
      last: 2,
      shown: { phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0 },
      game: { end: null, peak: 3 },
    });
    expect(viewOf(live, recorded(2))).toMatchObject({
      shown: { phase: 'RUG_EVENT_1' },
      game: { end: { rugTick: 2 } },
      why: { step: 'This is the last tick' },
    });
    expect(viewOf(live, recorded(0)).why).toHaveProperty('back');
  });

  it('has nothing to play before it is loaded, and leads back to live all the same', () => {
    const view = viewOf(live, playback({ recording: { state: 'loading', id: 'g1' } }));
    expect(view).toMatchObject({ mode: 'recorded', game: undefined, tick: -1, isPlaying: false });
    expect(view.why).toHaveProperty('toggle');
    expect(view.why).not.toHaveProperty('jump');
    expect(view.why).not.toHaveProperty('switch');
  });
});

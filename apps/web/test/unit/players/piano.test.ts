import type { GameRecording } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import {
  betWindows,
  currentAction,
  gameAt,
  headAt,
  headAtAction,
  headByAction,
  lastTick,
  pianoOf,
  standingAt,
  type PianoGame,
} from '../../../src/players/piano.js';
import { sessionOf } from './session.js';

const [A, B] = ['20251207-aaaaaaaaaaaaaaaa', '20251207-bbbbbbbbbbbbbbbb'];

/** Two games: a presale bet and a trade in A, one in B; A's bet is lost after B was entered. */
const piano = pianoOf(
  sessionOf([
    {
      game_id: A,
      tick: 0,
      action: 'SIDEBET_PLACE',
      bet_start_tick: 0,
      amount: '0.01',
      balance_after: '0.99',
    },
    { game_id: A, tick: 5, action: 'BUY', balance_after: '0.94', position_qty_after: '0.04' },
    { game_id: A, tick: 9, action: 'SELL', pnl: '0.1', balance_after: '1.09', position_qty_after: '0' },
    { game_id: B, tick: 3, action: 'BUY', balance_after: '1.04', position_qty_after: '0.05' },
    { game_id: A, tick: 40, action: 'SIDEBET_LOSE', bet_start_tick: 0, amount: '0', pnl: '-0.01' },
    { game_id: B, tick: 3, action: 'BUY' },
    { game_id: B, tick: 7, action: 'FORCED_SELL', pnl: '-0.2', balance_after: '0.84' },
  ]),
);
const game = (number: number): PianoGame => {
  const found = piano.games[number];
  if (found === undefined) throw new Error(`expected a game ${number}`);
  return found;
};

function recorded(prices: number[], rugTick: number | null): GameRecording {
  const seeds = { server_seed_hash: null, server_seed: null, verified: true };
  const times = { start_time: '2025-12-07T14:30:00.000Z', end_time: null };
  return {
    meta: {
      game_id: A,
      ...times,
      ...seeds,
      duration_ticks: prices.length - 1,
      peak_multiplier: 2,
      rug_tick: rugTick,
      complete: true,
      backfilled_ticks: 0,
    },
    prices,
  };
}

it('plays the games in the order in which the player came to them, each by its ticks', () => {
  expect(piano.games.map(({ id }) => id)).toEqual([A, B]);
  expect(piano.actions.map(({ action, game: of }) => [of, action.tick])).toEqual([
    [0, 0],
    [0, 5],
    [0, 9],
    [0, 40],
    [1, 3],
    [1, 3],
    [1, 7],
  ]);
  expect(pianoOf(sessionOf([])).games).toEqual([]);
});

describe('what is due', () => {
  it.each([
    [0, 1],
    [4, 1],
    [5, 2],
    [8, 2],
    [9, 3],
    [39, 3],
    [40, 4],
  ])('at tick %d are %d actions', (tick, done) => {
    expect(headAt(piano, 0, tick)).toEqual({ game: 0, tick, done });
  });

  it('of one tick comes at once when the clock gets there, and one by one when actions are stepped', () => {
    expect(headAt(piano, 1, 3).done).toBe(2);
    expect(headAtAction(piano, 4)).toEqual({ game: 1, tick: 3, done: 1 });
    expect(headAtAction(piano, 5)).toEqual({ game: 1, tick: 3, done: 2 });
    expect(headAtAction(piano, 7)).toBeUndefined();
  });
});

describe('steps by action', () => {
  it('lead through all games and back', () => {
    const there: number[] = [];
    let head = headAt(piano, 0, 0);
    for (let next = head; ; head = next) {
      there.push(currentAction(piano, head));
      const step = headByAction(piano, head, 'next');
      if (step === undefined) break;
      next = step;
    }
    expect(there).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const back: number[] = [];
    for (let step = headByAction(piano, head, 'previous'); step !== undefined;) {
      back.push(currentAction(piano, step));
      step = headByAction(piano, step, 'previous');
    }
    expect(back).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('lead back to the current action first when the replay has gone on since', () => {
    expect(headByAction(piano, headAt(piano, 0, 7), 'previous')).toEqual({ game: 0, tick: 5, done: 2 });
    expect(headByAction(piano, headAt(piano, 1, 0), 'previous')).toEqual({ game: 0, tick: 40, done: 4 });
  });
});

describe('how the player stands', () => {
  it('is what the server stated last, and unknown where it did not', () => {
    expect(standingAt(piano, headAt(piano, 0, 5))).toMatchObject({
      balance: '0.94',
      position: '0.04',
      pnl: '0',
    });
    expect(standingAt(piano, headAt(piano, 1, 3))).toMatchObject({ balance: null, position: null });
  });

  it('adds up what was realized, exactly, in the game and in the session', () => {
    expect(standingAt(piano, headAt(piano, 0, 9))).toMatchObject({ pnl: '0.1', gamePnl: '0.1' });
    expect(standingAt(piano, headAt(piano, 0, 40))).toMatchObject({ pnl: '0.09', gamePnl: '0.09' });
    expect(standingAt(piano, headAt(piano, 1, 7))).toMatchObject({ pnl: '-0.11', gamePnl: '-0.2' });
  });

  it('begins a game with the balance of the one before, and no word of a position', () => {
    const none = pianoOf(sessionOf([{ game_id: A, tick: 2, action: 'BUY' }], '3'));
    expect(standingAt(none, headAt(none, 0, 0))).toMatchObject({ balance: '3', position: null });
    const traded = pianoOf(
      sessionOf([
        { game_id: A, tick: 2, action: 'SELL', pnl: '1', balance_after: '4', position_qty_after: '2' },
        { game_id: B, tick: 2, action: 'BUY' },
      ]),
    );
    const before = { balance: '4', position: null, pnl: '1', gamePnl: '0' };
    expect(standingAt(traded, headAt(traded, 1, 0))).toMatchObject(before);
  });

  it('counts results that are not known, and leaves other coins out', () => {
    const odd = pianoOf(
      sessionOf([
        { game_id: A, tick: 1, action: 'SHORT_CLOSE' },
        { game_id: A, tick: 2, action: 'SELL', coin: '0xPractice', pnl: '100' },
        { game_id: A, tick: 3, action: 'BUY' },
      ]),
    );
    expect(standingAt(odd, headAt(odd, 0, 3))).toMatchObject({ pnl: '0', unknown: 1 });
  });
});

describe('the game at the playhead', () => {
  it('has the prices up to there, and its rug when that has come', () => {
    const recording = recorded([1, 2, 3, 0.01], 3);
    const running = gameAt(game(0), recording, headAt(piano, 0, 2));
    expect(running).toMatchObject({ prices: [1, 2, 3], peak: 3, end: null });
    const over = gameAt(game(0), recording, headAt(piano, 0, 3));
    expect(over.end).toEqual({ reason: 'rugged', rugTick: 3, rugPrice: 0.01 });
  });

  it('lasts to the rug, or to the last action where that is later or no rug is known', () => {
    expect(lastTick(game(0), recorded([1, 2, 3], 2))).toBe(40);
    expect(
      lastTick(
        game(1),
        recorded(
          Array.from({ length: 21 }, () => 1),
          20,
        ),
      ),
    ).toBe(20);
    expect(lastTick(game(1), null)).toBe(7);
  });

  it('that was not recorded has the prices of the actions, and holes between', () => {
    const shown = gameAt(game(1), null, headAt(piano, 1, 4));
    expect(shown.prices).toEqual([null, null, null, 1.25, null]);
    expect(shown.end).toBeNull();
  });
});

describe('the window of a sidebet', () => {
  it('covers 40 ticks, and is open until it is settled', () => {
    expect(betWindows(game(0), headAt(piano, 0, 39))).toEqual([{ from: 0, to: 40, state: 'open' }]);
    expect(betWindows(game(0), headAt(piano, 0, 40))).toEqual([{ from: 0, to: 40, state: 'lost' }]);
  });

  it('is that of the bet which won, also when its placing was not told', () => {
    const won = pianoOf(sessionOf([{ game_id: A, tick: 60, action: 'SIDEBET_WIN', bet_start_tick: 30 }]));
    const [only] = won.games;
    if (only === undefined) throw new Error('expected a game');
    expect(betWindows(only, headAt(won, 0, 60))).toEqual([{ from: 30, to: 70, state: 'won' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { buttonsAt, hasShorts, heldFor } from '../../../src/players/buttons.js';
import { headAt, headAtAction, pianoOf } from '../../../src/players/piano.js';
import { sessionOf } from './session.js';

const GAME = '20251207-aaaaaaaaaaaaaaaa';
const session = sessionOf([
  { game_id: GAME, tick: 5, action: 'BUY', amount: '0.05' },
  { game_id: GAME, tick: 5, action: 'SIDEBET_PLACE', amount: '0.01', bet_start_tick: 5 },
  { game_id: GAME, tick: 8, action: 'BUY', amount: '0.02' },
  { game_id: GAME, tick: 20, action: 'FORCED_SELL', amount: '0.001' },
  { game_id: GAME, tick: 20, action: 'SIDEBET_WIN', amount: '0.05', bet_start_tick: 5 },
]);
const piano = pianoOf(session);
const [game] = piano.games;
if (game === undefined) throw new Error('expected a game');

function pressedAt(tick: number, held = 1): string[] {
  if (game === undefined) return [];
  return buttonsAt(game, headAt(piano, 0, tick), held).flatMap(({ name, isPressed }) =>
    isPressed ? [name] : [],
  );
}

describe('a button', () => {
  it('is pressed at the tick of its action, and at no other', () => {
    expect([4, 5, 6, 7, 8, 9].map((tick) => pressedAt(tick))).toEqual([
      [],
      ['BUY', 'SIDEBET'],
      [],
      [],
      ['BUY'],
      [],
    ]);
  });

  it('is held for as long as it takes to be seen while the replay runs', () => {
    expect(pressedAt(6, 2)).toEqual(['BUY', 'SIDEBET']);
    expect(pressedAt(7, 2)).toEqual([]);
    expect([heldFor(false, 16), heldFor(true, 0.5), heldFor(true, 1), heldFor(true, 4)]).toEqual([
      1, 1, 2, 8,
    ]);
  });

  it('of one tick is not pressed before its action is stepped to', () => {
    const head = headAtAction(piano, 0);
    if (head === undefined) throw new Error('expected an action');
    const [buy, , sidebet] = buttonsAt(game, head, 1);
    expect([buy?.isPressed, sidebet?.isPressed]).toEqual([true, false]);
  });

  it('shows the amount of its newest press', () => {
    const amounts = [4, 5, 8].map(
      (tick) => buttonsAt(game, headAt(piano, 0, tick), 1)[0]?.last?.amount ?? null,
    );
    expect(amounts).toEqual([null, '0.05', '0.02']);
  });

  it('is not pressed by what comes by itself, which is told below it', () => {
    const [, sell, sidebet] = buttonsAt(game, headAt(piano, 0, 20), 1);
    expect(sell).toMatchObject({ isPressed: false, last: null, told: { action: 'FORCED_SELL' } });
    expect(sidebet).toMatchObject({ isPressed: false, last: { tick: 5 }, told: { action: 'SIDEBET_WIN' } });
    expect(pressedAt(20)).toEqual([]);
  });
});

it('for shorts is there for those who use it', () => {
  expect(hasShorts(session.actions)).toBe(false);
  expect(hasShorts([{ action: 'SHORT_OPEN' }])).toBe(true);
});

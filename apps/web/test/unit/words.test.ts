import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newGame } from '../../src/connection/state.js';
import { amountWords, duration, multiplier, rugWords, secondsLeft, tone } from '../../src/app/words.js';

describe('a multiplier', () => {
  it.each([
    [1.2689, '1.27'],
    [123.456, '123.46'],
    [0.8, '0.80'],
    [0.0661, '0.066'],
    [0.00661, '0.0066'],
    [0, '0.00'],
    [-0.02, '0.00'],
    [1e-12, '0.00'],
  ])('of %d is written %s', (price, words) => expect(multiplier(price)).toBe(words));

  it('is never off by more than a twentieth, down to a thousandth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 5000, noNaN: true }), (price) => {
        expect(Math.abs(Number(multiplier(price)) - price)).toBeLessThanOrEqual(price * 0.051);
      }),
    );
  });
});

it('tells how a game ended', () => {
  const game = { ...newGame('g'), peak: 1.2689 };
  expect(rugWords(game)).toBe('');
  const rugged = { reason: 'rugged', rugTick: 229, rugPrice: 0.00661 } as const;
  expect(rugWords({ ...game, end: rugged })).toBe('RUGGED at tick 229, 0.0066x, peak 1.27x');
  const lost = { reason: 'interrupted', rugTick: null, rugPrice: null } as const;
  expect(rugWords({ ...game, end: lost })).toBe('Lost sight of, peak 1.27x');
});

it('counts the second that runs as left', () => {
  expect([15_000, 14_900, 100, 0].map(secondsLeft)).toEqual([15, 15, 1, 0]);
});

it('writes durations shortly', () => {
  expect([0, 83.4, 999, 2340, 190_000].map(duration)).toEqual(['0 ms', '83 ms', '999 ms', '2.3 s', '3 min']);
});

it('writes amounts with their unit, and says which are practice', () => {
  expect(amountWords({ amount: '4.158855049' })).toBe('4.159 SOL');
  expect(amountWords({ amount: '0.001', coin: 'solana' })).toBe('0.001 SOL');
  expect(amountWords({ amount: '5000', coin: '0xPractice' })).toBe('5000 practice');
});

it('has a tone for a loss, a gain, a high and a very high price', () => {
  expect([0.99, 1, 2, 10].map(tone)).toEqual(['loss', 'gain', 'high', 'moon']);
});

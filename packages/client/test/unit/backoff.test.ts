import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from '../../src/index.js';

it('waits up to 0.25 s first, twice as long each time, 10 s at most', () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7, 100].map((attempt) => backoff(attempt, () => 1));
  expect(ceilings).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

it('spreads over the whole range', () => {
  const attempts = fc.integer({ min: 1, max: 2000 });
  fc.assert(
    fc.property(attempts, fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      expect(backoff(attempt, () => random)).toBeCloseTo(random * backoff(attempt, () => 1));
    }),
  );
});

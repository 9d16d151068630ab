import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { busyDelay, retryDelay } from '../../src/retry.js';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempts = fc.integer({ min: 1, max: 10_000 });

describe('the time before a connection is tried again', () => {
  it('doubles, and half of it is left to chance', () => {
    expect([1, 2, 3, 4].map((attempt) => retryDelay(attempt, 500, () => 0))).toEqual([
      250, 500, 1_000, 2_000,
    ]);
    expect([1, 2, 3, 4].map((attempt) => retryDelay(attempt, 500, () => 1))).toEqual([
      500, 1_000, 2_000, 4_000,
    ]);
  });

  it('is 15 s at most, however long the outage', () => {
    fc.assert(
      fc.property(attempts, chance, (attempt, random) => {
        const delay = retryDelay(attempt, 500, () => random);
        expect(delay).toBeGreaterThanOrEqual(250);
        expect(delay).toBeLessThanOrEqual(15_000);
      }),
    );
  });

  it('is far longer for a server that has too much to do', () => {
    fc.assert(
      fc.property(attempts, chance, (attempt, random) => {
        const delay = busyDelay(attempt, () => random);
        expect(delay).toBeGreaterThanOrEqual(5_000);
        expect(delay).toBeLessThanOrEqual(180_000);
        expect(delay).toBeGreaterThan(retryDelay(attempt, 500, () => random));
      }),
    );
  });
});

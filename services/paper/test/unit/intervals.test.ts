import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanInterval, momentsOf, randomFrom, wilson } from '../../src/index.js';

/** Numbers that are about normally distributed. */
function normal(seed: number, count: number): number[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const [u, v] = [1 - random(), random()];
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  });
}

describe("Wilson's interval", () => {
  it('is what the textbooks give', () => {
    const interval = wilson(20, 100);
    expect(interval?.low).toBeCloseTo(0.1334, 4);
    expect(interval?.high).toBeCloseTo(0.2888, 4);
    expect(wilson(0, 10)).toMatchObject({ low: 0 });
    expect(wilson(10, 10)).toMatchObject({ high: 1 });
    expect(wilson(0, 0)).toBeNull();
  });

  it('holds the share, and lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (hits, misses) => {
        fc.pre(hits + misses > 0);
        const { low, high } = wilson(hits, hits + misses) ?? { low: NaN, high: NaN };
        const share = hits / (hits + misses);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(share);
        expect(high).toBeGreaterThanOrEqual(share);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the interval of a mean', () => {
  it('is that of the normal distribution where the values are normal, and says so', () => {
    const values = normal(1, 2_000);
    const { deviation } = momentsOf(values);
    const interval = meanInterval(values);
    expect(interval?.method).toBe('normal');
    expect((interval?.high ?? 0) - (interval?.low ?? 0)).toBeCloseTo(
      (2 * 1.96 * deviation) / Math.sqrt(2_000),
      4,
    );
  });

  it('is drawn from the values where they are few, skewed, or have heavy tails', () => {
    expect(meanInterval(normal(2, 50))?.method).toBe('bootstrap');
    expect(meanInterval(normal(3, 2_000).map(Math.exp))?.method).toBe('bootstrap');
    expect(meanInterval(normal(4, 2_000).map((value) => value ** 3))?.method).toBe('bootstrap');
  });

  it('drawn from values is close to the normal one where both hold', () => {
    const few = normal(5, 99);
    const { mean, deviation } = momentsOf(few);
    const margin = (1.96 * deviation) / Math.sqrt(99);
    const interval = meanInterval(few);
    expect(Math.abs((interval?.low ?? 0) - (mean - margin))).toBeLessThan(margin / 3);
    expect(Math.abs((interval?.high ?? 0) - (mean + margin))).toBeLessThan(margin / 3);
  });

  it('of skewed values, as of sidebets, holds their true mean about as often as it says', () => {
    const random = randomFrom(6);
    const tries = 300;
    let held = 0;
    for (let index = 0; index < tries; index++) {
      const bets = Array.from({ length: 400 }, () => (random() < 0.18 ? 4 : -1));
      const interval = meanInterval(bets);
      if (interval !== null && interval.low <= -0.1 && interval.high >= -0.1) held += 1;
    }
    expect(held / tries).toBeGreaterThan(0.89);
    expect(held / tries).toBeLessThan(0.99);
  });

  it('is unknown before the second value, and the same whenever it is asked for', () => {
    expect(meanInterval([])).toBeNull();
    expect(meanInterval([1])).toBeNull();
    const values = normal(7, 60);
    expect(meanInterval(values)).toEqual(meanInterval([...values]));
  });
});

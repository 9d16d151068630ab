import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotsOf } from '../../../src/index.js';

describe('slots among instances', () => {
  it('are all of a single one, and none of an instance that is not known to live', () => {
    expect(slotsOf('a', ['a'], 3)).toEqual([0, 1, 2]);
    expect(slotsOf('b', ['a'], 3)).toEqual([]);
    expect(slotsOf('a', [], 3)).toEqual([]);
  });

  it('are each of exactly one, evenly, however the instances are listed', () => {
    const instances = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(instances, fc.integer({ min: 1, max: 40 }), (living, slots) => {
        const shares = living.map((instance) => slotsOf(instance, [...living].reverse(), slots));
        expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: slots }, (_, slot) => slot));
        const counts = shares.map(({ length }) => length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partName } from '../../../src/store/names.js';
import type { Part } from '../../../src/store/parts.js';
import { planMerges } from '../../../src/store/plan.js';

const TODAY = '2025-12-08';
const TICKS_YESTERDAY = 'type=game.tick/date=2025-12-07';
const TICKS_TODAY = 'type=game.tick/date=2025-12-08';

const part = (first: number, last: number, bytes = 1_000, epoch = '8f3a'): Part => ({
  epoch,
  first,
  last,
  bytes,
  name: partName({ epoch, first, last }),
});

it('yesterday becomes one file a type and epoch', () => {
  const parts = [part(1, 10), part(11, 20), part(25, 30), part(1, 4, 1_000, 'c0de')];
  expect(planMerges(new Map([[TICKS_YESTERDAY, parts]]), TODAY)).toEqual([
    { folder: TICKS_YESTERDAY, parts: parts.slice(0, 3), name: '1-30.8f3a.parquet', overlap: false },
  ]);
});

it('today waits until it has many small files, and leaves its large ones alone', () => {
  const large = part(1, 10, 9_000_000);
  const small = Array.from({ length: 32 }, (_, index) => part(11 + index, 11 + index));
  expect(planMerges(new Map([[TICKS_TODAY, [large, ...small.slice(1)]]]), TODAY)).toEqual([]);
  expect(planMerges(new Map([[TICKS_TODAY, [large, ...small]]]), TODAY)).toEqual([
    { folder: TICKS_TODAY, parts: small, name: '11-42.8f3a.parquet', overlap: false },
  ]);
});

it('files that may hold the same rows are merged at once', () => {
  const parts = [part(1, 20), part(1, 10), part(21, 30)];
  const [merge, ...others] = planMerges(new Map([[TICKS_TODAY, parts]]), TODAY);
  expect(merge).toMatchObject({ name: '1-30.8f3a.parquet', overlap: true });
  expect(others).toEqual([]);
});

it('after a merge there is nothing left to do, and no part is left out', () => {
  const parts = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(9)), { selector: (pair) => pair.join() })
    .map((ranges) => ranges.map(([first, length]) => part(first, first + length)));
  fc.assert(
    fc.property(parts, fc.constantFrom(TICKS_TODAY, TICKS_YESTERDAY), (given, folder) => {
      let left = given;
      for (const merge of planMerges(new Map([[folder, given]]), TODAY)) {
        const { name, parts: merged } = merge;
        const [first, last] = [
          Math.min(...merged.map((p) => p.first)),
          Math.max(...merged.map((p) => p.last)),
        ];
        expect(name).toBe(partName({ epoch: '8f3a', first, last }));
        left = [...left.filter((each) => !merged.includes(each)), part(first, last)];
      }
      expect(planMerges(new Map([[folder, left]]), TODAY)).toEqual([]);
      if (folder === TICKS_YESTERDAY) expect(left.length).toBe(Math.min(1, given.length));
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriceHistory } from '../../src/index.js';

const entries = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.double({ min: 0, max: 100, noNaN: true })));

describe('the price history of a game', () => {
  it('knows what a map of the first price of each tick knows, in whatever order they came', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const history = new PriceHistory();
        const model = new Map<number, number>();
        for (const [tick, price] of list) {
          const known = model.get(tick);
          const expected = known === undefined ? 'new' : known === price ? 'same' : 'conflict';
          expect(history.set(tick, price)).toBe(expected);
          if (known === undefined) model.set(tick, price);
        }
        const last = Math.max(-1, ...model.keys());
        const ticks = Array.from({ length: last + 1 }, (_, tick) => tick);
        expect(history.lastTick).toBe(last);
        expect(history.known).toBe(model.size);
        expect(history.peak).toBe(Math.max(0, ...model.values()));
        expect(history.prices()).toEqual(ticks.map((tick) => model.get(tick)));
        const missing = history.holes().flatMap(({ from, to }) => ticks.slice(from, to + 1));
        expect(missing).toEqual(ticks.filter((tick) => !model.has(tick)));
        expect(history.isComplete(last)).toBe(last >= 0 && missing.length === 0);
        expect(history.contiguous()).toEqual(history.prices().slice(0, missing[0] ?? last + 1));
      }),
    );
  });

  it('counts ticks beyond the last as unknown', () => {
    const history = new PriceHistory();
    history.set(0, 1);
    expect(history.holes(3)).toEqual([{ from: 1, to: 3 }]);
    expect(history.isComplete(3)).toBe(false);
  });

  it('refuses a tick that cannot be one', () => {
    for (const tick of [-1, 1.5, Number.NaN, 100_001])
      expect(() => new PriceHistory().set(tick, 1)).toThrow(RangeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriceHistory } from '../../src/priceHistory.js';

const anyTick = fc.nat({ max: 40 });
const anyPrice = fc.double({ min: 0, max: 50, noNaN: true });
const settings = fc.array(fc.tuple(anyTick, fc.oneof(anyPrice, fc.constantFrom(0, 1, 2))));

function historyOf(prices: Iterable<readonly [tick: number, price: number]>): PriceHistory {
  const history = new PriceHistory();
  for (const [tick, price] of prices) history.set(tick, price);
  return history;
}

/** The unknown ticks, one by one. */
function unknownTicks(history: PriceHistory, through?: number): number[] {
  return history
    .holes(through)
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, offset) => from + offset));
}

describe('a price history', () => {
  it('is empty at first', () => {
    const history = new PriceHistory();
    expect(history.lastTick).toBe(-1);
    expect(history.known).toBe(0);
    expect(history.peak).toBe(0);
    expect(history.holes()).toEqual([]);
    expect(history.prices()).toEqual([]);
    expect(history.contiguous()).toEqual([]);
    expect(history.isComplete(0)).toBe(false);
  });

  it('keeps the first price of a tick and tells of another one', () => {
    const history = new PriceHistory();
    expect(history.set(3, 1.5)).toBe('new');
    expect(history.set(3, 1.5)).toBe('same');
    expect(history.set(3, 9)).toBe('conflict');
    expect(history.get(3)).toBe(1.5);
    expect(history.peak).toBe(1.5);
  });

  it('answers as a map of ticks would', () => {
    fc.assert(
      fc.property(settings, (entries) => {
        const model = new Map<number, number>();
        const history = new PriceHistory();
        for (const [tick, price] of entries) {
          const before = model.get(tick);
          if (before === undefined) model.set(tick, price);
          const outcome = before === undefined ? 'new' : before === price ? 'same' : 'conflict';
          expect(history.set(tick, price)).toBe(outcome);
        }
        const lastTick = Math.max(-1, ...model.keys());
        const ticks = Array.from({ length: lastTick + 1 }, (_, tick) => tick);
        expect(history.lastTick).toBe(lastTick);
        expect(history.known).toBe(model.size);
        expect(history.peak).toBe(Math.max(0, ...model.values()));
        expect(history.prices()).toEqual(ticks.map((tick) => model.get(tick)));
        for (const tick of [...ticks, lastTick + 1]) {
          expect(history.has(tick)).toBe(model.has(tick));
          expect(history.get(tick)).toBe(model.get(tick));
        }
      }),
    );
  });

  it('lists its holes in order, apart from each other, each unknown tick once', () => {
    fc.assert(
      fc.property(settings, fc.option(anyTick, { nil: undefined }), (entries, through) => {
        const history = historyOf(entries);
        const end = through ?? history.lastTick;
        const ticks = Array.from({ length: end + 1 }, (_, tick) => tick);
        expect(unknownTicks(history, through)).toEqual(ticks.filter((tick) => !history.has(tick)));
        for (const [index, { from }] of history.holes(through).entries()) {
          const before = history.holes(through)[index - 1];
          if (before) expect(from).toBeGreaterThan(before.to + 1);
        }
      }),
    );
  });

  it('is complete when every tick to the rug is known, in whatever order they came', () => {
    const inAnyOrder = fc
      .nat({ max: 40 })
      .map((rugTick) => Array.from({ length: rugTick + 1 }, (_, tick) => tick))
      .chain((ticks) => fc.shuffledSubarray(ticks, { minLength: ticks.length }));
    fc.assert(
      fc.property(inAnyOrder, (ticks) => {
        const rugTick = ticks.length - 1;
        const history = new PriceHistory();
        for (const tick of ticks) {
          expect(history.isComplete(rugTick)).toBe(false);
          history.set(tick, tick + 1);
        }
        expect(history.isComplete(rugTick)).toBe(true);
        expect(history.isComplete(rugTick + 1)).toBe(false);
        expect(history.contiguous()).toEqual(history.prices());
        expect(history.peak).toBe(rugTick + 1);
      }),
    );
  });

  it('gives the prices before its first hole', () => {
    fc.assert(
      fc.property(settings, (entries) => {
        const history = historyOf(entries);
        const [first] = unknownTicks(history);
        expect(history.contiguous()).toEqual(history.prices().slice(0, first ?? history.known));
      }),
    );
  });

  it('hands out copies', () => {
    const history = historyOf([[0, 1]]);
    history.prices()[0] = 9;
    history.contiguous()[0] = 9;
    expect(history.get(0)).toBe(1);
  });

  it('refuses what is no tick, and is left as it was', () => {
    const history = historyOf([[0, 1]]);
    for (const tick of [-1, 0.5, NaN, Infinity, 100_001, 2 ** 53]) {
      expect(() => history.set(tick, 1)).toThrow(RangeError);
      expect(() => history.holes(tick)).toThrow(RangeError);
    }
    expect(history.prices()).toEqual([1]);
    expect(history.set(100_000, 1)).toBe('new');
    expect(history.holes()).toEqual([{ from: 1, to: 99_999 }]);
  });

  it('refuses what is no finite price', () => {
    const history = new PriceHistory();
    for (const price of [NaN, Infinity, -Infinity]) expect(() => history.set(0, price)).toThrow(RangeError);
    expect(history.known).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { marked } from '../../src/connection/state.js';
import { averagesOf } from '../../src/live/averages.js';
import { gathered, markersOf } from '../../src/live/markers.js';
import { candlesFrom, firstChange, linePoint } from '../../src/live/pen.js';

describe('candles', () => {
  it('are of five ticks, each at its first', () => {
    expect(candlesFrom(0, [1, 1.2, 0.9, 1.1, 1.3, 1.4, 1.5])).toEqual([
      { time: 0, open: 1, high: 1.3, low: 0.9, close: 1.3 },
      { time: 5, open: 1.4, high: 1.5, low: 1.4, close: 1.5 },
    ]);
  });

  it('are made anew from that of a tick on', () => {
    expect(candlesFrom(6, [1, 1, 1, 1, 1, 2, 3]).map(({ time }) => time)).toEqual([5]);
  });

  it('leave out ticks that are not known', () => {
    expect(candlesFrom(0, [1, null, 2, null, null, null, null])).toEqual([
      { time: 0, open: 1, high: 2, low: 1, close: 2 },
      { time: 5 },
    ]);
  });
});

describe('the line', () => {
  const rug = { rugTick: 2, rugColour: 'red' };

  it('is red into the rug', () => {
    const colours = [0, 1, 2].map((tick) => linePoint([1, 2, 0.01], tick, rug));
    expect(colours.map((point) => 'topLineColor' in point)).toEqual([false, true, true]);
  });

  it('is not drawn across ticks that are not known', () => {
    expect(linePoint([1, null, 2], 0, rug)).toMatchObject({ value: 1, topLineColor: 'transparent' });
    expect(linePoint([1, null, 2], 1, rug)).toEqual({ time: 1 });
  });

  it('is drawn anew only from where a price has changed', () => {
    expect(firstChange([1, 2], [1, 2, 3])).toBe(2);
    expect(firstChange([1, null, 3], [1, 2, 3])).toBe(1);
    expect(firstChange([1, 2, 3], [1])).toBe(1);
  });
});

describe('markers', () => {
  const marks = [3, 4, 9].map((tick) => ({ tick, buys: 1, sells: tick === 9 ? 2 : 0, sidebets: 0 }));

  it('count what players did at a tick, also when it is told late', () => {
    const late = marked(marked(marked([], 7, 'buys'), 7, 'buys'), 2, 'sells');
    expect(late).toEqual([
      { tick: 2, buys: 0, sells: 1, sidebets: 0 },
      { tick: 7, buys: 2, sells: 0, sidebets: 0 },
    ]);
  });

  it('of neighbouring ticks become one', () => {
    expect(gathered(marks, 5)).toEqual([
      { tick: 0, buys: 2, sells: 0, sidebets: 0 },
      { tick: 5, buys: 1, sells: 2, sidebets: 0 },
    ]);
  });

  it('stay few in a long game, in the order of their ticks, with the rug among them', () => {
    const many = [...new Array(5_000).keys()].map((tick) => ({ tick, buys: 1, sells: 0, sidebets: 0 }));
    const markers = markersOf(
      { marks: many, width: 5_000, places: 48, step: 5, rugTick: 4_999 },
      (name) => name,
    );
    expect(markers.length).toBeLessThanOrEqual(49);
    const ticks = markers.map(({ time }) => time);
    expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
    expect(markers.filter(({ text }) => text === 'RUGGED').map(({ time }) => time)).toEqual([4_995]);
  });
});

describe('averages', () => {
  const game = (peak: number, ticks: number, complete = true) => ({
    peak_multiplier: peak,
    duration_ticks: ticks,
    complete,
  });

  it('are those of the games that are known to their end', () => {
    expect(averagesOf([game(1, 10), game(3, 30), game(2, 40), game(14, 120), game(99, 999, false)])).toEqual({
      games: 4,
      peak: { mean: 5, median: 2.5 },
      ticks: { mean: 50, median: 35 },
      reached: { two: 0.75, ten: 0.25 },
    });
  });

  it('are none without such a game', () => {
    expect(averagesOf([game(2, 2, false)])).toBeNull();
  });
});

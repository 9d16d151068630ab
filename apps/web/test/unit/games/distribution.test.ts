import { derivePrices } from '@vectra/game';
import { describe, expect, it } from 'vitest';
import {
  binned,
  DURATIONS,
  EXPECTED_MEDIAN_PEAK,
  EXPECTED_MEDIAN_TICKS,
  mean,
  median,
  PEAKS,
  shareReaching,
} from '../../../src/games/distribution.js';
import { lengthWords, peakBinWords, percent, rangeWords, tickBinWords } from '../../../src/games/words.js';

describe('a distribution', () => {
  it('counts each value in one bin, an edge in the bin that begins there', () => {
    const bins = binned([1, 1.0999, 1.1, 99.9, 100, 5000], PEAKS);
    expect(bins[0]).toMatchObject({ from: 1, to: 1.1, count: 2, share: 2 / 6 });
    expect(bins[1]).toMatchObject({ from: 1.1, to: 1.25, count: 1 });
    expect(bins.at(-2)).toMatchObject({ from: 50, to: 100, count: 1 });
    expect(bins.at(-1)).toMatchObject({ from: 100, to: Infinity, count: 2 });
  });

  it.each([PEAKS, DURATIONS])('expects every game in some bin', (scale) => {
    const bins = binned([], scale);
    expect(bins.reduce((sum, { expected }) => sum + expected, 0)).toBeCloseTo(1, 10);
    expect(bins.every(({ expected, share }) => expected > 0 && share === 0)).toBe(true);
  });

  it('expects of durations what a rug at each tick with probability 0.005 gives', () => {
    expect(DURATIONS.reach(1)).toBe(1);
    expect(DURATIONS.reach(2)).toBe(0.995);
    expect(binned([], DURATIONS)[0]?.expected).toBeCloseTo(1 - 0.995 ** 9, 12);
    expect(EXPECTED_MEDIAN_TICKS).toBe(139);
  });

  it('expects what the game itself makes, within four standard errors', () => {
    const games = Array.from({ length: 4_000 }, (_, n) => derivePrices(`another ${n}`, 'game', 'v3'));
    const near = (share: number, expected: number): void => {
      const error = Math.sqrt((expected * (1 - expected)) / games.length);
      expect(Math.abs(share - expected)).toBeLessThan(4 * error + 0.002);
    };
    const peaks = games.map(({ peakMultiplier }) => peakMultiplier);
    const ticks = games.map(({ rugTick }) => rugTick);
    for (const edge of PEAKS.edges.slice(1)) near(shareReaching(peaks, edge), PEAKS.reach(edge));
    for (const edge of DURATIONS.edges.slice(1)) near(shareReaching(ticks, edge), DURATIONS.reach(edge));
    near(shareReaching(peaks, EXPECTED_MEDIAN_PEAK), 0.5);
  });
});

it('has the median and the mean of values, and none of none', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, null]);
  expect([mean([1, 2, 6]), mean([])]).toEqual([3, null]);
  expect([shareReaching([1, 2, 3, 4], 2), shareReaching([], 2)]).toEqual([0.75, 0]);
});

it('puts figures into words', () => {
  const bin = { count: 0, share: 0, expected: 0 };
  expect(peakBinWords({ ...bin, from: 1.1, to: 1.25 })).toBe('1.10x to 1.25x');
  expect(peakBinWords({ ...bin, from: 100, to: Infinity })).toBe('100x and more');
  expect(tickBinWords({ ...bin, from: 25, to: 50 })).toBe('25 to 49');
  expect([percent(0.4512), percent(0)]).toEqual(['45.1 %', '0.0 %']);
  expect([rangeWords({ from: 5, to: 5 }), rangeWords({ from: 5, to: 9 })]).toEqual(['5', '5 to 9']);
});

it('tells how long a game lasted, unless its times say nothing of that', () => {
  const lasted = (end: string | null, backfilled_ticks = 0): string =>
    lengthWords({
      ...{ start_time: '2025-12-07T00:00:00.000Z', end_time: end && `2025-12-07T00:${end}Z` },
      ...{ duration_ticks: 10, backfilled_ticks },
    });
  expect([lasted('00:57.300'), lasted('02:34.000')]).toEqual(['57 s', '2 min 34 s']);
  expect([lasted(null), lasted('00:57.300', 10), lasted('00:57.300', 11)]).toEqual(['–', '57 s', '–']);
});

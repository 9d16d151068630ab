import { randomFrom } from './random.js';

/** Two-sided, of a normal distribution. */
const Z95 = 1.959964;
const RESAMPLES = 2_000;
/** Of so many numbers in all at most, so that a million games do not take minutes. */
const MOST_DRAWS = 40_000_000;
const FEWEST_RESAMPLES = 200;
/** Games in a row that are drawn together: what one leaves in the wallet decides what the next stakes. */
const BLOCK = 10;
/** Fewer than so many are not normal to be. */
const FEW = 100;
/** Of a normal distribution both are 0. */
const HIGHEST_SKEWNESS = 0.5;
const HIGHEST_KURTOSIS = 1;

export interface Interval {
  low: number;
  high: number;
}

/** Between what a mean lies with a chance of 95 %, and by which way that was found. */
export interface MeanInterval extends Interval {
  mean: number;
  method: 'normal' | 'bootstrap';
}

/** Wilson's interval: between what a chance lies, with 95 % confidence, of which `hits` of `tries` came. null without a try. */
export function wilson(hits: number, tries: number): Interval | null {
  if (tries === 0) return null;
  const share = hits / tries;
  const square = Z95 ** 2 / tries;
  const middle = share + square / 2;
  const margin = Z95 * Math.sqrt((share * (1 - share)) / tries + square / (4 * tries));
  return {
    low: hits === 0 ? 0 : (middle - margin) / (1 + square),
    high: hits === tries ? 1 : (middle + margin) / (1 + square),
  };
}

export interface Moments {
  count: number;
  mean: number;
  /** Of a sample; 0 of less than two. */
  deviation: number;
  skewness: number;
  /** 0 for a normal distribution. */
  excessKurtosis: number;
}

export function momentsOf(values: readonly number[]): Moments {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  let [second, third, fourth] = [0, 0, 0];
  for (const value of values) {
    const away = value - mean;
    second += away ** 2;
    third += away ** 3;
    fourth += away ** 4;
  }
  const variance = second / Math.max(1, count);
  const isFlat = variance === 0;
  return {
    ...{ count, mean, deviation: count < 2 ? 0 : Math.sqrt(second / (count - 1)) },
    skewness: isFlat ? 0 : third / count / variance ** 1.5,
    excessKurtosis: isFlat ? 0 : fourth / count / variance ** 2 - 3,
  };
}

/**
 * Between what the mean of such values lies with a chance of 95 %: by the normal distribution where many values are spread about as it
 * is, and else from the values themselves, drawn again and again in blocks of ten in a row (a moving-block bootstrap, 2.5th to 97.5th
 * percentile). The same values always give the same. null before the second.
 */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  const { count, mean, deviation, skewness, excessKurtosis } = momentsOf(values);
  if (count < 2) return null;
  const isNormal =
    count >= FEW && Math.abs(skewness) <= HIGHEST_SKEWNESS && Math.abs(excessKurtosis) <= HIGHEST_KURTOSIS;
  if (!isNormal) return { ...bootstrap(values), mean, method: 'bootstrap' };
  const margin = (Z95 * deviation) / Math.sqrt(count);
  return { low: mean - margin, mean, high: mean + margin, method: 'normal' };
}

function bootstrap(values: readonly number[]): Interval {
  const count = values.length;
  const block = Math.min(BLOCK, Math.max(1, Math.floor(count / BLOCK)));
  const blocks = Math.ceil(count / block);
  const resamples = Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_DRAWS / count)));
  // The sum of a block is the difference of two sums from the start, wrapped around the end.
  const sums = new Float64Array(count + block + 1);
  for (let index = 0; index < count + block; index++)
    sums[index + 1] = (sums[index] ?? 0) + (values[index % count] ?? 0);
  const random = randomFrom(count);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let drawn = 0; drawn < blocks; drawn++) {
      const start = Math.floor(random() * count);
      sum += (sums[start + block] ?? 0) - (sums[start] ?? 0);
    }
    means[resample] = sum / (blocks * block);
  }
  means.sort();
  return { low: percentile(means, 0.025), high: percentile(means, 0.975) };
}

/** The value below which such a share of them lies. `sorted`: ascending. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}

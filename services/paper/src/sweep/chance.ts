import { percentile } from '../session/intervals.js';
import { randomFrom } from '../session/random.js';

/** Samples of what chance alone gives. */
export const SAMPLES = 1_000;

/** Mammen's two weights: mean 0, and second and third moment 1, so that also the skewness of the returns is kept. */
const ROOT = Math.sqrt(5);
const LOW = (1 - ROOT) / 2;
const HIGH = (1 + ROOT) / 2;
const CHANCE_OF_LOW = (ROOT + 1) / (2 * ROOT);

/** The weights of a game, one a sample: the same for every combination, so that what they have in common is kept as well. */
export function weightsOf(game: number, weights = new Float64Array(SAMPLES)): Float64Array {
  const random = randomFrom(Math.imul(game + 1, 0x9e3779b1));
  for (let sample = 0; sample < SAMPLES; sample++) weights[sample] = random() < CHANCE_OF_LOW ? LOW : HIGH;
  return weights;
}

/**
 * What the mean return of a combination would be by chance alone, in standard errors: a wild bootstrap. In each sample the deviation of
 * every game's return from their mean is multiplied by that game's weight. No return is kept, only sums.
 */
export class ChanceOfOne {
  readonly #weighted = new Float64Array(SAMPLES);
  readonly #weights = new Float64Array(SAMPLES);
  #count = 0;
  #sum = 0;
  #squares = 0;

  /** A game in which something was staked. */
  add(value: number, weights: Float64Array): void {
    this.#count += 1;
    this.#sum += value;
    this.#squares += value * value;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const weight = weights[sample] ?? 0;
      this.#weighted[sample] = (this.#weighted[sample] ?? 0) + weight * value;
      this.#weights[sample] = (this.#weights[sample] ?? 0) + weight;
    }
  }

  /** One `z` a sample; null before the second game, and when all brought the same. */
  samples(): Float64Array | null {
    const mean = this.#sum / this.#count;
    const variance = (this.#squares - this.#count * mean * mean) / (this.#count - 1);
    if (this.#count < 2 || !(variance > 1e-18)) return null;
    const scale = Math.sqrt(variance * this.#count);
    return this.#weighted.map((sum, sample) => (sum - mean * (this.#weights[sample] ?? 0)) / scale);
  }
}

/** How good the best of many looks by chance alone. */
export interface Chance {
  /** Of how many combinations. */
  combinations: number;
  /** What the best `z` is by chance alone in half of the cases, and what it is above in one of twenty. */
  median: number;
  threshold: number;
  /** The `z` of the one that was chosen. */
  best: number;
  /** How often the best by chance alone is as good as that. */
  probability: number;
}

/**
 * The best of all combinations, sample by sample, as in White's reality check: that they are alike, and so fewer than their number
 * says, is accounted for. `chosen`: the `z` of the combination that is taken for the best.
 */
export function bestByChance(
  combinations: readonly (Float64Array | null)[],
  chosen: number | null,
): Chance | null {
  const best = new Float64Array(SAMPLES).fill(-Infinity);
  let counted = 0;
  for (const chance of combinations) {
    if (chance === null) continue;
    counted += 1;
    for (let sample = 0; sample < SAMPLES; sample++)
      best[sample] = Math.max(best[sample] ?? 0, chance[sample] ?? 0);
  }
  if (counted === 0 || chosen === null) return null;
  best.sort();
  const asGood = best.reduce((count, one) => count + (one >= chosen ? 1 : 0), 0);
  return {
    ...{ combinations: counted, best: chosen },
    ...{ median: percentile(best, 0.5), threshold: percentile(best, 0.95) },
    probability: (asGood + 1) / (SAMPLES + 1),
  };
}

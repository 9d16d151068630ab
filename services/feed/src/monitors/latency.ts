import { Ring } from '../ring.js';

const SAMPLES = 1_000;
/** Older ones do not count: they say nothing of how it is now. */
const KEPT_MS = 60_000;
/** The half of the newest samples is looked up again after so many more. */
const REVIEWED = 50;
/** A spike is ten times as long as half of them, and long enough to be felt. */
const SPIKE_FACTOR = 10;
const SPIKE_MS = 100;

/** Milliseconds: half, 95 % and 99 % of the newest samples are at most that. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

/** Latency over the last minute, of which the newest 1,000 samples count, and how often it sprang up. Bounded in memory. */
export class LatencyMonitor {
  readonly #samples = new Ring<{ ms: number; at: number }>(SAMPLES);
  #half = 0;
  #sinceReview = 0;
  #spikes = 0;

  /** Since the start: samples of at least 100 ms and ten times the half of those before. */
  get spikes(): number {
    return this.#spikes;
  }

  /** A sample of `now` (ms, any origin that stays). @returns whether this was a spike. */
  add(ms: number, now: number): boolean {
    const spike = ms >= SPIKE_MS && ms >= SPIKE_FACTOR * this.#half;
    if (spike) this.#spikes++;
    this.#samples.push({ ms, at: now });
    if (++this.#sinceReview >= REVIEWED) {
      this.#half = this.quantiles(now)?.p50 ?? 0;
      this.#sinceReview = 0;
    }
    return spike;
  }

  /** At `now`; null when there was no sample in the last minute. */
  quantiles(now: number): Latency | null {
    const sorted = this.#samples
      .newest()
      .filter(({ at }) => now - at <= KEPT_MS)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    if (sorted.length === 0) return null;
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}

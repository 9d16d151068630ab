import type { Random } from './random.js';

/** Milliseconds from one tick of the game to the next. */
export const TICK_MS = 251;

/**
 * When messages arrive on one connection: in order, a little late, and now and then held up, after which those that
 * waited come in a burst. Real intervals between ticks: mean 0.251 s, median 0.250, p1 0.005, p99 0.531 (167,713 of them).
 */
export class Delivery {
  readonly #random: Random;
  #last = -Infinity;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The arrival (ms) of a message sent at `sent`. */
  arrival(sent: number): number {
    const late = this.#random.chance(0.05)
      ? this.#random.between(120, 385)
      : Math.abs(this.#random.normal()) * 38;
    this.#last = Math.max(this.#last + this.#random.between(1.5, 9), sent + late);
    return this.#last;
  }

  /** Nothing arrives for `ms` after the last message: a large frame is on its way. */
  hold(ms: number): void {
    this.#last += ms;
  }
}

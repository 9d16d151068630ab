/** Further off than this, the clock of this machine was set, or Chrome's stood still with the machine. */
const LOST_MS = 5_000;

/**
 * Wall-clock times for the monotonic ones of Chrome (seconds since some moment of its own). Pure: `now` is given.
 *
 * What Chrome says now, happened now or before: the least delay seen is taken for none. So a time never lies in the
 * future, and is late by that least delay at most.
 */
export class WallClock {
  /** Milliseconds between the two clocks. */
  #offset = Infinity;
  #last = 0;

  /** Unix ms of a moment that Chrome states in monotonic seconds. Never before the one asked for last, unless the clock was set. */
  at(monotonic: number, now: number): number {
    const since = monotonic * 1_000;
    this.#offset = Math.min(this.#offset, now - since);
    if (now - (since + this.#offset) > LOST_MS || this.#last > now) {
      this.#offset = now - since;
      this.#last = 0;
    }
    this.#last = Math.max(this.#last, Math.min(now, Math.round(since + this.#offset)));
    return this.#last;
  }
}

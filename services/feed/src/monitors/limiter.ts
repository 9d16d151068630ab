/**
 * A token bucket: `rate` events a second, and as many at once as come in `burst` seconds. Pure: time is that of the events.
 */
export class Limiter {
  readonly #rate: number;
  readonly #capacity: number;
  #tokens: number;
  #at = -Infinity;

  constructor(rate: number, burstSeconds = 2) {
    this.#rate = rate;
    this.#capacity = Math.max(1, rate * burstSeconds);
    this.#tokens = this.#capacity;
  }

  /** Whether an event at this time (Unix ms) is let through. A clock that goes back gives nothing. */
  admits(at: number): boolean {
    if (at > this.#at) {
      const gained = ((at - this.#at) / 1_000) * this.#rate;
      this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
      this.#at = at;
    }
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

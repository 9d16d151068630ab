import type { ReplaySpeed } from '@vectra/protocol';
import type { Moment, Score } from './score.js';

/** A place in a game and the clock by which it goes on. Pure: what time it is (any clock, ms) is said with each call. */
export class Playhead {
  readonly score: Score;
  /** Index of the next moment. */
  #next: number;
  /** Moments before this index are due at once. */
  #until = 0;
  #tick = 0;
  /** At the time `#since` the game was here (ms from its first tick). */
  #at: number;
  #since: number;
  #speed: ReplaySpeed;
  #paused: boolean;

  /** @param from where it begins: `start` without the countdown before. */
  constructor(score: Score, from: 'countdown' | 'start', { speed, paused, now }: PlayheadState) {
    this.score = score;
    this.#next = from === 'start' ? score.start : 0;
    this.#at = score.moments[this.#next]?.at ?? 0;
    this.#since = now;
    this.#speed = speed;
    this.#paused = paused;
  }

  /** The newest tick that was given; 0 before the first. */
  get tick(): number {
    return this.#tick;
  }

  get speed(): ReplaySpeed {
    return this.#speed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** On its way to where it was sent: what lies between is due at once, also while paused. */
  get sent(): boolean {
    return this.#next < this.#until;
  }

  /** Everything of the game was given. */
  get over(): boolean {
    return this.#next >= this.score.moments.length;
  }

  setSpeed(speed: ReplaySpeed, now: number): void {
    this.#anchor(now);
    this.#speed = speed;
  }

  setPaused(paused: boolean, now: number): void {
    this.#anchor(now);
    this.#paused = paused;
  }

  /** Sends it to a tick, or the first known after it, at most the last. Backwards: from the start of the game again. */
  seek(tick: number): void {
    const { moments, start, ticks } = this.score;
    const found = moments.findIndex((moment) => moment.tick !== null && moment.tick >= tick);
    const target = found === -1 ? moments.findIndex((moment) => moment.tick === ticks - 1) : found;
    if (target < this.#next - 1 || this.#next < start) this.#next = start;
    this.#until = target + 1;
  }

  /** Sends it up to the end of the next so many ticks. @returns how many of them lie behind the end of this game. */
  step(ticks: number): number {
    const { moments } = this.score;
    let left = ticks;
    let index = Math.max(this.#next, this.score.start);
    for (; left > 0 && index < moments.length; index++) if (moments[index]?.tick !== null) left -= 1;
    this.#until = index;
    return left;
  }

  /** Where it was sent to does not count any more. */
  stay(): void {
    this.#until = 0;
  }

  /** How many ms from now the next moment is due; Infinity while it is paused or over. */
  wait(now: number): number {
    const next = this.score.moments[this.#next];
    if (next === undefined) return Infinity;
    if (this.sent) return 0;
    if (this.#paused) return Infinity;
    if (this.#speed === 'max') return 0;
    const left = (next.at - this.#time(now)) / this.#speed;
    // What is left by rounding alone is no time.
    return left < 0.001 ? 0 : left;
  }

  /** The next moment, due or not. There is one unless the game is over. */
  take(now: number): Moment {
    const moment = this.score.moments[this.#next];
    if (moment === undefined) throw new RangeError('expected a moment that is left, but the game is over');
    const leaps = this.sent || this.#speed === 'max';
    this.#next += 1;
    if (moment.tick !== null) this.#tick = moment.tick;
    if (leaps) {
      this.#at = moment.at;
      this.#since = now;
    }
    return moment;
  }

  /** The clock goes on from now at another pace. What is overdue stays due, and no more than that. */
  #anchor(now: number): void {
    const next = this.score.moments[this.#next];
    const time = this.#time(now);
    this.#at = next === undefined ? time : Math.min(time, next.at);
    this.#since = now;
  }

  #time(now: number): number {
    if (this.#paused || this.#speed === 'max') return this.#at;
    return this.#at + (now - this.#since) * this.#speed;
  }
}

export interface PlayheadState {
  speed: ReplaySpeed;
  paused: boolean;
  now: number;
}

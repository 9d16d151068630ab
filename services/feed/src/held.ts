import type { StatusChange } from './source.js';
import type { UpstreamEvent } from './wire.js';

/** What was heard from upstream: an event, or what became of the connection. */
export type Heard = UpstreamEvent | StatusChange;

/** How far back a feed that takes over can go: more than the longest lease. */
const HELD_MS = 60_000;
/** Ten times what upstream sends in that time when it is busy. */
const HELD_EVENTS = 20_000;

/** What upstream sent lately, oldest first. Pure: time is that of the events. */
export class Held {
  #heard: Heard[] = [];

  get size(): number {
    return this.#heard.length;
  }

  get heard(): readonly Heard[] {
    return this.#heard;
  }

  /** Beyond 20,000 the oldest make room. */
  push(heard: Heard): void {
    this.#heard.push(heard);
    if (this.#heard.length > HELD_EVENTS) this.#heard.shift();
  }

  /** Drops what was received more than 60 s before `now` (Unix ms). */
  expire(now: number): void {
    const kept = this.#heard.findIndex(({ receivedAt }) => receivedAt >= now - HELD_MS);
    if (kept === -1) this.#heard = [];
    else if (kept > 0) this.#heard.splice(0, kept);
  }
}

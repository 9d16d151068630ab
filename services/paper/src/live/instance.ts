import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, type EventLog } from '@vectra/stream';
import { slotsOf } from './assignment.js';

export interface InstanceOptions {
  events: EventLog;
  /** Tells this instance from others. */
  name: string;
  slots: number;
  /** For how long one that is silent is believed to live. */
  ttlMs: number;
  signal: AbortSignal;
  /** The slots that are this instance's now. */
  onSlots: (slots: readonly number[]) => void;
}

/** An instance among those that share the slots, and the clock of Redis, which they share as well. */
export class Instance {
  readonly #options: InstanceOptions;
  /** What to add to this machine's clock. */
  #offset = 0;

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  /** The time of Redis, Unix ms. */
  readonly now = (): number => Date.now() + this.#offset;

  /** Says again and again that it lives, until the signal; then that it does no more. @throws what Redis refuses for good. */
  async run(): Promise<void> {
    const { events, name, ttlMs, signal } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#attend();
      } catch (error) {
        // Redis being away is told by the connection; leases say who owns what meanwhile.
        if (!isTransient(error)) throw error;
      }
      await sleep(ttlMs / 4, undefined, { signal }).catch(() => undefined); // a stop ends the wait
    }
    await events.paper.leave(name).catch(() => undefined); // else it is forgotten in time
  }

  async #attend(): Promise<void> {
    const { events, name, slots, ttlMs, signal, onSlots } = this.#options;
    const living = await events.paper.attend(name, ttlMs);
    await this.#readClock();
    if (!signal.aborted) onSlots(slotsOf(name, living, slots));
  }

  /** The reply is taken to have been given half-way. */
  async #readClock(): Promise<void> {
    const asked = Date.now();
    const time = await this.#options.events.paper.now();
    this.#offset = time - (asked + Date.now()) / 2;
  }
}

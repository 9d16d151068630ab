import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '@vectra/protocol';
import { reasonOf, type Health } from '@vectra/service-kit';
import type { Space } from '../space/space.js';
import { EventStore, type EventStoreOptions } from './eventStore.js';

/** Nothing is stored yet: it is before every place in a log. */
const NOWHERE: Position = { epoch: '', seq: 0 };

export interface StoreKeeperOptions extends EventStoreOptions {
  health: Pick<Health, 'set'>;
  /** How long new events may wait before they are stored. */
  flushMs: number;
  /** Asked before anything is written. */
  space?: Pick<Space, 'check'>;
  now?: () => number;
}

/**
 * Keeps the event store up to date while this recorder is the owner. It goes its own way beside the recorder: what fails here
 * is told as the check `store` and tried again, and holds up nothing else.
 */
export class StoreKeeper {
  readonly #options: StoreKeeperOptions;
  readonly #store: EventStore;
  #ownership: AbortController | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: StoreKeeperOptions) {
    this.#options = options;
    this.#store = new EventStore(options);
  }

  /** The place in the log up to which everything is in the store: what comes before is not needed for it any more. */
  exportedUpTo(): Position {
    return this.#store.position ?? NOWHERE;
  }

  /** An ownership begins. */
  own(): void {
    this.disown();
    const { signal } = (this.#ownership = new AbortController());
    this.#work = this.#work.then(() => this.#keep(signal));
  }

  /** The ownership has ended: nothing is written any more. */
  disown(): void {
    this.#ownership?.abort();
  }

  async close(): Promise<void> {
    this.disown();
    await this.#work;
  }

  async #keep(owned: AbortSignal): Promise<void> {
    let opened = false;
    while (!owned.aborted) {
      opened = await this.#attempt(opened, owned);
      await sleep(this.#options.flushMs, undefined, { signal: owned }).catch(() => undefined); // the end of the ownership ends the wait
    }
  }

  /** Gives whether the store is as it is thought to be. */
  async #attempt(opened: boolean, owned: AbortSignal): Promise<boolean> {
    const { health, log, space, now = Date.now } = this.#options;
    try {
      await space?.check();
      if (!opened) await this.#store.open(owned);
      while (!owned.aborted && (await this.#store.advance()));
      while (!owned.aborted && (await this.#store.compact(now())));
      health.set('store', true);
      return true;
    } catch (error) {
      if (owned.aborted) return false;
      const reason = reasonOf(error);
      health.set('store', false, reason);
      log.error({ reason }, 'writing the event store failed; trying again');
      return false;
    }
  }
}

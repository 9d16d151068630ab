import type { Event, Position } from '@vectra/protocol';
import { onOwnReader, type GroupConnection } from './groupCommands.js';
import { takeLease } from './lease.js';
import { Ownership } from './ownership.js';

const DEFAULT_LEASE_MS = 4_000;
const DEFAULT_BATCH = 200;

export interface GroupOptions {
  /** Where a group that does not exist yet begins: at the oldest event, after the newest, or after a resume token. */
  from: 'start' | 'now' | (string & {});
  /** How many events a batch has at most; 200 unless told. */
  batchSize?: number;
  /** How long an owner that is gone keeps others out; 4,000 unless told. */
  leaseTtlMs?: number;
  /** The group ends with this consumer. */
  ephemeral?: boolean;
  /** Ends the iteration. */
  signal?: AbortSignal;
  /**
   * Called each time ownership begins, before any event, with its number, higher each time, and its fencing token, with
   * which scripts can tell it from others. Returns how far the service's own durable state goes; undefined when it has
   * none, and the group's own place counts.
   */
  onOwned?: (token: number, fence: string) => Promise<Position | undefined> | Position | undefined;
  onStatus?: (status: 'standby' | 'owner' | 'lost') => void;
  /** Events that can't be delivered any more: trimmed before this group saw them. */
  onGap?: (gap: { from: number; to: number }) => void;
  /** The log began anew, with seq 1; what was delivered before belongs to another epoch. */
  onEpoch?: (epoch: string, previous: string) => void;
  /** An entry went to the group's dead letters: it is no event, or was delivered more than 5 times in vain. */
  onDeadLetter?: (letter: { id: string; reason: string }) => void;
}

/** Events in order, without gap or repetition. Acknowledged when the loop comes back for the next batch. */
export interface Batch {
  events: readonly Event[];
  epoch: string;
  /** Number of this ownership, higher than that of every one before. */
  token: number;
  /** Dead letters that an operator has sent again: older than what was delivered before. */
  replayed: boolean;
  /** False once another consumer may own the group: then the effects of this batch must not become visible. */
  owned: () => boolean;
}

/**
 * An ordered consumer group: one consumer at a time, under a lease, reads every event in order. Others with the same
 * name stand by and take over. Iterate it to consume.
 */
export class OrderedGroup implements AsyncIterable<Batch> {
  readonly name: string;
  readonly #connection: GroupConnection;
  readonly #options: GroupOptions;
  readonly #signal: AbortSignal;
  /** How far an ephemeral group is, whose only consumer is this one. */
  #cursor: Position | undefined;

  constructor(connection: GroupConnection, name: string, options: GroupOptions) {
    this.name = name;
    this.#connection = connection;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void> {
    try {
      while (!this.#signal.aborted) yield* this.#own();
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  /** One ownership, from taking the lease to losing it. */
  async *#own(): AsyncGenerator<Batch, void> {
    const { commands: redis, keys } = this.#connection;
    const { leaseTtlMs: ttlMs = DEFAULT_LEASE_MS, onStatus, onOwned, ephemeral } = this.#options;
    const lease = { redis, keys, name: this.name, ttlMs };
    const holding = await takeLease(lease, this.#signal, () => onStatus?.('standby'));
    try {
      // Another consumer may have gone on meanwhile: what this process remembers counts only when the group is its own.
      const cursor = ephemeral === true ? this.#cursor : await onOwned?.(holding.token, holding.fence);
      onStatus?.('owner');
      const ownership = new Ownership({
        connection: this.#connection,
        name: this.name,
        options: { ...this.#options, batchSize: this.#options.batchSize ?? DEFAULT_BATCH },
        signal: this.#signal,
        holding,
        cursor,
      });
      try {
        // On a connection that is new: one that stood by for long might have died unnoticed.
        yield* onOwnReader(this.#connection, this.#signal, (reader) => ownership.batches(reader));
      } finally {
        this.#cursor = ownership.cursor;
      }
    } finally {
      if (ephemeral === true && this.#signal.aborted) await this.#destroy();
      await holding.release();
      if (!this.#signal.aborted) onStatus?.('lost');
    }
  }

  /** Best effort: the trimmer destroys the group when its lease has expired. */
  async #destroy(): Promise<void> {
    const { commands, keys } = this.#connection;
    await commands
      .multi()
      .xgroup('DESTROY', keys.events, this.name)
      .srem(keys.ephemeral, this.name)
      .exec()
      .catch(() => undefined);
  }
}

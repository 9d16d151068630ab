import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEvent, InvalidEventError, parsePosition, type Event, type Position } from '@vectra/protocol';
import type { Redis } from 'ioredis';
import { BLOCK_MS, isConnectionError, runScript, type LogSink } from './connection.js';
import { entryId, jsonOf, seqOf, type RawEntry } from './entries.js';
import { FencedError, fromReply } from './errors.js';
import type { LogKeys } from './keys.js';
import { takeLease, type Holding } from './lease.js';
import { readState } from './state.js';

const DEFAULT_BATCH = 200;
const RETRY_MS = 100;
const READY_POLL_MS = 20;

export interface GroupOptions {
  /** Where a group that does not exist yet begins: at the oldest event, after the newest, or after a resume token. */
  from: 'start' | 'now' | (string & {});
  /** How many events a batch has at most. */
  batchSize?: number;
  leaseTtlMs: number;
  /** The group ends with this consumer. */
  ephemeral?: boolean;
  /** Ends the iteration. */
  signal?: AbortSignal;
  /**
   * Called each time ownership begins, before any event, with its fencing token. Returns how far the service's own
   * durable state goes; undefined when it has none, and the group's own place counts.
   */
  onOwned?: (token: number) => Promise<Position | undefined> | Position | undefined;
  onStatus?: (status: 'standby' | 'owner' | 'lost') => void;
  /** Events that can't be delivered any more: trimmed before this group saw them. */
  onGap?: (gap: { from: number; to: number }) => void;
  /** The log began anew, with seq 1; what was delivered before belongs to another epoch. */
  onEpoch?: (epoch: string, previous: string) => void;
}

/** Events in order, without gap or repetition. Acknowledged when the loop comes back for the next batch. */
export interface Batch {
  events: readonly Event[];
  epoch: string;
  /** Fencing token of this ownership. */
  token: number;
  /** False once another consumer may own the group: then the effects of this batch must not become visible. */
  owned: () => boolean;
}

interface Connection {
  commands: Redis;
  /** Opens the connection for blocking reads. */
  reads: () => Redis;
  keys: LogKeys;
  log?: LogSink | undefined;
}

/**
 * An ordered consumer group: one consumer at a time, under a lease, reads every event in order. Others with the same
 * name stand by and take over. Iterate it to consume.
 */
export class OrderedGroup implements AsyncIterable<Batch> {
  readonly name: string;
  readonly #connection: Connection;
  readonly #options: GroupOptions;
  readonly #signal: AbortSignal;
  /** The newest event that was processed, as far as this process knows. */
  #cursor: Position | undefined;

  constructor(connection: Connection, name: string, options: GroupOptions) {
    this.name = name;
    this.#connection = connection;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void> {
    const reader = this.#connection.reads();
    const stop = (): void => reader.disconnect();
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      while (!this.#signal.aborted) yield* this.#own(reader);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      this.#signal.removeEventListener('abort', stop);
      stop();
    }
  }

  /** One ownership, from taking the lease to losing it. */
  async *#own(reader: Redis): AsyncGenerator<Batch, void> {
    const { commands, keys } = this.#connection;
    const { leaseTtlMs, onStatus, onOwned, ephemeral } = this.#options;
    const lease = { redis: commands, keys, name: this.name, ttlMs: leaseTtlMs };
    const holding = await takeLease(lease, this.#signal, () => onStatus?.('standby'));
    try {
      // Another consumer may have gone on meanwhile: what this process remembers counts only when the group is its own.
      if (ephemeral !== true) this.#cursor = await onOwned?.(holding.token);
      onStatus?.('owner');
      yield* this.#consume(reader, holding);
    } finally {
      await this.#leave(holding);
      if (!this.#signal.aborted) onStatus?.('lost');
    }
  }

  async *#consume(reader: Redis, holding: Holding): AsyncGenerator<Batch, void> {
    let established = false;
    let pendingFirst = true;
    let failures = 0;
    const owned = (): boolean => holding.valid && !this.#signal.aborted;
    while (owned()) {
      if (reader.status !== 'ready') {
        await sleep(READY_POLL_MS, undefined, { signal: this.#signal });
        continue;
      }
      try {
        if (!established) await this.#establish();
        established = true;
        const entries = await this.#read(reader, pendingFirst);
        failures = 0;
        if (entries.length === 0) pendingFirst = false;
        // The read may have taken longer than the lease lasts: then the entries are another owner's to process.
        else if (owned()) yield* this.#deliver(entries, holding);
      } catch (reply) {
        const error = fromReply(reply);
        if (error instanceof FencedError) return;
        if (!isRecoverable(error)) throw error;
        // Whatever the failed call did, the pending entries tell.
        established = false;
        pendingFirst = true;
        await this.#backOff(error, ++failures);
      }
    }
  }

  /** Makes sure the group exists, at this service's own place if it has to be created. */
  async #establish(): Promise<void> {
    const { commands, keys } = this.#connection;
    const state = await readState(commands, keys);
    if (state.epoch !== null) this.#noticeEpoch(state.epoch);
    if (this.#options.ephemeral) await commands.sadd(keys.ephemeral, this.name);
    const beginning = this.#beginning(state);
    const created = await commands
      .xgroup('CREATE', keys.events, this.name, entryId(beginning), 'MKSTREAM')
      .then(() => true)
      .catch((error: unknown) => {
        if (error instanceof Error && error.message.startsWith('BUSYGROUP')) return false;
        throw error;
      });
    if (created && this.#options.from !== 'start' && state.epoch !== null) {
      this.#cursor ??= { epoch: state.epoch, seq: beginning };
    }
  }

  /** Seq numbers of different epochs must not be compared: in another epoch this group begins before its first event. */
  #noticeEpoch(epoch: string): void {
    const known = this.#cursor?.epoch;
    if (known === undefined || known === epoch) return;
    this.#cursor = { epoch, seq: 0 };
    this.#options.onEpoch?.(epoch, known);
  }

  /** The seq after which a group that is created now begins. */
  #beginning(state: { epoch: string | null; last: number }): number {
    if (this.#cursor !== undefined) return this.#cursor.seq;
    const { from } = this.#options;
    if (from === 'start') return 0;
    if (from === 'now') return state.last;
    const position = parsePosition(from);
    if (position === undefined)
      throw new TypeError(`from: expected 'start', 'now' or a resume token, was "${from}"`);
    return position.epoch === state.epoch ? position.seq : 0;
  }

  async #read(reader: Redis, pending: boolean): Promise<RawEntry[]> {
    const { keys } = this.#connection;
    const count = this.#options.batchSize ?? DEFAULT_BATCH;
    const read = ['GROUP', this.name, this.name, 'COUNT', count] as const;
    const reply = pending
      ? await reader.call('XREADGROUP', ...read, 'STREAMS', keys.events, '0')
      : await reader.call('XREADGROUP', ...read, 'BLOCK', BLOCK_MS, 'STREAMS', keys.events, '>');
    if (reply === null) return [];
    return (reply as [string, RawEntry[]][])[0]?.[1] ?? [];
  }

  /** Yields what is new among the entries, then acknowledges them all. */
  async *#deliver(entries: readonly RawEntry[], holding: Holding): AsyncGenerator<Batch, void> {
    const epoch = epochOf(entries) ?? this.#cursor?.epoch;
    if (epoch !== undefined) this.#noticeEpoch(epoch);
    const { events, through } = await this.#collect(await this.#withoutHole(entries), holding);
    if (epoch !== undefined && events.length > 0) {
      yield { events, epoch, token: holding.token, owned: () => holding.valid };
    }
    if (epoch !== undefined && through !== undefined) this.#cursor = { epoch, seq: through };
    await this.#acknowledge(entries, holding);
  }

  /** The events beyond the cursor, and the seq up to which these entries bring it. Reports what is missing. */
  async #collect(
    entries: readonly RawEntry[],
    holding: Holding,
  ): Promise<{ events: Event[]; through: number | undefined }> {
    const events: Event[] = [];
    let through = this.#cursor?.seq;
    for (const entry of entries) {
      const seq = seqOf(entry[0]);
      if (through !== undefined && seq <= through) continue;
      const missing = { from: (through ?? seq - 1) + 1, to: entry[1] === null ? seq : seq - 1 };
      if (missing.to >= missing.from) this.#options.onGap?.(missing);
      const event = await this.#decode(entry, holding);
      if (event !== undefined) events.push(event);
      through = seq;
    }
    return { events, through };
  }

  /**
   * Entries handed out by a call whose reply was lost are not in this one: they are fetched from the stream.
   * Seq numbers have no gaps, so a hole is seen by counting.
   */
  async #withoutHole(entries: readonly RawEntry[]): Promise<readonly RawEntry[]> {
    const { commands, keys } = this.#connection;
    const whole: RawEntry[] = [];
    let next = this.#cursor === undefined ? undefined : this.#cursor.seq + 1;
    for (const entry of entries) {
      const seq = seqOf(entry[0]);
      if (next !== undefined && seq > next) {
        whole.push(...(await commands.xrange(keys.events, entryId(next), entryId(seq - 1))));
      }
      whole.push(entry);
      next = Math.max(seq + 1, next ?? 0);
    }
    return whole;
  }

  /** Undefined for an entry that was trimmed while pending, or is no event; the latter goes to the dead letters. */
  async #decode([id, fields]: RawEntry, holding: Holding): Promise<Event | undefined> {
    const { commands, keys, log } = this.#connection;
    if (fields === null) return undefined;
    try {
      return decodeEvent(jsonOf(fields));
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      log?.error({ group: this.name, id, reason: error.message }, 'not an event: moved to the dead letters');
      const where = [keys.events, keys.fence(this.name), keys.deadLetters(this.name)];
      await runScript(commands, 'bury', where, [this.name, holding.token, id, error.message, ...fields]);
      return undefined;
    }
  }

  /** Repeats until Redis answers or ownership ends: an unacknowledged batch would be delivered again. */
  async #acknowledge(entries: readonly RawEntry[], holding: Holding): Promise<void> {
    const { commands, keys } = this.#connection;
    const ids = entries.map(([id]) => id);
    for (let failures = 0; holding.valid;) {
      try {
        await runScript(
          commands,
          'ack',
          [keys.events, keys.fence(this.name)],
          [this.name, holding.token, ...ids],
        );
        return;
      } catch (error) {
        if (!isConnectionError(error)) throw error;
        await this.#backOff(error, ++failures);
      }
    }
  }

  async #leave(holding: Holding): Promise<void> {
    const { commands, keys } = this.#connection;
    if (this.#options.ephemeral && this.#signal.aborted) {
      // Best effort: the trimmer destroys the group when its lease has expired.
      await commands
        .multi()
        .xgroup('DESTROY', keys.events, this.name)
        .srem(keys.ephemeral, this.name)
        .exec()
        .catch(() => undefined);
    }
    await holding.release();
  }

  async #backOff(error: unknown, failures: number): Promise<void> {
    this.#signal.throwIfAborted();
    if (failures === 1) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#connection.log?.warn({ group: this.name, reason }, 'reading the log failed; trying again');
    }
    const delay = Math.random() * Math.min(BLOCK_MS, RETRY_MS * 2 ** failures);
    await sleep(delay, undefined, { signal: this.#signal });
  }
}

/** The group or the stream vanished (it is created anew), Redis is loading, or the link failed. */
function isRecoverable(error: unknown): boolean {
  return (
    isConnectionError(error) ||
    (error instanceof Error && /^(NOGROUP|UNBLOCKED|LOADING|READONLY|TRYAGAIN)/.test(error.message))
  );
}

/** The epoch of the first entry that is an event. */
function epochOf(entries: readonly RawEntry[]): string | undefined {
  for (const [, fields] of entries) {
    const id = fields === null ? undefined : /"id":"([0-9a-f]+):/.exec(jsonOf(fields))?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

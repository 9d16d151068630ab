import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidEventError, type Event } from '@vectra/protocol';
import { retryDelay, runScript, untilTaken, type RedisClient } from './connection.js';
import { DeadLetters } from './deadLetters.js';
import { eventOf, seqOf, type RawEntry } from './entries.js';
import {
  beginningOf,
  GroupCommands,
  isRecoverable,
  onOwnReader,
  warn,
  type GroupConnection,
} from './groupCommands.js';
import { readState } from './state.js';

const MAX_DELIVERIES = 5;
const DEFAULT_BATCH = 50;
const DEFAULT_MIN_IDLE_MS = 30_000;
/** A consumer without pending entries that has been silent this many times as long as entries may idle is gone. */
const GONE_AFTER_IDLES = 4;
const READY_POLL_MS = 20;

export interface SharedGroupOptions {
  /** Where a group that does not exist yet begins: at the oldest event, after the newest, or after a resume token. */
  from: 'start' | 'now' | (string & {});
  /** How many events a batch has at most; 50 unless told. */
  batchSize?: number;
  /** An event that was not acknowledged for this long goes to another consumer; 30,000 unless told. */
  minIdleMs?: number;
  /** Ends the iteration. */
  signal?: AbortSignal;
  /** An entry went to the group's dead letters: it is no event, or was delivered more than 5 times in vain. */
  onDeadLetter?: (letter: { id: string; reason: string }) => void;
}

/** Events for this consumer, acknowledged when the loop comes back for the next batch. */
export interface SharedBatch {
  events: readonly Event[];
  /** Handed out before, to a consumer that did not acknowledge them, or sent again from the dead letters. */
  redelivered: boolean;
}

/**
 * A shared consumer group, for work in which order does not matter: each event goes to one of its consumers, at least
 * once. What a consumer leaves unacknowledged for too long goes to another.
 */
export class SharedGroup implements AsyncIterable<SharedBatch> {
  readonly name: string;
  /** This consumer's name, of no other. */
  readonly consumer: string;
  readonly #connection: GroupConnection;
  readonly #commands: GroupCommands;
  readonly #letters: DeadLetters;
  readonly #options: SharedGroupOptions;
  readonly #signal: AbortSignal;
  readonly #minIdleMs: number;
  #established = false;
  #nextRescue = 0;
  /** Everything up to here was acknowledged by somebody: where the group begins again should Redis lose it. */
  #floor: number | undefined;

  constructor(connection: GroupConnection, name: string, options: SharedGroupOptions) {
    this.name = name;
    this.consumer = `${name}-${randomUUID()}`;
    this.#connection = connection;
    this.#commands = new GroupCommands(connection, name);
    this.#letters = new DeadLetters(connection.commands, connection.keys);
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#minIdleMs = options.minIdleMs ?? DEFAULT_MIN_IDLE_MS;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SharedBatch, void> {
    try {
      yield* onOwnReader(this.#connection, this.#signal, (reader) => this.#consume(reader));
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      // Best effort: another consumer's reaper removes it later.
      await this.#reap(0, this.consumer).catch(() => undefined);
    }
  }

  async *#consume(reader: RedisClient): AsyncGenerator<SharedBatch, void> {
    let failures = 0;
    while (!this.#signal.aborted) {
      if (reader.status !== 'ready') {
        await sleep(READY_POLL_MS, undefined, { signal: this.#signal });
        continue;
      }
      try {
        if (!this.#established) await this.#establish();
        if (performance.now() >= this.#nextRescue) yield* this.#rescue();
        const size = this.#options.batchSize ?? DEFAULT_BATCH;
        yield* this.#deliver(await this.#commands.fresh(reader, this.consumer, size), false);
        failures = 0;
      } catch (error) {
        if (!isRecoverable(error)) throw error;
        this.#established = false;
        if (failures === 0) warn(this.#connection, this.name, error);
        await sleep(retryDelay(++failures), undefined, { signal: this.#signal });
      }
    }
  }

  async #establish(): Promise<void> {
    const { commands, keys } = this.#connection;
    await this.#commands.create(
      this.#floor ?? beginningOf(this.#options.from, await readState(commands, keys)),
    );
    this.#established = true;
  }

  /** Takes over what others left unacknowledged, one event at a time, so that one that ends its consumer is found. */
  async *#rescue(): AsyncGenerator<SharedBatch, void> {
    this.#nextRescue = performance.now() + this.#minIdleMs / 2;
    for await (const [entry, deliveries] of this.#claim()) {
      // The last of them is the one that is under way now.
      const inVain = deliveries - 1;
      if (inVain > MAX_DELIVERIES) {
        await this.#bury(entry, `delivered ${inVain} times without being acknowledged`);
      } else yield* this.#deliver([entry], true);
    }
    yield* this.#replay();
    await this.#reap(GONE_AFTER_IDLES * this.#minIdleMs, '');
    this.#floor = await this.#acknowledgedThrough();
  }

  /** Makes entries this consumer's that others had for too long, and tells how often each was delivered. */
  async *#claim(): AsyncGenerator<[entry: RawEntry, deliveries: number]> {
    const { commands, keys } = this.#connection;
    let from = '0-0';
    do {
      const claim = [keys.events, this.name, this.consumer, this.#minIdleMs, from, 'COUNT', 1] as const;
      const [next, entries] = (await commands.xautoclaim(...claim)) as [string, RawEntry[]];
      for (const entry of entries) {
        const [id] = entry;
        const [pending] = await commands.xpending(keys.events, this.name, id, id, 1);
        yield [entry, Number((pending as unknown[] | undefined)?.[3] ?? 1)];
      }
      from = next;
    } while (from !== '0-0');
  }

  async *#deliver(entries: readonly RawEntry[], redelivered: boolean): AsyncGenerator<SharedBatch, void> {
    if (entries.length === 0) return;
    const events: Event[] = [];
    for (const entry of entries) {
      const event = await this.#decode(entry);
      if (event !== undefined) events.push(event);
    }
    if (events.length > 0) yield { events, redelivered };
    const { commands, keys } = this.#connection;
    const ids = entries.map(([id]) => id);
    await untilTaken(
      () => commands.xack(keys.events, this.name, ...ids),
      () => !this.#signal.aborted,
    );
  }

  async *#replay(): AsyncGenerator<SharedBatch, void> {
    for (;;) {
      const event = await this.#letters.take(this.name);
      if (event === undefined) return;
      yield { events: [event], redelivered: true };
      await this.#letters.remove(this.name, [event.seq]);
    }
  }

  /** Undefined for an entry that was trimmed, or is no event: the latter goes to the dead letters. */
  async #decode([id, fields]: RawEntry): Promise<Event | undefined> {
    if (fields === null) return undefined;
    try {
      return eventOf(id, fields);
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      await this.#bury([id, fields], error.message);
      return undefined;
    }
  }

  async #bury(entry: RawEntry, reason: string): Promise<void> {
    const [id] = entry;
    await this.#commands.bury('', entry, reason);
    this.#connection.log?.error({ group: this.name, id, reason }, 'an entry was moved to the dead letters');
    this.#options.onDeadLetter?.({ id, reason });
  }

  async #reap(minIdleMs: number, consumer: string): Promise<void> {
    const { commands, keys } = this.#connection;
    await runScript(commands, 'reap', [keys.events], [this.name, minIdleMs, consumer]);
  }

  /** The seq before the oldest entry that is pending or not handed out yet. */
  async #acknowledgedThrough(): Promise<number | undefined> {
    const { commands, keys } = this.#connection;
    const [pending, oldest] = (await commands.xpending(keys.events, this.name)) as [number, string | null];
    if (pending > 0 && oldest !== null) return seqOf(oldest) - 1;
    const groups = (await commands.xinfo('GROUPS', keys.events)) as unknown[][];
    const group = groups.find((fields) => fields[1] === this.name);
    const at = group?.indexOf('last-delivered-id') ?? -1;
    return at === -1 ? undefined : seqOf(String(group?.[at + 1]));
  }
}

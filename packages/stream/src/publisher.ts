import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkDraft, encodeEvent, placeEvent, type Draft, type Event } from '@vectra/protocol';
import type { Redis } from 'ioredis';
import { SCHEMA_VERSION } from './checks.js';
import { isConnectionError, runScript, type LogSink } from './connection.js';
import { publishArguments } from './entries.js';
import { EpochChangedError, FencedError, fromReply, GapError } from './errors.js';
import type { LogKeys } from './keys.js';
import { takeLease, type Holding } from './lease.js';
import { readState } from './state.js';

/** The role whose holder may write. */
export const FEED_ROLE = 'feed';
const MAX_BATCH = 200;
/** Published events kept to fill in again what Redis may lose of its tail. */
const KEPT = 10_000;
const RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

export interface PublisherOptions {
  /** Groups that must exist before the first event, so that they see every one. */
  requiredGroups: readonly string[];
  leaseTtlMs: number;
  /** Gives up waiting for the lease. */
  signal: AbortSignal;
  /** Another feed holds the lease; this one stands by. */
  onStandby?: () => void;
  /** Called after each stored batch. */
  onStored?: (events: readonly Event[]) => void;
}

interface Connection {
  redis: Redis;
  keys: LogKeys;
  log?: LogSink | undefined;
}

/**
 * The one writer of the log. Events get their place at once and are stored in that order; while Redis is away or full
 * they wait in memory, and what Redis lost of its tail is sent again under the same seq.
 */
export class Publisher {
  readonly epoch: string;
  readonly #connection: Connection;
  readonly #options: PublisherOptions;
  #holding: Holding;
  /** Events by seq: from `#base`, stored up to `#stored`, waiting beyond it. */
  #events: Event[] = [];
  #base: number;
  #stored: number;
  #closed = false;
  #wake: () => void = () => undefined;
  #waiters: { seq: number; resolve: () => void }[] = [];
  readonly #ended: Promise<void>;

  private constructor(connection: Connection, options: PublisherOptions, opened: Opened) {
    this.#connection = connection;
    this.#options = options;
    this.#holding = this.#hold(opened.holding);
    this.epoch = opened.epoch;
    this.#base = opened.last + 1;
    this.#stored = opened.last;
    this.#ended = this.#run();
    // Whoever uses the publisher learns of its end from `ended` or `flush`.
    this.#ended.catch(() => undefined);
  }

  /** Waits for the lease, then opens the log: names the epoch of an empty one and creates the required groups. */
  static async open(connection: Connection, options: PublisherOptions): Promise<Publisher> {
    return new Publisher(connection, options, await openLog(connection, options));
  }

  /** The newest seq that has a place, stored or waiting. */
  get last(): number {
    return this.#base + this.#events.length - 1;
  }

  /** Events that wait to be stored. */
  get waiting(): number {
    return this.last - this.#stored;
  }

  /**
   * Resolves when closed. Rejects when this writer cannot go on: another feed has published (FencedError), or the log
   * is not the one it knew (EpochChangedError, GapError).
   */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /**
   * Gives events their place in the log. They are stored in the background, in order.
   *
   * @throws InvalidEventError when one does not fit its schema; none has a place then.
   */
  publish(drafts: readonly Draft[]): Event[] {
    for (const draft of drafts) checkDraft(draft);
    const placed = drafts.map((draft, index) => placeEvent(draft, this.epoch, this.last + 1 + index));
    this.#events.push(...placed);
    this.#wake();
    return placed;
  }

  /** Resolves when all that has a place now is stored. Rejects when publishing ended before that. */
  async flush(): Promise<void> {
    const seq = this.last;
    if (this.#stored >= seq) return;
    const stored = new Promise<void>((resolve) => this.#waiters.push({ seq, resolve }));
    const ended = this.#ended.then(() => Promise.reject(new Error('the publisher was closed')));
    await Promise.race([stored, ended]);
  }

  /** Stops after what is being stored now; what still waits is dropped. Call `flush` before. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#ended.catch(() => undefined); // told by `ended`
    await this.#holding.release();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      if (!this.#holding.valid) await this.#retake();
      if (this.waiting === 0) {
        await this.#idle();
        continue;
      }
      try {
        await this.#store();
        failures = 0;
      } catch (reply) {
        const error = fromReply(reply, this.epoch);
        if (error instanceof EpochChangedError) throw error;
        if (error instanceof FencedError) await this.#holding.release();
        else if (error instanceof GapError) this.#stepBack(error);
        else await this.#backOff(error, ++failures);
      }
    }
  }

  /** Until there is something to store, the lease is lost, or the end. */
  async #idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #hold(holding: Holding): Holding {
    holding.lost.addEventListener('abort', () => this.#wake(), { once: true });
    return holding;
  }

  /**
   * The lease ran out, mostly because Redis was away. Nobody may have published since: then the events that wait keep
   * their places under a new token.
   */
  async #retake(): Promise<void> {
    const { last, epoch, holding } = await openLog(this.#connection, {
      ...this.#options,
      onStandby: () => {
        throw new FencedError('another feed publishes now');
      },
    });
    const unbroken = holding.token === this.#holding.token + 1;
    this.#holding = this.#hold(holding);
    if (epoch !== this.epoch) throw new EpochChangedError(this.epoch, epoch);
    if (!unbroken && last > this.#stored) throw new FencedError(`another feed published up to ${last}`);
  }

  async #store(): Promise<void> {
    const { redis, keys } = this.#connection;
    const first = this.#stored + 1;
    const batch = this.#events.slice(first - this.#base, first - this.#base + MAX_BATCH);
    const triples = batch.flatMap((event) => publishArguments(event, encodeEvent(event)));
    await runScript(
      redis,
      'publish',
      [keys.events, keys.meta, keys.fence(FEED_ROLE)],
      [this.#holding.token, this.epoch, first, ...triples],
    );
    this.#stored = first + batch.length - 1;
    this.#forget();
    this.#options.onStored?.(batch);
    for (const { seq, resolve } of this.#waiters) if (seq <= this.#stored) resolve();
    this.#waiters = this.#waiters.filter(({ seq }) => seq > this.#stored);
  }

  /** Redis lost its tail: go on from where it ends now. */
  #stepBack(gap: GapError): void {
    if (gap.last + 1 < this.#base) throw gap;
    this.#connection.log?.warn(
      { from: gap.last + 1, to: this.#stored },
      'Redis lost the newest events; storing them again',
    );
    this.#stored = gap.last;
  }

  async #backOff(error: unknown, failures: number): Promise<void> {
    if (failures === 1) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#connection.log?.warn(
        { reason, waiting: this.waiting },
        'events cannot be stored; they wait in memory',
      );
    }
    await sleep(Math.random() * Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** failures));
  }

  #forget(): void {
    const surplus = this.#stored - this.#base + 1 - KEPT;
    if (surplus < KEPT) return; // in large steps: removing from the front moves the rest
    this.#events = this.#events.slice(surplus);
    this.#base += surplus;
  }
}

interface Opened {
  holding: Holding;
  epoch: string;
  /** The newest seq in the log. */
  last: number;
}

async function openLog(connection: Connection, options: PublisherOptions): Promise<Opened> {
  const { redis, keys } = connection;
  const { requiredGroups, leaseTtlMs, signal, onStandby } = options;
  for (;;) {
    const holding = await takeLease({ redis, keys, name: FEED_ROLE, ttlMs: leaseTtlMs }, signal, onStandby);
    try {
      const opened = [keys.events, keys.meta, keys.fence(FEED_ROLE)];
      const freshEpoch = randomBytes(4).toString('hex');
      const epoch = await runScript(redis, 'begin', opened, [
        holding.token,
        freshEpoch,
        SCHEMA_VERSION,
        ...requiredGroups,
      ]);
      const { last } = await readState(redis, keys);
      return { holding, epoch: String(epoch), last };
    } catch (reply) {
      await holding.release();
      const error = fromReply(reply);
      if (!(error instanceof FencedError) && !isConnectionError(error)) throw error;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { decodeEvent, InvalidEventError, type Event } from '@vectra/protocol';
import { checkRedis } from './checks.js';
import {
  connectForCommands,
  connectForReads,
  runScript,
  untilReady,
  type ConnectionOptions,
  type LogSink,
  type RedisClient,
} from './connection.js';
import { DeadLetters } from './deadLetters.js';
import { entryId, jsonOf, seqOf, timestampOf } from './entries.js';
import { readFigures, type LogFigures } from './figures.js';
import { OrderedGroup, type GroupOptions } from './group.js';
import type { GroupConnection } from './groupCommands.js';
import { logKeys, type LogKeys } from './keys.js';
import { PaperStore } from './paper.js';
import { renewLog } from './opening.js';
import { Publisher, type PublisherOptions } from './publisher.js';
import { readRawEvents, type RawBatch, type RawReaderOptions } from './rawReader.js';
import { RawWriter, type RawWriterOptions } from './rawWriter.js';
import { readWish, restoreWish, writeWish, type RecorderWish } from './recorderWish.js';
import { Heartbeat, readServices, type ServiceState } from './services.js';
import { SharedGroup, type SharedGroupOptions } from './sharedGroup.js';
import { readGroups, readState, type GroupState, type LogState } from './state.js';
import { readWindow, writeWindow, type RecentGames, type WindowWrite } from './window.js';

export interface LogOptions {
  /** `redis://host:port`, `redis+sentinel://host:port,.../master` or `redis+cluster://host:port,...` */
  url: string;
  /** Name of the log, without braces; `rugs` unless told. */
  stream?: string;
  /** The program that opens it, for CLIENT LIST. */
  name?: string;
  log?: LogSink;
  /** Gives up waiting for Redis. */
  signal?: AbortSignal;
}

export interface TrimResult {
  /** The lowest seq kept. */
  floor: number;
  removed: number;
  /** A required group that does not exist; nothing was dropped because of it. */
  absentGroup: string | null;
}

/** The log: one totally ordered, gap-free stream of events in Redis. */
export class EventLog {
  readonly keys: LogKeys;
  readonly #redis: RedisClient;
  readonly #connection: ConnectionOptions;
  readonly #log: LogSink | undefined;
  readonly #heartbeats: Heartbeat[] = [];
  #paper: PaperStore | undefined;

  private constructor(redis: RedisClient, keys: LogKeys, connection: ConnectionOptions) {
    this.keys = keys;
    this.#redis = redis;
    this.#connection = connection;
    this.#log = connection.log;
  }

  /**
   * Connects and checks that this Redis may hold the log.
   *
   * @throws Error when no Redis answers; UnsuitableRedisError naming setting and remedy when it must not be used.
   */
  static async open({ url, stream = 'rugs', name, log, signal }: LogOptions): Promise<EventLog> {
    const connection = { url, name: name === undefined ? 'vectra' : `vectra-${name}`, log };
    const redis = connectForCommands(connection);
    const keys = logKeys(stream);
    try {
      await untilReady(redis, url, signal);
      await checkRedis(redis, keys.meta);
    } catch (error) {
      redis.disconnect();
      throw error;
    }
    return new EventLog(redis, keys, connection);
  }

  /** Waits until this process is the one that may write, and opens the log for writing. */
  publisher(options: PublisherOptions): Promise<Publisher> {
    return Publisher.open({ redis: this.#redis, keys: this.keys, log: this.#log }, options);
  }

  /**
   * Begins another history of the log, which is dropped as far as it is stored: for one that was brought back from a copy, so that no
   * place means two events. Consumers go on with the first event of the new one. See `renewLog`.
   */
  renew(requiredGroups: readonly string[]): Promise<string> {
    return renewLog({ redis: this.#redis, keys: this.keys, log: this.#log }, { requiredGroups });
  }

  /** Consumes the log as the (one) owner of a group: `for await (const batch of log.group('my-bot', ...))`. */
  group(name: string, options: GroupOptions): OrderedGroup {
    return new OrderedGroup(this.#forGroups, name, options);
  }

  /** Shares the log's events among all consumers of the group, each event to one of them, in no order. */
  shared(name: string, options: SharedGroupOptions): SharedGroup {
    return new SharedGroup(this.#forGroups, name, options);
  }

  /** What the groups could not process. */
  get deadLetters(): DeadLetters {
    return new DeadLetters(this.#redis, this.keys);
  }

  state(): Promise<LogState> {
    return readState(this.#redis, this.keys);
  }

  groups(): Promise<GroupState[]> {
    return readGroups(this.#redis, this.keys);
  }

  /** What the log takes of Redis, and how old what waits for these groups is; for metrics. */
  figures(groups: readonly GroupState[]): Promise<LogFigures> {
    return readFigures(this.#redis, this.keys, groups);
  }

  services(): Promise<ServiceState[]> {
    return readServices(this.#redis, this.keys);
  }

  /** The running game and the last finished ones with their prices, as the recorder keeps them. */
  recentGames(): Promise<RecentGames> {
    return readWindow(this.#redis, this.keys);
  }

  /** See `writeWindow`: for the recorder, which keeps the window. */
  writeRecentGames(owner: { group: string; fence: string }, write: WindowWrite): Promise<boolean> {
    return writeWindow(this.#redis, this.keys, owner, write);
  }

  /** Whether the recorder is wished to record; null when nobody has said. */
  recorderWish(): Promise<RecorderWish | null> {
    return readWish(this.#redis, this.keys);
  }

  /** Tells every recorder, now and after a restart, whether to record games that start from now on. */
  wishRecorder(wish: RecorderWish): Promise<void> {
    return writeWish(this.#redis, this.keys, wish);
  }

  /** Like `wishRecorder`, where nothing is wished: Redis may have lost it. */
  restoreRecorderWish(wish: RecorderWish): Promise<void> {
    return restoreWish(this.#redis, this.keys, wish);
  }

  /** Paper trading's sessions, and what passes between it and the gateways. */
  get paper(): PaperStore {
    return (this.#paper ??= new PaperStore(this.#forGroups));
  }

  /** Keeps upstream events beside the log as they were received; on a connection of its own. */
  rawWriter(options: RawWriterOptions): RawWriter {
    const redis = connectForCommands(this.#connection);
    return new RawWriter({ ...options, redis, key: this.keys.raw, log: this.#log });
  }

  /** The upstream events that are kept, for their one reader: see `readRawEvents`. */
  rawEvents(options: RawReaderOptions): AsyncIterable<RawBatch> {
    return readRawEvents({ ...options, ...this.#forGroups });
  }

  /** Stored events from one seq to another, both included, at most `count`. Entries that are no events are left out. */
  async range(from: number, to: number, count = 500): Promise<Event[]> {
    const entries = await this.#redis.xrange(this.keys.events, entryId(from), entryId(to), 'COUNT', count);
    return entries.flatMap(([id, fields]) => {
      try {
        return [decodeEvent(jsonOf(fields))];
      } catch (error) {
        if (!(error instanceof InvalidEventError)) throw error;
        this.#log?.warn({ id, reason: error.message }, 'not an event: left out');
        return [];
      }
    });
  }

  /**
   * Drops events older than `before` (Unix ms) that every group has processed, and groups whose consumer is gone for
   * good. Nothing is dropped while a required group does not exist.
   */
  async trim(before: number, requiredGroups: readonly string[]): Promise<TrimResult> {
    const keep = await this.#firstSeqSince(before);
    const reply = await runScript(
      this.#redis,
      'trim',
      [this.keys.events, this.keys.ephemeral],
      [this.keys.leasePrefix, keep, ...requiredGroups],
    );
    const [floor, removed, absent] = reply as [number, number, string];
    return { floor, removed, absentGroup: absent === '' ? null : absent };
  }

  /**
   * Tells the others every 2 s that this service lives, and how it is.
   *
   * @returns tells them at once.
   */
  announce(service: string, status: () => { ok: boolean; detail: Record<string, unknown> }): () => void {
    const heartbeat = new Heartbeat(this.#redis, this.keys, {
      service,
      instance: randomUUID().slice(0, 8),
      status,
    });
    this.#heartbeats.push(heartbeat);
    return () => heartbeat.beat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#heartbeats.map((heartbeat) => heartbeat.stop()));
    this.#redis.disconnect();
  }

  get #forGroups(): GroupConnection {
    const reads = () => connectForReads(this.#connection);
    return { commands: this.#redis, reads, keys: this.keys, log: this.#log };
  }

  /** The first stored event received at `time` or later, found by halving: seq numbers have no gaps. */
  async #firstSeqSince(time: number): Promise<number> {
    const { first, last } = await this.state();
    let low = first;
    let high = last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [entry] = await this.#redis.xrange(this.keys.events, entryId(middle), '+', 'COUNT', 1);
      if (entry === undefined || timestampOf(entry[1]) >= time) high = middle;
      else low = Math.max(middle, seqOf(entry[0])) + 1;
    }
    return low;
  }
}

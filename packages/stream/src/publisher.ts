import { setTimeout as sleep } from 'node:timers/promises';
import { checkDraft, encodeEvent, placeEvent, type Draft, type Event } from '@vectra/protocol';
import { reasonOf, runScript } from './connection.js';
import { publishArguments } from './entries.js';
import { EpochChangedError, FencedError, ForeignEntryError, fromReply, GapError } from './errors.js';
import type { Holding } from './lease.js';
import {
  beginLog,
  expel,
  freshEpoch,
  FEED_ROLE,
  goesOn,
  openLog,
  type OpeningOptions,
  type OpenState,
  type WriterConnection,
} from './opening.js';
import { Tail } from './tail.js';
import { WriteAheadFile } from './wal.js';

const MAX_BATCH = 200;
const RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

export interface PublisherOptions extends OpeningOptions {
  /** Folder of the write-ahead file; this writer's own. */
  folder: string;
  /** How many events Redis may hold; more wait in the file until those before are trimmed. Unset = no limit. */
  maxEvents?: number;
  /** Called after each stored batch. */
  onStored?: (events: readonly Event[]) => void;
  /** Events can't be written ahead or stored for now (the reason), or can again (null). */
  onProblem?: (problem: string | null) => void;
}

/**
 * The one writer of the log. An event gets its place at once, is written to a file, and then stored in Redis. What Redis
 * does not take waits; what Redis lost is sent again from the file under the same seq. Only when the file can't fill the
 * log again does a new epoch begin.
 */
export class Publisher {
  readonly #connection: WriterConnection;
  readonly #options: PublisherOptions;
  readonly #tail: Tail;
  #holding: Holding;
  #stored: number;
  /** The oldest seq that Redis holds, as far as trimming has told. */
  #floor: number;
  /** Where Redis ends, when that has to be reconciled with what was stored. */
  #endsAt: number | undefined;
  /** The first place in Redis that holds what somebody else wrote. */
  #foreignFrom: number | undefined;
  /** The next event is the first of an empty stream although its seq is not 1: what came before was trimmed. */
  #refilling = false;
  #problem: string | null = null;
  #closed = false;
  #wakeStore: () => void = () => undefined;
  #wakePersist: () => void = () => undefined;
  /** The file refuses: what is not in it is stored all the same. */
  #unwritable = false;
  readonly #persisting: Promise<void>;
  #waiters: { seq: number; resolve: () => void }[] = [];
  readonly #ended: Promise<void>;

  private constructor(
    connection: WriterConnection,
    options: PublisherOptions,
    { holding, state, tail }: Opened,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#tail = tail;
    this.#holding = this.#hold(holding);
    this.#stored = state.last;
    this.#floor = state.first;
    this.#endsAt = state.last;
    this.#ended = this.#run();
    this.#persisting = this.#persistAll();
    // Whoever uses the publisher learns of its end from `ended` or `flush`.
    this.#ended.catch(() => undefined);
  }

  /**
   * Waits for the lease, then opens the log: names the epoch of an empty one, creates the required groups, and stores
   * again what the write-ahead file has and Redis lacks.
   */
  static async open(connection: WriterConnection, options: PublisherOptions): Promise<Publisher> {
    let wal: WriteAheadFile | undefined;
    try {
      // Opened under the lease, and again with each taking of it: another feed may use the same folder.
      const { holding, state } = await openLog(connection, options, async () => {
        await wal?.close();
        wal = await WriteAheadFile.open(options.folder, connection.log);
        return wal.epoch;
      });
      if (wal === undefined) throw new Error('the write-ahead file was not opened');
      const file: WriteAheadFile = wal;
      if (!(await goesOn(connection, file, state))) {
        await file.begin(state.epoch, state.last + 1, state.first <= state.last);
      }
      return new Publisher(connection, options, { holding, state, tail: new Tail(file) });
    } catch (error) {
      await wal?.close();
      throw error;
    }
  }

  get epoch(): string {
    return this.#tail.epoch;
  }

  /** The newest seq that has a place, stored or waiting. */
  get last(): number {
    return this.#tail.last;
  }

  /** Events that wait to be stored. */
  get waiting(): number {
    return this.last - this.#stored;
  }

  /** Resolves when closed. Rejects with FencedError when another feed has published: this one must begin anew. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /**
   * Gives events their place in the log. They are written to the file and stored in the background, in order.
   *
   * @throws InvalidEventError when one does not fit its schema; none has a place then.
   */
  publish(drafts: readonly Draft[]): Event[] {
    for (const draft of drafts) checkDraft(draft);
    const placed = drafts.map((draft, index) => placeEvent(draft, this.epoch, this.last + 1 + index));
    this.#tail.push(placed);
    this.#wakePersist();
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

  /** The log was trimmed up to here: the file need not keep what lies before. */
  async forget(below: number): Promise<void> {
    // What is not stored is kept, whatever an older answer says.
    this.#floor = Math.max(this.#floor, Math.min(below, this.#stored + 1));
    this.#wakeStore();
    await this.#tail.forget(this.#floor);
  }

  /** Stops after what is being stored now. What still waits is in the file, and stored by the next writer. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeStore();
    this.#wakePersist();
    await this.#ended.catch(() => undefined); // told by `ended`
    await this.#persisting;
    await this.#tail.close();
    await this.#holding.release();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      try {
        if (!this.#holding.valid) await this.#retake();
        if (this.#foreignFrom !== undefined) await this.#expel(this.#foreignFrom);
        if (this.#endsAt !== undefined) await this.#resumeAt(this.#endsAt);
        if (this.#storable > this.#stored) await this.#store();
        else await this.#idle();
        failures = 0;
      } catch (reply) {
        const error = fromReply(reply, this.epoch);
        if (error instanceof TakenOverError) throw error;
        if (error instanceof FencedError || error instanceof EpochChangedError) await this.#holding.release();
        else if (error instanceof GapError) this.#endsAt = error.last;
        else if (error instanceof ForeignEntryError) this.#foreignFrom = error.from;
        else await this.#backOff(error, ++failures);
      }
    }
  }

  /** Up to where events may be stored: they are in the file first, unless that refuses, and Redis has room. */
  get #storable(): number {
    return Math.min(this.#unwritable ? this.last : this.#tail.persisted, this.#ceiling);
  }

  get #ceiling(): number {
    return this.#floor - 1 + (this.#options.maxEvents ?? Infinity);
  }

  /** Until there is something to store, the lease is lost, or the end. */
  async #idle(): Promise<void> {
    // Either may have happened while something was waited for, when nothing was there to be woken.
    if (this.#closed || !this.#holding.valid) return;
    if (this.#stored >= this.#ceiling && this.waiting > 0) {
      this.#tell(
        `the log is full (${this.#options.maxEvents} events): a group that is behind must process some, so that they are trimmed`,
      );
    }
    await new Promise<void>((resolve) => {
      this.#wakeStore = resolve;
    });
  }

  #hold(holding: Holding): Holding {
    holding.lost.addEventListener('abort', () => this.#wakeStore(), { once: true });
    return holding;
  }

  /**
   * Keeps the file up with what is published, whatever Redis does. A disk that refuses does not stop publishing: Redis
   * still takes the events, and the file takes them when it can.
   */
  async #persistAll(): Promise<void> {
    while (!this.#closed || this.#tail.persisted < this.last) {
      if (this.#tail.persisted === this.last) {
        await new Promise<void>((resolve) => (this.#wakePersist = resolve));
        continue;
      }
      try {
        await this.#tail.persist();
        this.#unwritable = false;
      } catch (error) {
        this.#unwritable = true;
        this.#tell(`the write-ahead file can't be written: ${reasonOf(error)}`);
        if (this.#closed) return;
        await sleep(MAX_RETRY_MS);
      }
      this.#wakeStore();
    }
  }

  async #store(): Promise<void> {
    const { redis, keys } = this.#connection;
    const first = this.#stored + 1;
    const batch = await this.#tail.read(first, Math.min(MAX_BATCH, this.#storable - this.#stored));
    const triples = batch.flatMap((event) => publishArguments(event, encodeEvent(event)));
    await runScript(
      redis,
      'publish',
      [keys.events, keys.meta, keys.fence(FEED_ROLE)],
      [this.#holding.fence, this.epoch, first, this.#refilling ? 1 : 0, ...triples],
    );
    this.#refilling = false;
    this.#stored = first + batch.length - 1;
    if (!this.#unwritable) this.#tell(null);
    this.#options.onStored?.(batch);
    for (const { seq, resolve } of this.#waiters) if (seq <= this.#stored) resolve();
    this.#waiters = this.#waiters.filter(({ seq }) => seq > this.#stored);
  }

  /**
   * The lease ran out, mostly because Redis was away. Nobody may have published since: then what waits keeps its places
   * under a new token, and what Redis lost meanwhile is stored again.
   */
  async #retake(): Promise<void> {
    const standsBy = { onStandby: () => raise(new TakenOverError('another feed publishes now')) };
    const { holding, state } = await openLog(this.#connection, { ...this.#options, ...standsBy }, () =>
      Promise.resolve(this.epoch),
    );
    this.#holding = this.#hold(holding);
    if (state.epoch !== this.epoch) throw new TakenOverError(`the log has another epoch, ${state.epoch}`);
    if (!(await goesOn(this.#connection, this.#tail, state)))
      throw new TakenOverError(`another feed published up to ${state.last}`);
    await this.#tail.reclaim();
    this.#floor = state.first;
    this.#endsAt = state.last;
  }

  /** Goes on from where Redis ends, or begins anew when what it lost can't be filled in. */
  async #resumeAt(last: number): Promise<void> {
    await this.#tail.refresh();
    const { first } = this.#tail;
    const emptied = last === 0 && first > 1;
    if (emptied ? !this.#tail.reachesBack : first > last + 1) await this.#beginAnew();
    else {
      const before = this.#stored;
      this.#refilling = emptied;
      if (emptied) this.#floor = first;
      this.#stored = emptied ? first - 1 : Math.min(last, this.last);
      const lacks = { from: this.#stored + 1, to: before };
      if (lacks.to >= lacks.from) this.#connection.log?.warn(lacks, 'Redis lost events; storing them again');
    }
    this.#endsAt = undefined;
  }

  /** Somebody else wrote into the log: that is put aside, and the places are filled with what belongs there. */
  async #expel(from: number): Promise<void> {
    await expel(this.#connection, this.#holding.fence, from - 1);
    this.#foreignFrom = undefined;
    this.#endsAt = from - 1;
  }

  /** Readers must learn that something is lost for good, and places are counted anew. */
  async #beginAnew(): Promise<void> {
    const epoch = freshEpoch();
    const { fence } = this.#holding;
    await beginLog(this.#connection, this.#options, { fence, epoch, anew: true });
    await this.#tail.beginAnew(epoch, this.#stored + 1);
    this.#wakePersist();
    this.#stored = 0;
    this.#floor = 1;
    this.#waiters = this.#waiters.map((waiter) => ({ ...waiter, seq: this.last }));
    this.#connection.log?.error({ epoch }, 'Redis lost events that nothing can fill in: a new epoch begins');
  }

  async #backOff(error: unknown, failures: number): Promise<void> {
    this.#tell(`events can't be stored: ${reasonOf(error)}`);
    await sleep(Math.random() * Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** failures));
  }

  #tell(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (problem === null) this.#connection.log?.info({}, 'events are stored again');
    else this.#connection.log?.warn({ problem, waiting: this.waiting }, 'events wait');
    this.#options.onProblem?.(problem);
  }
}

interface Opened {
  holding: Holding;
  state: OpenState;
  tail: Tail;
}

/** Another feed writes the log now. */
class TakenOverError extends FencedError {}

function raise(error: Error): never {
  throw error;
}

import { placeEvent, type Event } from '@vectra/protocol';
import type { WriteAheadFile } from './wal.js';

/** Events that are in the file stay in memory as well, up to this many: the next ones to store need not be read. */
const CACHED = 50_000;

/** The newest events of the log: in memory first, then in the write-ahead file, from where all of them can be had. */
export class Tail {
  readonly #wal: WriteAheadFile;
  /** Contiguous; the newest ones. Those after `#wal.last` are not in the file yet. */
  #cached: Event[] = [];
  #epoch: string;
  #last: number;
  /** What changes the file happens one after the other. */
  #work: Promise<void> = Promise.resolve();

  /** @param wal begun, so that it has an epoch. */
  constructor(wal: WriteAheadFile) {
    this.#wal = wal;
    this.#epoch = wal.epoch ?? '';
    this.#last = wal.last;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** The oldest seq that can be had. */
  get first(): number {
    return this.#wal.first;
  }

  /** The newest seq that has a place. */
  get last(): number {
    return this.#last;
  }

  /** The newest seq that is on disk. */
  get persisted(): number {
    return this.#wal.last;
  }

  /** An empty log can be filled again from here: nothing before `first` was still in use. */
  get reachesBack(): boolean {
    return !this.#wal.isPartial;
  }

  push(events: readonly Event[]): void {
    this.#cached.push(...events);
    this.#last += events.length;
  }

  /** Writes to the file what is not in it yet. */
  persist(): Promise<void> {
    return this.#serially(async () => {
      const waiting = this.#last - this.#wal.last;
      if (waiting > 0) await this.#wal.append(this.#cached.slice(-waiting));
      const surplus = Math.min(
        this.#cached.length - CACHED,
        this.#cached.length - (this.#last - this.#wal.last),
      );
      if (surplus >= CACHED) this.#cached = this.#cached.slice(surplus);
    });
  }

  /** Events from a seq on, at most `count`. */
  async read(from: number, count: number): Promise<Event[]> {
    const cachedFrom = this.#cachedFrom;
    if (from >= cachedFrom) return this.#cached.slice(from - cachedFrom, from - cachedFrom + count);
    return this.#wal.read(from, Math.min(count, cachedFrom - from));
  }

  /** See `WriteAheadFile.refresh`. */
  refresh(): Promise<void> {
    return this.#serially(() => this.#wal.refresh());
  }

  /** See `WriteAheadFile.reclaim`. */
  reclaim(): Promise<void> {
    return this.#serially(() => this.#wal.reclaim());
  }

  forget(below: number): Promise<void> {
    return this.#serially(() => this.#wal.forget(below));
  }

  /** Another epoch: events from this seq on become its first ones. */
  beginAnew(epoch: string, from: number): Promise<void> {
    return this.#serially(async () => {
      const uncached = this.#cachedFrom > from ? await this.#wal.read(from, this.#cachedFrom - from) : [];
      await this.#wal.begin(epoch, 1, false);
      // In one turn, so that no event gets a place of the old epoch in between.
      const kept = [...uncached, ...this.#cached.slice(Math.max(0, from - this.#cachedFrom))];
      this.#cached = kept.map((event, index) => placeEvent(event, epoch, index + 1));
      this.#last = kept.length;
      this.#epoch = epoch;
    });
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#wal.close();
  }

  get #cachedFrom(): number {
    return this.#last - this.#cached.length + 1;
  }

  #serially(step: () => Promise<void>): Promise<void> {
    const done = this.#work.then(step);
    this.#work = done.catch(() => undefined); // told to whoever asked for the step
    return done;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { formatPosition, type Event, type Position } from '@vectra/protocol';
import { eventFields, traceEvents, type Logger } from '@vectra/service-kit';
import {
  FencedError,
  isTransient,
  RevisionError,
  type Batch,
  type EventLog,
  type PaperSlot,
  type WaitingCommand,
} from '@vectra/stream';
import { SlotBook, type BookOptions, type Placed, type SavedReader } from './book.js';

/** A slot without anything saved looks so far back for the last games. */
const WARM_UP_EVENTS = 5_000;
const PAGE = 500;
const AFTER_FAILURE_MS = 200;

export interface SlotOptions extends BookOptions {
  events: EventLog;
  log: Logger;
  leaseTtlMs: number;
  historyMax: number;
  /** How many sessions there may be in all slots. */
  maxSessions: number;
  /** The time of Redis, Unix ms. */
  now: () => number;
  /** `lagMs`: how old the newest event was; missing for commands. */
  onBatch: (counts: { events: number; bets: number; lagMs?: number }) => void;
  onOwned: () => void;
  /** Its sessions missed something for good. */
  onMissed: () => void;
}

/** One ownership of a slot, from loading what was saved to the loss of the lease. */
interface Ownership {
  book: SlotBook;
  /** The number of the newest save. */
  revision: number;
  fence: string;
}

/** One slot: stands by for it, and while it owns it, has its sessions follow the game and carries out their commands. */
export class Slot {
  readonly number: number;
  readonly #options: SlotOptions;
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #ownership: Ownership | undefined;
  /** Ends the ownership: what is known is not what was saved. */
  #doubt = new AbortController();
  #work: Promise<unknown> = Promise.resolve();

  constructor(number: number, options: SlotOptions) {
    this.number = number;
    this.#options = options;
  }

  /** The newest command that was taken; undefined when another instance has the slot. */
  get command(): string | undefined {
    return this.#ownership?.book.command;
  }

  /** How many sessions it has; undefined when another instance has the slot. */
  get sessions(): number | undefined {
    return this.#ownership?.book.size;
  }

  /** Takes the slot as soon as it can. `onFailure`: what Redis refuses for good. */
  start(onFailure: (error: unknown) => void): void {
    this.#ended = this.#run().catch(onFailure);
  }

  /** Gives it up at once; what is being processed is saved before. */
  stop(): Promise<void> {
    this.#stop.abort();
    return this.#ended;
  }

  /** Carries out what has come of commands, unless another instance has the slot now. */
  serve(commands: readonly WaitingCommand[]): Promise<void> {
    return this.#serially(async () => {
      const ownership = this.#ownership;
      if (ownership === undefined) return;
      const { book } = ownership;
      const waiting = commands.filter(({ id }) => isAfter(id, book.command));
      if (waiting.length === 0) return;
      const room = await this.#room(waiting, book);
      const placed = await book.carryOut(waiting, { now: this.#options.now(), room });
      const owned = (): boolean => this.#ownership === ownership && !this.#stop.signal.aborted;
      if (await this.#save(ownership, owned))
        this.#options.onBatch({ events: 0, bets: this.#tell([placed], book.position) });
      else this.#doubt.abort();
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!isAborted(signal)) {
      this.#doubt = new AbortController();
      try {
        await this.#follow(AbortSignal.any([signal, this.#doubt.signal]));
      } catch (error) {
        if (!(error instanceof UnloadedError)) throw error;
        this.#options.log.warn(
          { slot: this.number, reason: error.message },
          'what was saved of the slot was not read',
        );
      }
      await sleep(AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined); // a stop ends the wait
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { events, leaseTtlMs, log, onMissed } = this.#options;
    const slot = this.number;
    const group = events.group(events.paper.groupOf(slot), {
      ...{ from: 'now', leaseTtlMs, signal },
      onOwned: (_token, fence) => this.#takeOver(fence),
      onStatus: (status) => {
        if (status !== 'owner') this.#ownership = undefined;
      },
      onGap: ({ from, to }) => {
        log.error({ slot, from, to }, 'events were trimmed before the sessions could follow them');
        onMissed();
      },
      onEpoch: (epoch, previous) => {
        log.error({ slot, epoch, previous }, 'the log began anew: what was in between may be lost');
        onMissed();
      },
      onDeadLetter: ({ id, reason }) => {
        log.error({ slot, id, reason }, 'an entry of the log was left out');
        onMissed();
      },
    });
    try {
      for await (const batch of group) {
        // Coming back for the next batch acknowledges this one.
        if (!(await this.#serially(() => this.#take(batch)))) return;
      }
    } finally {
      this.#ownership = undefined;
    }
  }

  /** @returns the position up to which all is saved. */
  #takeOver(fence: string): Promise<Position | undefined> {
    return this.#serially(async () => {
      const { saved, reader, reread } = await this.#load();
      const book = new SlotBook(this.#options);
      await book.restore(saved, reader, reread);
      this.#ownership = { book, revision: saved.revision, fence };
      const position = book.position === undefined ? null : formatPosition(book.position);
      this.#options.log.info({ slot: this.number, sessions: book.size, position }, 'trading on paper');
      this.#options.onOwned();
      return book.position;
    });
  }

  /** @throws UnloadedError when Redis went away meanwhile. */
  async #load(): Promise<{ saved: PaperSlot; reader: SavedReader | undefined; reread: Event[] }> {
    const { events } = this.#options;
    try {
      const saved = await events.paper.load(this.number);
      const reader = saved.reader === undefined ? undefined : (JSON.parse(saved.reader) as SavedReader);
      const { epoch, last } = await events.state();
      if (saved.position !== undefined || epoch === null)
        return { saved, reader, reread: await this.#reread(saved.position, reader?.position) };
      // Nothing was saved: it begins now, and knows of the last games.
      const reread = await this.#range(Math.max(1, last - WARM_UP_EVENTS + 1), last);
      return { saved: { ...saved, position: { epoch, seq: last } }, reader, reread };
    } catch (error) {
      throw isTransient(error) ? new UnloadedError(String(error), { cause: error }) : error;
    }
  }

  /** The events after `from`, up to `to`, which are what the reader knew and what was processed when they were saved. */
  async #reread(to: Position | undefined, from: Position | undefined): Promise<Event[]> {
    const { events, log } = this.#options;
    const { epoch, first } = await events.state();
    // Places of another history say nothing of this one.
    if (to?.epoch !== epoch || from?.epoch !== epoch) return [];
    const lacking = { slot: this.number, from: from.seq + 1, to: Math.min(first - 1, to.seq) };
    if (lacking.to >= lacking.from)
      log.warn(lacking, 'events were trimmed: some prices of the running game are not known');
    return this.#range(from.seq + 1, to.seq);
  }

  async #range(from: number, to: number): Promise<Event[]> {
    const found: Event[] = [];
    for (let next = from; next <= to; next += PAGE)
      found.push(...(await this.#options.events.range(next, Math.min(next + PAGE - 1, to), PAGE)));
    return found;
  }

  /** @returns whether the batch may be acknowledged. */
  async #take({ events, owned, replayed }: Batch): Promise<boolean> {
    const ownership = this.#ownership;
    if (ownership === undefined) return false;
    // Older than what the sessions have seen since: nothing could have been traded on it.
    if (replayed) return true;
    const now = this.#options.now();
    const placed = ownership.book.observe(events, now);
    if (!(await this.#save(ownership, owned))) return false;
    const lagMs = Math.max(0, now - (events.at(-1)?.timestamp ?? now));
    const { log, onBatch } = this.#options;
    traceEvents(log, events, 'followed', { slot: this.number });
    onBatch({ events: events.length, bets: this.#tell(placed), lagMs });
    return true;
  }

  /** @param position where the game was for orders. @returns how many bets there are. */
  #tell(placed: readonly Placed[], position?: Position): number {
    for (const { event, sessions } of placed) {
      if (sessions.length === 0) continue;
      const fields = event === undefined ? position : eventFields(event);
      this.#options.log.info({ slot: this.number, ...fields, sessions }, 'bets are placed');
    }
    return placed.reduce((sum, { sessions }) => sum + sessions.length, 0);
  }

  /** @returns false when it was not, or may not have been, saved: the ownership is over then. */
  async #save(ownership: Ownership, owned: () => boolean): Promise<boolean> {
    const { events, historyMax, log } = this.#options;
    const { book, fence, revision } = ownership;
    try {
      const change = { ...book.take(), revision, historyMax };
      if (await events.paper.save(this.number, { fence, owned }, change)) {
        ownership.revision++;
        return true;
      }
    } catch (error) {
      if (!(error instanceof FencedError || error instanceof RevisionError)) throw error;
      log.warn({ slot: this.number, reason: error.message }, 'looking again what was saved of the slot');
    }
    this.#ownership = undefined;
    return false;
  }

  /** How many sessions may be made. Looked up only when it matters. */
  async #room(waiting: readonly WaitingCommand[], book: SlotBook): Promise<number> {
    const makes = waiting.some(({ command }) => command?.kind === 'open' && !book.has(command.session));
    return makes ? this.#options.maxSessions - (await this.#options.events.paper.count()) : 0;
  }

  /** Batches and commands come from different sides; each sees what the one before it left. */
  #serially<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#work.then(step);
    this.#work = done.catch(() => undefined); // told to whoever asked for the step
    return done;
  }
}

/** Redis went away while what was saved of a slot was read. */
class UnloadedError extends Error {}

/** Whether a stream entry's id comes after another. */
function isAfter(id: string, other: string): boolean {
  const [ms = 0, count = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && count > otherCount);
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

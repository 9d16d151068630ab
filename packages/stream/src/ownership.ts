import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidEventError, parsePosition, type Event, type Position } from '@vectra/protocol';
import { retryDelay, untilTaken, type RedisClient } from './connection.js';
import { DeadLetters } from './deadLetters.js';
import { entryId, eventOf, seqOf, type RawEntry } from './entries.js';
import { FencedError, fromReply } from './errors.js';
import type { Batch, GroupOptions } from './group.js';
import { beginningOf, GroupCommands, isRecoverable, warn, type GroupConnection } from './groupCommands.js';
import type { Holding } from './lease.js';
import { readState, type LogState } from './state.js';

/** An event that was delivered more often than this without being acknowledged is put aside. */
const MAX_DELIVERIES = 5;
/** How many entries that a lost reply has hidden are fetched at once. */
const HOLE_PAGE = 1_000;
const REPLAY_LOOK_MS = 1_000;
const READY_POLL_MS = 20;

export interface OwnershipParts {
  connection: GroupConnection;
  name: string;
  options: GroupOptions & { batchSize: number };
  signal: AbortSignal;
  holding: Holding;
  /** The newest event that was processed; undefined when the group's own place counts. */
  cursor: Position | undefined;
}

/** One ownership of an ordered group: reads, delivers and acknowledges until the lease is lost. */
export class Ownership {
  readonly #parts: OwnershipParts;
  readonly #commands: GroupCommands;
  readonly #letters: DeadLetters;
  #cursor: Position | undefined;
  /** The log's, as far as this process knows. */
  #epoch: string | undefined;
  /** The group is known to exist. */
  #established = false;
  /** What was handed out and not acknowledged is read before what is new. */
  #pendingFirst = true;
  /** A former owner's pending entries are not all processed yet. */
  #recovering: boolean;
  /** They were delivered to more than one owner already. */
  #oneByOne = false;
  /** Entries that went to the dead letters: the cursor stands before them until an event comes after them. */
  readonly #buried = new Set<string>();
  #acknowledging: Promise<void> = Promise.resolve();
  #failures = 0;
  #nextReplayLook = 0;

  constructor(parts: OwnershipParts) {
    this.#parts = parts;
    this.#commands = new GroupCommands(parts.connection, parts.name);
    this.#letters = new DeadLetters(parts.connection.commands, parts.connection.keys);
    this.#cursor = parts.cursor;
    this.#recovering = parts.options.ephemeral !== true;
  }

  /** The newest event that was processed, as far as this process knows. */
  get cursor(): Position | undefined {
    return this.#cursor;
  }

  /** Ends when the lease is lost or the signal aborts. @throws what Redis refuses for good. */
  async *batches(reader: RedisClient): AsyncGenerator<Batch, void> {
    while (this.#owns()) {
      if (reader.status !== 'ready') {
        await sleep(READY_POLL_MS, undefined, { signal: this.#parts.signal });
        continue;
      }
      try {
        if (!this.#established) await this.#establish();
        const entries = await this.#next(reader);
        this.#failures = 0;
        // The read may have taken longer than the lease lasts: then the entries are another owner's to process.
        if (this.#owns() && entries.length > 0) yield* this.#deliver(entries);
        if (this.#owns() && performance.now() >= this.#nextReplayLook) yield* this.#replay();
      } catch (reply) {
        const error = fromReply(reply);
        if (error instanceof FencedError) return;
        if (!isRecoverable(error)) throw error;
        // Whatever the failed call did, the pending entries tell.
        this.#established = false;
        this.#pendingFirst = true;
        await this.#backOff(error);
      }
    }
    await this.#acknowledging.catch(() => undefined); // unacknowledged is delivered again, to whoever owns the group then
  }

  #owns(): boolean {
    return this.#parts.holding.valid && !this.#parts.signal.aborted;
  }

  /** Makes sure the group exists, at this service's own place if it has to be created. */
  async #establish(): Promise<void> {
    const { connection, name, options } = this.#parts;
    const { commands, keys } = connection;
    const state = await this.#readState();
    if (options.ephemeral === true) await commands.sadd(keys.ephemeral, name);
    const beginning = this.#cursor?.seq ?? beginningOf(options.from, state);
    const created = await this.#commands.create(beginning);
    if (created && options.from !== 'start' && state.epoch !== null) {
      this.#cursor ??= { epoch: state.epoch, seq: beginning };
    }
    this.#established = true;
  }

  /**
   * Looks which epoch the log has. Seq numbers of different epochs must not be compared: in another epoch this group
   * begins before its first event.
   */
  async #readState(): Promise<LogState> {
    const { commands, keys } = this.#parts.connection;
    const state = await readState(commands, keys);
    this.#epoch = state.epoch ?? this.#epoch;
    const known = this.#cursor?.epoch;
    if (this.#epoch !== undefined && known !== undefined && known !== this.#epoch) {
      this.#cursor = { epoch: this.#epoch, seq: 0 };
      this.#buried.clear();
      this.#parts.options.onEpoch?.(this.#epoch, known);
    }
    return state;
  }

  /** The next entries, once those before are acknowledged. New ones are asked for while that is under way. */
  async #next(reader: RedisClient): Promise<RawEntry[]> {
    const { name, options } = this.#parts;
    if (this.#pendingFirst) {
      await this.#acknowledging;
      const entries = await this.#commands.pending(reader, name, options.batchSize);
      if (entries.length === 0) {
        this.#pendingFirst = false;
        this.#recovering = false;
      }
      return entries;
    }
    const reading = this.#commands.fresh(reader, name, options.batchSize);
    const [entries] = await Promise.all([reading, this.#acknowledging]);
    // After a while of quiet: whatever was handed out without this process knowing is looked for.
    if (entries.length === 0) this.#pendingFirst = true;
    return entries;
  }

  /** Yields what is new among the entries, then acknowledges them. */
  async *#deliver(entries: readonly RawEntry[]): AsyncGenerator<Batch, void> {
    const whole = await this.#withoutHole(entries);
    const fresh = await this.#collect(whole);
    const events = this.#recovering ? await this.#cautiously(fresh) : fresh;
    const epoch = this.#epoch;
    if (events.length > 0 && epoch !== undefined) {
      const { token } = this.#parts.holding;
      yield { events, epoch, token, replayed: false, owned: () => this.#parts.holding.valid };
    }
    const last = events.at(-1);
    if (last !== undefined) this.#cursor = parsePosition(last.id);
    // Events that were held back stay pending.
    const through = last?.seq ?? this.#cursor?.seq ?? 0;
    const done = fresh.length > events.length ? whole.filter(([id]) => seqOf(id) <= through) : whole;
    this.#acknowledging = this.#acknowledge(done.map(([id]) => id));
    this.#acknowledging.catch(() => undefined); // told by the next read
  }

  /**
   * Entries handed out by a call whose reply was lost are not in this one: they are fetched from the stream.
   * Seq numbers have no gaps, so a hole is seen by counting.
   */
  async #withoutHole(entries: readonly RawEntry[]): Promise<readonly RawEntry[]> {
    let next = this.#expected();
    if (next !== undefined && isRun(entries, next)) return entries;
    const whole: RawEntry[] = [];
    for (const entry of entries) {
      const seq = seqOf(entry[0]);
      if (next !== undefined && seq > next) {
        const hidden = await this.#commands.range(next, seq - 1, HOLE_PAGE);
        whole.push(...hidden);
        if (hidden.length === HOLE_PAGE) {
          // There may be more of them; these entries come again after them.
          this.#pendingFirst = true;
          return whole;
        }
      }
      whole.push(entry);
      next = Math.max(seq + 1, next ?? 0);
    }
    return whole;
  }

  /** The events beyond the cursor. Tells what is missing, and buries what is no event. */
  async #collect(entries: readonly RawEntry[]): Promise<Event[]> {
    const events: Event[] = [];
    let expected = this.#expected();
    for (const [id, fields] of entries) {
      const seq = seqOf(id);
      let event = fields === null ? null : eventIn(id, fields);
      if (this.#isOfOtherEpoch(event)) {
        const known = this.#epoch;
        event = await this.#judge(event);
        if (this.#epoch !== known) expected = this.#expected();
      }
      if (expected !== undefined && seq < expected) continue;
      if (event instanceof InvalidEventError) {
        await this.#bury([id, fields], event.message);
        if (seq === expected) expected++;
        continue;
      }
      const missing = { from: expected ?? seq, to: event === null ? seq : seq - 1 };
      if (missing.to >= missing.from) this.#parts.options.onGap?.(missing);
      if (event !== null) events.push(event);
      expected = seq + 1;
    }
    return events;
  }

  /** The seq that comes next; undefined when this process can't know. */
  #expected(): number | undefined {
    return this.#cursor === undefined ? undefined : this.#cursor.seq + 1;
  }

  #isOfOtherEpoch(event: Event | InvalidEventError | null): event is Event {
    return event !== null && 'id' in event && !event.id.startsWith(`${this.#epoch}:`);
  }

  /** An event of an epoch that this process does not know: the log began anew, or it does not belong here. */
  async #judge(event: Event): Promise<Event | InvalidEventError> {
    await this.#readState();
    if (!this.#isOfOtherEpoch(event)) return event;
    return new InvalidEventError(`${event.id} is not of epoch ${this.#epoch ?? 'none'}`);
  }

  /**
   * What a former owner did not acknowledge may be what ended it. A second time such events are delivered one by one, so
   * that one that can't be processed is found, and after too many deliveries put aside.
   */
  async #cautiously(events: readonly Event[]): Promise<readonly Event[]> {
    const [oldest] = events;
    if (oldest === undefined) return events;
    const id = entryId(oldest.seq);
    const attempts = await this.#commands.attempt(this.#parts.holding.fence, id);
    this.#oneByOne ||= attempts > 1;
    if (!this.#oneByOne) return events;
    if (attempts <= MAX_DELIVERIES) return [oldest];
    const [entry] = await this.#commands.range(oldest.seq, oldest.seq, 1);
    await this.#bury(entry ?? [id, []], `delivered ${attempts} times without being acknowledged`);
    this.#cursor = parsePosition(oldest.id);
    return [];
  }

  async #bury(entry: RawEntry, reason: string): Promise<void> {
    const [id] = entry;
    if (this.#buried.has(id)) return;
    const { connection, name, holding, options } = this.#parts;
    // An ephemeral group leaves nothing behind.
    if (options.ephemeral !== true) await this.#commands.bury(holding.fence, entry, reason);
    this.#buried.add(id);
    connection.log?.error({ group: name, id, reason }, 'an entry can not be processed: put aside');
    options.onDeadLetter?.({ id, reason });
  }

  /** Yields dead letters that are to be delivered again. */
  async *#replay(): AsyncGenerator<Batch, void> {
    const { name, holding } = this.#parts;
    this.#nextReplayLook = performance.now() + REPLAY_LOOK_MS;
    for (;;) {
      const event = await this.#letters.take(name);
      if (event === undefined || !this.#owns()) return;
      await this.#acknowledging;
      const [epoch = ''] = event.id.split(':');
      yield { events: [event], epoch, token: holding.token, replayed: true, owned: () => holding.valid };
      if (!holding.valid) return; // it may have been left undone: it stays among the dead letters
      await this.#letters.remove(name, [event.seq]);
    }
  }

  /** Repeats until Redis answers or ownership ends: an unacknowledged batch would be delivered again. */
  async #acknowledge(ids: readonly string[]): Promise<void> {
    const { holding } = this.#parts;
    if (ids.length === 0) return;
    await untilTaken(
      () => this.#commands.acknowledge(holding.fence, ids),
      () => holding.valid,
    );
  }

  async #backOff(error: unknown): Promise<void> {
    const { signal, connection, name } = this.#parts;
    signal.throwIfAborted();
    this.#failures++;
    if (this.#failures === 1) warn(connection, name, error);
    await sleep(retryDelay(this.#failures), undefined, { signal });
  }
}

/** The event of an entry, or what is wrong with it. */
function eventIn(id: string, fields: readonly string[]): Event | InvalidEventError {
  try {
    return eventOf(id, fields);
  } catch (error) {
    if (error instanceof InvalidEventError) return error;
    throw error;
  }
}

/** Whether the entries are those from `first` on without a gap. */
function isRun(entries: readonly RawEntry[], first: number): boolean {
  const newest = entries.at(-1);
  return entries[0]?.[0] === entryId(first) && newest?.[0] === entryId(first + entries.length - 1);
}

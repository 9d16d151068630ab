import {
  paperHappening,
  paperSession,
  type PaperCommand,
  type PaperHappening,
  type PaperMessage,
  type PaperSession,
} from '@vectra/protocol';
import { runScript, untilTaken, type RedisClient } from './connection.js';
import { fromReply } from './errors.js';
import type { GroupConnection } from './groupCommands.js';
import type { LogKeys } from './keys.js';
import { loadSlot, saveSlot, type PaperChange, type PaperSlot } from './paperSlots.js';
import { readCommands, readMessages, type WaitingCommand } from './paperStreams.js';

/** As many commands may wait for a slot. */
const MAX_WAITING = 1_000;

/** Lines of a session's history, oldest first. */
export interface HistoryPage {
  /** Number of the first one, from 0: higher than what was asked for when older lines were dropped. */
  first: number;
  lines: PaperHappening[];
}

/** The slot of a session: the same on every machine, and for ever (FNV-1a, 32 bit). */
export function slotOf(session: string, slots: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(session)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % slots;
}

/**
 * Where paper trading keeps its sessions, in Redis beside the log. They are spread over slots; a slot has one owner at a time, that of
 * the ordered group `paper:<slot>`, and only it can change anything of it.
 */
export class PaperStore {
  readonly #connection: GroupConnection;
  readonly #redis: RedisClient;
  readonly #keys: LogKeys;
  #slots: number | undefined;

  constructor(connection: GroupConnection) {
    this.#connection = connection;
    this.#redis = connection.commands;
    this.#keys = connection.keys;
  }

  /** The ordered group whose owner has the slot. */
  groupOf(slot: number): string {
    return `paper:${slot}`;
  }

  /** Over how many slots sessions are spread; undefined when no service has ever run on this log. */
  async slots(): Promise<number | undefined> {
    if (this.#slots !== undefined) return this.#slots;
    const slots = await this.#redis.get(this.#keys.paper.slots);
    return (this.#slots = slots === null ? undefined : Number(slots));
  }

  /** Says over how many slots sessions are to be spread. The first one to say so decides. @throws Error when that was another number. */
  async claimSlots(slots: number): Promise<void> {
    const key = this.#keys.paper.slots;
    await this.#redis.setnx(key, String(slots));
    const there = Number(await this.#redis.get(key));
    if (there !== slots)
      throw new Error(
        `the sessions of paper trading are spread over ${there} slots, PAPER_SLOTS says ${slots}: set PAPER_SLOTS=${there}, or delete ${key.replace(/slots$/, '*')} in Redis, with all sessions, to begin anew`,
      );
    this.#slots = slots;
  }

  /** Says that an instance of the service lives, and will for `ttlMs`. @returns those that do, sorted. */
  async attend(instance: string, ttlMs: number): Promise<string[]> {
    return (await runScript(
      this.#redis,
      'attend',
      [this.#keys.paper.instances],
      [instance, ttlMs],
    )) as string[];
  }

  /** An instance is no more. */
  async leave(instance: string): Promise<void> {
    await this.#redis.zrem(this.#keys.paper.instances, instance);
  }

  /** Redis' time, Unix ms: the one clock that all instances and gateways share. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  /** What a slot had when it was last saved. */
  load(slot: number): Promise<PaperSlot> {
    return loadSlot(this.#redis, this.#keys, slot);
  }

  /**
   * Saves a change whole or not at all, and once, as often as it takes while Redis is away.
   *
   * @param owner the fencing token of the slot's group, and whether that ownership lasts.
   * @returns false when it gave up because `owned` said so: then it may have been saved or not.
   * @throws FencedError when another owner exists; RevisionError when the slot is not what the change builds on.
   */
  async save(
    slot: number,
    { fence, owned }: { fence: string; owned: () => boolean },
    change: PaperChange,
  ): Promise<boolean> {
    const owner = { slot, group: this.groupOf(slot), fence };
    try {
      return await untilTaken(() => saveSlot(this.#redis, this.#keys, owner, change), owned);
    } catch (reply) {
      throw fromReply(reply);
    }
  }

  /**
   * Sends a command to whoever has the session's slot. It is sent once: when the reply of Redis is lost, it may have arrived or not.
   *
   * @throws Error when no service has ever run on this log, or too many commands wait; what Redis says.
   */
  async send(command: PaperCommand): Promise<void> {
    const slots = await this.slots();
    if (slots === undefined)
      throw new Error('paper trading has never run on this log: start the service paper');
    const slot = slotOf(command.session, slots);
    const key = this.#keys.paper.commands(slot);
    const waiting = await this.#redis.xlen(key);
    if (waiting >= MAX_WAITING)
      throw new Error(
        `${waiting} commands wait for slot ${slot} of paper trading: none more is taken until the service has caught up`,
      );
    await this.#redis.xadd(key, '*', 'c', JSON.stringify(command));
  }

  /** Commands as they come, for the slots that `after` names: the newest command that each has taken. On a connection of its own. */
  commands(options: {
    after: () => ReadonlyMap<number, string>;
    signal: AbortSignal;
  }): AsyncIterable<ReadonlyMap<number, WaitingCommand[]>> {
    return readCommands(this.#connection, options);
  }

  /** What the service tells, from the message after `after` on, or from now on. On a connection of its own; ends with the signal. */
  async *messages({
    after,
    signal,
  }: {
    after?: string;
    signal: AbortSignal;
  }): AsyncGenerator<PaperMessage, void> {
    yield* readMessages(this.#connection, { after: after ?? (await this.newestMessage()), signal });
  }

  /** The id of the newest message; `0-0` when there is none. */
  async newestMessage(): Promise<string> {
    const [newest] = await this.#redis.xrevrange(this.#keys.paper.messages, '+', '-', 'COUNT', 1);
    return newest?.[0] ?? '0-0';
  }

  /** All sessions, in no order, as they were when something other than the price last changed. */
  async sessions(): Promise<PaperSession[]> {
    const slots = Array.from({ length: (await this.slots()) ?? 0 }, (_, slot) => slot);
    const found = await Promise.all(slots.map((slot) => this.#redis.hvals(this.#keys.paper.sessions(slot))));
    return found.flat().map((text) => paperSession.parse(JSON.parse(text)));
  }

  /** How many sessions there are, active or not. */
  async count(): Promise<number> {
    const slots = Array.from({ length: (await this.slots()) ?? 0 }, (_, slot) => slot);
    const counts = await Promise.all(slots.map((slot) => this.#redis.hlen(this.#keys.paper.sessions(slot))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async session(id: string): Promise<PaperSession | undefined> {
    const slots = await this.slots();
    if (slots === undefined) return undefined;
    const text = await this.#redis.hget(this.#keys.paper.sessions(slotOf(id, slots)), id);
    return text === null ? undefined : paperSession.parse(JSON.parse(text));
  }

  /** At most `count` lines of a session's history from number `from` on. */
  async history(id: string, from: number, count: number): Promise<HistoryPage> {
    const { paper } = this.#keys;
    const slots = await this.slots();
    if (slots === undefined || count < 1) return { first: from, lines: [] };
    const droppedKey = paper.dropped(slotOf(id, slots));
    let dropped = Number(await this.#redis.hget(droppedKey, id));
    for (;;) {
      const first = Math.max(from, dropped);
      const replies = await this.#redis
        .multi()
        .hget(droppedKey, id)
        .lrange(paper.history(id), first - dropped, first - dropped + count - 1)
        .exec();
      const [now, lines] = (replies ?? []).map(([error, reply]) => {
        if (error !== null) throw error;
        return reply;
      });
      // Lines that were dropped in between have moved the others.
      if (Number(now) === dropped)
        return { first, lines: (lines as string[]).map((line) => paperHappening.parse(JSON.parse(line))) };
      dropped = Number(now);
    }
  }
}

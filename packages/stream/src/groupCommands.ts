import { parsePosition } from '@vectra/protocol';
import { BLOCK_MS, isTransient, reasonOf, runScript, type LogSink, type RedisClient } from './connection.js';
import { entryId, type RawEntry } from './entries.js';
import type { LogKeys } from './keys.js';

/** What a consumer group needs of the log. */
export interface GroupConnection {
  commands: RedisClient;
  /** Opens a connection for blocking reads. */
  reads: () => RedisClient;
  keys: LogKeys;
  log?: LogSink | undefined;
}

/** Reads on a connection of its own, which ends with the reading and with the signal. */
export async function* onOwnReader<T>(
  { reads }: Pick<GroupConnection, 'reads'>,
  signal: AbortSignal,
  read: (reader: RedisClient) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const reader = reads();
  const stop = (): void => reader.disconnect();
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield* read(reader);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** The Redis commands of one consumer group. */
export class GroupCommands {
  readonly #redis: RedisClient;
  readonly #keys: LogKeys;
  readonly #group: string;

  constructor({ commands, keys }: GroupConnection, group: string) {
    this.#redis = commands;
    this.#keys = keys;
    this.#group = group;
  }

  /** Returns whether the group was created; false when it existed. */
  async create(after: number): Promise<boolean> {
    try {
      await this.#redis.xgroup('CREATE', this.#keys.events, this.#group, entryId(after), 'MKSTREAM');
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('BUSYGROUP')) return false;
      throw error;
    }
  }

  /** Entries that were handed to a consumer and not acknowledged, from the oldest on. */
  pending(reader: RedisClient, consumer: string, count: number): Promise<RawEntry[]> {
    return this.#read(reader, consumer, ['COUNT', count], '0');
  }

  /** Entries that no consumer has had yet; waits a while when there are none. */
  fresh(reader: RedisClient, consumer: string, count: number): Promise<RawEntry[]> {
    return this.#read(reader, consumer, ['COUNT', count, 'BLOCK', BLOCK_MS], '>');
  }

  /** Stored entries from one seq to another, both included, whoever has had them. */
  range(from: number, to: number, count: number): Promise<RawEntry[]> {
    return this.#redis.xrange(this.#keys.events, entryId(from), entryId(to), 'COUNT', count);
  }

  /** @throws FENCED when this is not the owner's token any more. */
  async acknowledge(fence: string, ids: readonly string[]): Promise<void> {
    const { events, fence: fenceOf } = this.#keys;
    await runScript(this.#redis, 'ack', [events, fenceOf(this.#group)], [this.#group, fence, ...ids]);
  }

  /** Counts a delivery of an entry that a former owner left unacknowledged. */
  async attempt(fence: string, id: string): Promise<number> {
    const { attempts, fence: fenceOf } = this.#keys;
    const where = [attempts(this.#group), fenceOf(this.#group)];
    return Number(await runScript(this.#redis, 'attempt', where, [fence, id]));
  }

  /**
   * Moves an entry to the dead letters.
   *
   * @param fence empty in a shared group.
   */
  async bury(fence: string, [id, fields]: RawEntry, reason: string): Promise<void> {
    const { events, deadLetters, fence: fenceOf } = this.#keys;
    const where = [events, deadLetters(this.#group), fenceOf(this.#group)];
    await runScript(this.#redis, 'bury', where, [this.#group, fence, id, reason, ...(fields ?? [])]);
  }

  async #read(
    reader: RedisClient,
    consumer: string,
    options: (string | number)[],
    from: '0' | '>',
  ): Promise<RawEntry[]> {
    const { events } = this.#keys;
    const group = ['GROUP', this.#group, consumer];
    const reply = await reader.call('XREADGROUP', ...group, ...options, 'STREAMS', events, from);
    return (reply as [string, RawEntry[]][] | null)?.[0]?.[1] ?? [];
  }
}

/** The group or the stream vanished (it is created anew), or the failure passes. */
export function isRecoverable(error: unknown): boolean {
  return isTransient(error) || (error instanceof Error && error.message.startsWith('NOGROUP'));
}

/** Says once an outage why a group does not get on. */
export function warn({ log }: GroupConnection, group: string, error: unknown): void {
  log?.warn({ group, reason: reasonOf(error) }, 'reading the log failed; trying again');
}

/** The seq after which a group that is created now begins. @throws TypeError when `from` is none of the three. */
export function beginningOf(from: string, state: { epoch: string | null; last: number }): number {
  if (from === 'start') return 0;
  if (from === 'now') return state.last;
  const position = parsePosition(from);
  if (position === undefined)
    throw new TypeError(`from: expected 'start', 'now' or a resume token, was "${from}"`);
  return position.epoch === state.epoch ? position.seq : 0;
}

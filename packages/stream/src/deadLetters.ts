import { InvalidEventError, type Event } from '@vectra/protocol';
import type { RedisClient } from './connection.js';
import { entryId, eventOf } from './entries.js';
import type { LogKeys } from './keys.js';

/** An entry that a group could not process. */
export interface DeadLetter {
  /** The entry's id in the log. */
  id: string;
  /** Why it was put aside. */
  error: string;
  /** The entry's fields: `t`, `g` and `e` of an event; whatever it had when it is none. */
  fields: Record<string, string>;
}

/** The dead letters of all groups of a log. */
export class DeadLetters {
  readonly #redis: RedisClient;
  readonly #keys: LogKeys;

  constructor(redis: RedisClient, keys: LogKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  count(group: string): Promise<number> {
    return this.#redis.xlen(this.#keys.deadLetters(group));
  }

  /** Oldest first. */
  async list(group: string, limit = 1_000): Promise<DeadLetter[]> {
    const entries = await this.#redis.xrange(this.#keys.deadLetters(group), '-', '+', 'COUNT', limit);
    return entries.map(([id, [, error = '', ...rest]]) => ({ id, error, fields: record(rest) }));
  }

  /**
   * Has letters delivered to the group's consumers again, all or those with these entry ids. Each leaves the dead
   * letters when a consumer has processed it.
   *
   * @returns the ids that will be, and those that are still no event: they stay.
   */
  async replay(
    group: string,
    ids?: readonly string[],
  ): Promise<{ replayed: string[]; refused: DeadLetter[] }> {
    const wanted = (await this.list(group)).filter(({ id }) => ids?.includes(id) ?? true);
    const refused = wanted.filter(({ id, fields }) => !readEvent(id, Object.entries(fields).flat()));
    const replayed = wanted.filter((letter) => !refused.includes(letter)).map(({ id }) => id);
    if (replayed.length > 0) await this.#redis.sadd(this.#keys.replays(group), ...replayed);
    return { replayed, refused };
  }

  /** Drops letters for good. @returns how many there were. */
  async discard(group: string, ids: readonly string[]): Promise<number> {
    return ids.length === 0 ? 0 : this.#redis.xdel(this.#keys.deadLetters(group), ...ids);
  }

  /** The next event to be delivered again. It stays among the dead letters until `remove`. */
  async take(group: string): Promise<Event | undefined> {
    for (;;) {
      const id = await this.#redis.spop(this.#keys.replays(group));
      if (id === null) return undefined;
      const [letter] = await this.#redis.xrange(this.#keys.deadLetters(group), id, id);
      const event = letter === undefined ? undefined : readEvent(id, letter[1].slice(2));
      if (event !== undefined) return event;
    }
  }

  async remove(group: string, seqs: readonly number[]): Promise<void> {
    await this.#redis.xdel(this.#keys.deadLetters(group), ...seqs.map(entryId));
  }
}

function record(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : [])),
  );
}

/** Undefined when the fields hold no event. */
function readEvent(id: string, fields: readonly string[]): Event | undefined {
  try {
    return eventOf(id, fields);
  } catch (error) {
    if (error instanceof InvalidEventError) return undefined;
    throw error;
  }
}

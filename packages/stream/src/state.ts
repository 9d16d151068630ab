import type { RedisClient } from './connection.js';
import { seqOf } from './entries.js';
import type { LogKeys } from './keys.js';

/** What the log holds. */
export interface LogState {
  /** null before the first feed opened the log. */
  epoch: string | null;
  /** Lowest seq still stored; `last + 1` when none is. */
  first: number;
  /** Newest seq; 0 before the first event. */
  last: number;
}

export async function readState(redis: RedisClient, keys: LogKeys): Promise<LogState> {
  const replies = await redis.multi().hget(keys.meta, 'epoch').xinfo('STREAM', keys.events).exec();
  const [epochReply, infoReply] = replies ?? [];
  if (epochReply === undefined || infoReply === undefined) throw new Error('Redis gave no answer to MULTI');
  if (epochReply[0] !== null) throw epochReply[0];
  const epoch = epochReply[1] as string | null;
  // The stream does not exist yet: XINFO is an error then.
  if (infoReply[0] !== null) {
    if (infoReply[0].message.includes('no such key')) return { epoch, first: 1, last: 0 };
    throw infoReply[0];
  }
  const info = pairs(infoReply[1] as unknown[]);
  const last = seqOf(String(info.get('last-generated-id')));
  const firstEntry = info.get('first-entry') as [string, string[]] | null;
  return { epoch, first: firstEntry === null ? last + 1 : seqOf(firstEntry[0]), last };
}

/** A consumer group as `/health` shows it. */
export interface GroupState {
  name: string;
  /** Newest seq handed to the group. */
  delivered: number;
  /** Handed over, not acknowledged yet. */
  pending: number;
  /** Events the group has not acknowledged: not handed over yet, or pending. */
  lag: number;
  /** Entries it could not process. */
  deadLetters: number;
  /** Ends with its consumer; never holds up trimming for longer than its lease. */
  ephemeral: boolean;
}

export async function readGroups(redis: RedisClient, keys: LogKeys): Promise<GroupState[]> {
  const { last } = await readState(redis, keys);
  const [groups, ephemeral] = await Promise.all([
    redis.xinfo('GROUPS', keys.events).catch((error: unknown) => {
      if (error instanceof Error && error.message.includes('no such key')) return [];
      throw error;
    }) as Promise<unknown[][]>,
    redis.smembers(keys.ephemeral),
  ]);
  const named = groups.map(pairs).map((group) => [String(group.get('name')), group] as const);
  // An ephemeral group leaves none; each gateway has one, and asks about those of all others.
  const letters = await Promise.all(
    named.map(async ([name]) => (ephemeral.includes(name) ? 0 : redis.xlen(keys.deadLetters(name)))),
  );
  return named.map(([name, group], index) => {
    const delivered = seqOf(String(group.get('last-delivered-id')));
    const pending = Number(group.get('pending'));
    return {
      name,
      delivered,
      pending,
      lag: Math.max(0, last - delivered) + pending,
      deadLetters: letters[index] ?? 0,
      ephemeral: ephemeral.includes(name),
    };
  });
}

function pairs(flat: readonly unknown[]): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(String(flat[i]), flat[i + 1]);
  return map;
}

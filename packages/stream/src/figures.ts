import { Cluster } from 'ioredis';
import type { RedisClient } from './connection.js';
import { parseInfo } from './checks.js';
import { entryId, seqOf, timestampOf } from './entries.js';
import type { LogKeys } from './keys.js';
import type { GroupState } from './state.js';

/** What the log takes of Redis, and how old what waits in it is. */
export interface LogFigures {
  /** Of the server that is nearest to its limit. */
  memory: { usedBytes: number; /** null without a limit. */ limitBytes: number | null };
  /** What the stream of events takes of it. */
  streamBytes: number;
  /** By group: when the oldest event that it has not acknowledged was received, Unix ms; null when there is none. */
  oldest: ReadonlyMap<string, number | null>;
}

/** Asks for what only metrics need. @param groups as `readGroups` gave them. */
export async function readFigures(
  redis: RedisClient,
  keys: LogKeys,
  groups: readonly GroupState[],
): Promise<LogFigures> {
  const [memory, streamBytes, oldest] = await Promise.all([
    readMemory(redis),
    redis.memory('USAGE', keys.events),
    Promise.all(groups.map(async (group) => [group.name, await oldestOf(redis, keys, group)] as const)),
  ]);
  return { memory, streamBytes: streamBytes ?? 0, oldest: new Map(oldest) };
}

async function readMemory(redis: RedisClient): Promise<LogFigures['memory']> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const memories = await Promise.all(
    servers.map(async (server) => {
      const info = parseInfo(await server.info('memory'));
      const limit = Number(info.get('maxmemory') ?? 0);
      return { usedBytes: Number(info.get('used_memory') ?? 0), limitBytes: limit === 0 ? null : limit };
    }),
  );
  const [fullest = { usedBytes: 0, limitBytes: null }] = memories.sort((a, b) => filled(b) - filled(a));
  return fullest;
}

function filled({ usedBytes, limitBytes }: LogFigures['memory']): number {
  return limitBytes === null ? 0 : usedBytes / limitBytes;
}

/** What is pending comes before what was never handed over. */
async function oldestOf(
  redis: RedisClient,
  keys: LogKeys,
  { name, lag, pending, delivered }: GroupState,
): Promise<number | null> {
  if (lag === 0) return null;
  const [, lowest] =
    pending === 0 ? [] : ((await redis.xpending(keys.events, name)) as [number, string | null]);
  const from = typeof lowest === 'string' ? seqOf(lowest) : delivered + 1;
  const [entry] = await redis.xrange(keys.events, entryId(from), '+', 'COUNT', 1);
  // What is no event has no age.
  return entry === undefined ? null : timestampOf(entry[1]) || null;
}

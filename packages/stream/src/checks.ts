import { Cluster } from 'ioredis';
import type { RedisClient } from './connection.js';
import { UnsuitableRedisError } from './errors.js';

/** Version of the keys' layout. A log of another version is not touched. */
export const SCHEMA_VERSION = '1';
const OLDEST_MAJOR = 7;

/**
 * Refuses a Redis that may drop events or does not know what the log needs.
 *
 * @throws UnsuitableRedisError naming the setting and the remedy.
 */
export async function checkRedis(redis: RedisClient, metaKey: string): Promise<void> {
  // In a Cluster any master may hold the log tomorrow.
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  for (const server of servers) checkServer(parseInfo(await server.info()));
  const schema = await redis.hget(metaKey, 'schema');
  if (schema !== null && schema !== SCHEMA_VERSION) {
    throw new UnsuitableRedisError(
      `the log in this Redis has schema version ${schema}, this program speaks ${SCHEMA_VERSION}: ` +
        'use the program of that version, or another STREAM',
    );
  }
}

function checkServer(info: ReadonlyMap<string, string>): void {
  const version = info.get('redis_version') ?? '0';
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw new UnsuitableRedisError(`Redis is version ${version}; at least ${OLDEST_MAJOR}.0 is needed`);
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new UnsuitableRedisError(
      `Redis may evict the log (maxmemory-policy is ${policy}): set "maxmemory-policy noeviction"`,
    );
  }
  const role = info.get('role');
  if (role !== 'master') {
    throw new UnsuitableRedisError(`this Redis is a ${role}: set REDIS_URL to the one that takes writes`);
  }
}

/** The fields of an answer to INFO. */
export function parseInfo(text: string): Map<string, string> {
  return new Map(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

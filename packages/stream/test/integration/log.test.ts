import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@vectra/launcher';
import { EventLog, logKeys, UnsuitableRedisError } from '../../src/index.js';
import { publisherOf, testRedis, ticks, type TestRedis } from './fixtures.js';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe('opening the log', () => {
  it('refuses a Redis that may evict, naming the setting and the remedy', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(server.open('evicting')).rejects.toThrow('set "maxmemory-policy noeviction"');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('refuses a log of another schema version', async () => {
    await redis.hset(logKeys('future').meta, 'schema', '99');
    await expect(server.open('future')).rejects.toBeInstanceOf(UnsuitableRedisError);
  });

  it('gives up waiting for a Redis that is not there when told to', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const warnings: object[] = [];
    const sink = {
      info: () => undefined,
      error: () => undefined,
      warn: (fields: object) => void warnings.push(fields),
    };
    const opening = EventLog.open({
      url,
      stream: 's',
      name: 'test',
      log: sink,
      signal: AbortSignal.timeout(500),
    });
    await expect(opening).rejects.toThrow(/timeout/);
    expect(warnings).toEqual([{ redis: url, reason: expect.stringContaining('ECONNREFUSED') as string }]);
  });
});

describe('reading the log', () => {
  it('is empty before the first feed', async () => {
    const log = await server.open('empty');
    expect(await log.state()).toEqual({ epoch: null, first: 1, last: 0 });
    expect(await log.groups()).toEqual([]);
    expect(await log.range(1, 100)).toEqual([]);
    expect(await log.trim(1e12, [])).toEqual({ floor: 0, removed: 0, absentGroup: null });
  });

  it('returns a range of events in order, leaving out what is none', async () => {
    const log = await server.open('range');
    const publisher = await publisherOf(log);
    publisher.publish(ticks(0, 9));
    await publisher.flush();
    await publisher.close();
    await redis.xadd(logKeys('range').events, '11-0', 'e', 'nonsense');
    expect((await log.range(4, 6)).map((event) => event.seq)).toEqual([4, 5, 6]);
    expect((await log.range(1, 11, 3)).map((event) => event.seq)).toEqual([1, 2, 3]);
    expect((await log.range(9, 20)).map((event) => event.seq)).toEqual([9, 10]);
  });
});

describe('heartbeats', () => {
  it('tell how each service is, until it stops', async () => {
    const feed = await EventLog.open({ url: server.url, stream: 'beats', name: 'feed' });
    const watcher = await server.open('beats');
    feed.announce('feed', () => ({ ok: true, detail: { tick: 7 } }));
    await expect
      .poll(() => watcher.services())
      .toMatchObject([{ name: 'feed', ok: true, detail: { tick: 7 } }]);
    await redis.hset(logKeys('beats').services, 'odd:1', 'not json');
    expect(await watcher.services()).toHaveLength(1);
    await feed.close();
    expect(await watcher.services()).toEqual([]);
  });
});

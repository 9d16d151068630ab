import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { EventLog } from '../../src/index.js';
import { publisherOf, testRedis, ticks, type TestRedis } from './fixtures.js';

/** A Redis for the file's tests, and for each test a log of its own on it. */
export interface LogOfATest {
  server: TestRedis;
  redis: Redis;
  log: EventLog;
  stream: string;
  /** Stores so many ticks; returns the epoch. */
  fill(count: number): Promise<string>;
  /** How many entries a group has not acknowledged; -1 when there is no such group. */
  pendingOf(group: string): Promise<number>;
}

let streams = 0;

/** To be called once at the top of a file. What it returns is filled in when the tests run. */
export function logOfATest(): LogOfATest {
  const given = {
    async fill(count: number): Promise<string> {
      const publisher = await publisherOf(given.log);
      publisher.publish(ticks(0, count - 1));
      await publisher.flush();
      await publisher.close();
      return publisher.epoch;
    },
    async pendingOf(name: string): Promise<number> {
      return (await given.log.groups()).find((group) => group.name === name)?.pending ?? -1;
    },
  } as LogOfATest;
  beforeAll(async () => {
    given.server = await testRedis();
    given.redis = new Redis(given.server.url);
  });
  beforeEach(async () => {
    given.stream = `stream${++streams}`;
    given.log = await given.server.open(given.stream);
  });
  afterAll(async () => {
    given.redis.disconnect();
    await given.server.stop();
  });
  return given;
}

import { beforeEach, describe, expect, it } from 'vitest';
import { logOfATest } from './setup.js';

const test = logOfATest();

beforeEach(async () => {
  await test.fill(30);
});

describe('the figures of the log', () => {
  it('say what its events take of the memory, and how much there is', async () => {
    await test.redis.config('SET', 'maxmemory', '200mb');
    const { memory, streamBytes } = await test.log.figures([]);
    expect(memory.limitBytes).toBe(200 * 2 ** 20);
    expect(memory.usedBytes).toBeGreaterThan(streamBytes);
    expect(streamBytes).toBeGreaterThan(30 * 100);
    await test.redis.config('SET', 'maxmemory', '0');
    expect((await test.log.figures([])).memory.limitBytes).toBeNull();
  });

  it('say when the oldest event was received that a group has not acknowledged', async () => {
    const { redis, log } = test;
    const key = log.keys.events;
    await redis.xgroup('CREATE', key, 'from the second', '1-0');
    await redis.xgroup('CREATE', key, 'all', '$');
    await redis.xgroup('CREATE', key, 'some', '0');
    // Ten are handed over, and of them all but the fourth are acknowledged.
    await redis.xreadgroup('GROUP', 'some', 'one', 'COUNT', 10, 'STREAMS', key, '>');
    await redis.xack(key, 'some', ...[1, 2, 3, 5, 6, 7, 8, 9, 10].map((seq) => `${seq}-0`));
    const { oldest } = await log.figures(await log.groups());
    const received = (await log.range(1, 30)).map(({ timestamp }) => timestamp);
    expect(Object.fromEntries(oldest)).toEqual({
      'from the second': received[1],
      all: null,
      some: received[3],
    });
  });
});

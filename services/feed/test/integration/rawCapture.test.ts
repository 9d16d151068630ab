import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredRawEvent } from '@vectra/stream';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeGame } from '../unit/frames.js';
import { Feeds, metric, range, readiness } from './feeds.js';

const feeds = Feeds.forEachTest();
const game = FakeGame.lasting(40);
let redis: Redis;
beforeAll(() => {
  redis = new Redis(feeds.redisUrl);
});
afterAll(() => redis.disconnect());
beforeEach(() => {
  feeds.env.RECORDER_RAW_CAPTURE = 'true';
});

const key = (): string => feeds.log.keys.raw;

/** All that is kept now. */
async function kept(): Promise<Pick<StoredRawEvent, 'id' | 'event' | 'data'>[]> {
  const entries = await redis.xrange(key(), '-', '+');
  return entries.map(([id, [, , , , , event = '', , data = '']]) => ({ id, event, data }));
}

async function keptTicks(): Promise<number[]> {
  const frames = (await kept()).filter(({ event }) => event === 'gameStateUpdate');
  return frames.map(({ data }) => (JSON.parse(data) as { tickCount: number }).tickCount);
}

describe('the feed', () => {
  it('keeps nothing as it was received unless it is told to', async () => {
    feeds.env.RECORDER_RAW_CAPTURE = 'false';
    const service = await feeds.start();
    await feeds.connected();
    feeds.upstream.send('gameStateUpdate', game.tick(0));
    await expect.poll(feeds.ticks).toEqual([0]);
    await service.stop();
    expect(await redis.exists(key())).toBe(0);
  });

  it('keeps what it hears, whatever becomes of it, in order and with its trace', async () => {
    const service = await feeds.start();
    await feeds.connected();
    const trace = { __trace: true, traceparent: '00-a-b-01' };
    for (const tick of range(0, 9)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    feeds.upstream.send('newChatMessage', trace, { message: 'gm' });
    feeds.upstream.send('gameStateUpdate', 'nonsense');
    await expect.poll(() => metric(service, 'feed_raw_events_total')).toBe(13);
    const [connect, ...events] = await kept();
    expect(connect).toMatchObject({ event: 'connect', data: 'null' });
    expect(events.map(({ event, data }) => [event, JSON.parse(data) as unknown])).toEqual([
      ...range(0, 9).map((tick) => ['gameStateUpdate', game.tick(tick)]),
      ['newChatMessage', [trace, { message: 'gm' }]],
      ['gameStateUpdate', 'nonsense'],
    ]);
    await service.stop();
    expect((await kept()).map(({ id }) => Number(id.split('-')[1]))).toEqual(range(1, 13));
  });

  it('goes on after a restart, and keeps nothing twice', async () => {
    for (const [from, to] of [
      [0, 9],
      [10, 19],
    ] as const) {
      const service = await feeds.start();
      await feeds.connected();
      for (const tick of range(from, to)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
      await expect.poll(async () => (await feeds.ticks()).at(-1)).toBe(to);
      await service.stop();
      await feeds.connected(0);
    }
    expect(await keptTicks()).toEqual(range(0, 19));
    expect((await kept()).map(({ id }) => Number(id.split('-')[1]))).toEqual(range(1, 22));
  });

  it('that takes over keeps what it heard since the other one was killed', async () => {
    const first = await feeds.spawn({ FEED_DATA_DIR: feeds.folder('first') });
    await feeds.connected();
    await expect.poll(() => metric(first, 'feed_leader')).toBe(1);
    const second = await feeds.spawn({ FEED_DATA_DIR: feeds.folder('second') });
    await feeds.connected(2);
    for (const tick of range(0, 9)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(keptTicks).toEqual(range(0, 9));
    expect(await metric(second, 'feed_raw_events_total')).toBe(0);
    // Each goes by the time at which it heard something itself, so that a few may be kept twice; none is left out.
    await sleep(50);
    first.child.signal('SIGKILL');
    for (const tick of range(10, 19)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    const different = async () => [...new Set(await keptTicks())];
    await expect.poll(different).toEqual(range(0, 19));
  });

  it('fills the log as ever when Redis does not take what was received', async () => {
    await redis.set(key(), 'not a stream');
    const service = await feeds.start();
    await feeds.connected();
    for (const tick of range(0, 20)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(feeds.ticks).toEqual(range(0, 20));
    expect(await readiness(service)).toBe(200);
    // Once Redis takes them, those that waited are kept.
    await redis.del(key());
    await expect.poll(keptTicks).toEqual(range(0, 20));
    await service.stop();
  });
});

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FencedError, logKeys, type EventLog } from '../../src/index.js';
import { runScript, connectForCommands, type RedisClient, untilReady } from '../../src/connection.js';
import { countTo, publisherOf, testRedis, tick, ticks, type TestRedis } from './fixtures.js';

let server: TestRedis;
let redis: RedisClient;
let log: EventLog;
let stream: string;
let tests = 0;

beforeAll(async () => {
  server = await testRedis();
  redis = connectForCommands({ url: server.url, name: 'test' });
  await untilReady(redis, server.url);
});
beforeEach(async () => {
  stream = `publisher${++tests}`;
  log = await server.open(stream);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const storedIds = async (): Promise<string[]> =>
  (await redis.xrange(logKeys(stream).events, '-', '+')).map(([id]) => id);

describe('the publisher', () => {
  it('stores events under ids without gaps, from 1', async () => {
    const publisher = await publisherOf(log);
    publisher.publish(ticks(0, 449));
    publisher.publish([tick(450)]);
    await publisher.flush();
    expect(await storedIds()).toEqual(countTo(451).map((seq) => `${seq}-0`));
    expect(await log.state()).toEqual({ epoch: publisher.epoch, first: 1, last: 451 });
    await publisher.close();
  });

  it('goes on where an earlier writer of the same epoch stopped', async () => {
    const first = await publisherOf(log);
    first.publish(ticks(0, 4));
    await first.flush();
    await first.close();
    const second = await publisherOf(log);
    const placed = second.publish([tick(5)]);
    await second.flush();
    expect(placed.map((event) => event.id)).toEqual([`${first.epoch}:6`]);
    expect(await storedIds()).toHaveLength(6);
    await second.close();
  });

  it('refuses an event that does not fit its schema and keeps its place for the next', async () => {
    const publisher = await publisherOf(log);
    const broken = tick(0);
    Object.assign(broken.data, { price: 'much' });
    expect(() => publisher.publish([broken])).toThrow(/price/);
    expect(publisher.publish([tick(1)])[0]?.seq).toBe(1);
    await publisher.close();
  });

  it('creates the required groups before the first event', async () => {
    const publisher = await publisherOf(log, { requiredGroups: ['recorder', 'paper'] });
    expect((await log.groups()).map(({ name, lag }) => [name, lag])).toEqual([
      ['paper', 0],
      ['recorder', 0],
    ]);
    publisher.publish(ticks(0, 9));
    await publisher.flush();
    expect((await log.groups()).map(({ lag }) => lag)).toEqual([10, 10]);
    await publisher.close();
  });

  it('lets a second writer wait until the first is gone', async () => {
    const first = await publisherOf(log);
    let standsBy = false;
    const waiting = publisherOf(log, { onStandby: () => (standsBy = true) });
    first.publish(ticks(0, 2));
    await expect.poll(() => standsBy).toBe(true);
    await first.flush();
    await first.close();
    const second = await waiting;
    expect(second.last).toBe(3);
    await second.close();
  });

  it('ends with an error when another feed has published in its place', async () => {
    const publisher = await publisherOf(log);
    publisher.publish(ticks(0, 2));
    await publisher.flush();
    const { events, meta, lease, fence } = logKeys(stream);
    // What a takeover does, faster than this publisher notices.
    await redis.set(lease('feed'), 'another', 'PX', 60_000);
    const token = '99:another';
    await redis.set(fence('feed'), token);
    await runScript(
      redis,
      'publish',
      [events, meta, fence('feed')],
      [token, publisher.epoch, 4, 0, 'error', '', '{}'],
    );
    publisher.publish([tick(3)]);
    await expect(publisher.ended).rejects.toBeInstanceOf(FencedError);
    expect(await storedIds()).toHaveLength(4);
    await publisher.close();
  });

  it('ends with an error when the log was emptied and began another epoch', async () => {
    const publisher = await publisherOf(log);
    publisher.publish(ticks(0, 2));
    await publisher.flush();
    await redis.hset(logKeys(stream).meta, 'epoch', 'ffffffff');
    publisher.publish([tick(3)]);
    await expect(publisher.ended).rejects.toThrow('another epoch, ffffffff');
    await publisher.close();
  });

  it('stores again what Redis lost of its tail, under the same ids', async () => {
    const publisher = await publisherOf(log);
    publisher.publish(ticks(0, 9));
    await publisher.flush();
    const before = await redis.xrange(logKeys(stream).events, '-', '+');
    const { events } = logKeys(stream);
    await redis.del(events);
    publisher.publish([tick(10)]);
    await publisher.flush();
    const after = await redis.xrange(events, '-', '+');
    expect(after.slice(0, 10)).toEqual(before);
    expect(after).toHaveLength(11);
    await publisher.close();
  });

  it('keeps what waits while its lease has run out, and stores it under a new token', async () => {
    const publisher = await publisherOf(log);
    publisher.publish([tick(0)]);
    await publisher.flush();
    await redis.del(logKeys(stream).lease('feed'));
    publisher.publish(ticks(1, 5));
    await publisher.flush();
    await redis.del(logKeys(stream).lease('feed'));
    await expect.poll(() => redis.get(logKeys(stream).fence('feed'))).toMatch(/^2:/);
    publisher.publish(ticks(6, 7));
    await publisher.flush();
    expect(await storedIds()).toHaveLength(8);
    await publisher.close();
  });
});

describe('the write-ahead file of a publisher', () => {
  const jsons = async (): Promise<string[]> =>
    (await redis.xrange(logKeys(stream).events, '-', '+')).map(([id, fields]) => `${id} ${fields.join()}`);
  const folderOf = (name: string): string => join(server.dir, `${stream}-${name}`);

  it('fills an emptied Redis again: the same epoch, the same ids, the same events', async () => {
    const publisher = await publisherOf(log, { requiredGroups: ['recorder'] });
    publisher.publish(ticks(0, 499));
    await publisher.flush();
    const before = await jsons();
    const { epoch } = publisher;
    await redis.flushall();
    publisher.publish(ticks(500, 509));
    await publisher.flush();
    expect((await jsons()).slice(0, 500)).toEqual(before);
    expect(await log.state()).toEqual({ epoch, first: 1, last: 510 });
    expect((await log.groups()).map(({ name, lag }) => [name, lag])).toEqual([['recorder', 510]]);
    await publisher.close();
  });

  it('fills it again after a restart too, and from where the log had been trimmed', async () => {
    const folder = folderOf('feed');
    const first = await publisherOf(log, { folder });
    first.publish(ticks(0, 4_999));
    await first.flush();
    first.publish(ticks(5_000, 5_499));
    await first.flush();
    await log.trim(5_100_000, []);
    await first.forget(5_101);
    const before = await jsons();
    await first.close();
    await redis.flushall();
    const second = await publisherOf(log, { folder });
    await second.flush();
    expect(second.epoch).toBe(first.epoch);
    expect((await jsons()).slice(-before.length)).toEqual(before);
    expect(await log.state()).toEqual({ epoch: first.epoch, first: 5_001, last: 5_500 });
    await second.close();
  });

  it('keeps what Redis did not take before the feed ended, for the next one', async () => {
    const folder = folderOf('feed');
    const first = await publisherOf(log, { folder });
    first.publish(ticks(0, 9));
    await first.flush();
    await redis.set(logKeys(stream).lease('feed'), 'another', 'PX', 1_500);
    await redis.set(logKeys(stream).fence('feed'), '99:another');
    const placed = first.publish(ticks(10, 19));
    await first.close();
    expect(await storedIds()).toHaveLength(10);
    const second = await publisherOf(log, { folder });
    await second.flush();
    expect(await log.range(11, 20)).toEqual(placed);
    await second.close();
  });

  it('that is lost together with the tail of the log means a new epoch, never other events under known ids', async () => {
    const first = await publisherOf(log, { requiredGroups: ['recorder'] });
    first.publish(ticks(0, 9));
    await first.flush();
    await first.close();
    const second = await publisherOf(log, { requiredGroups: ['recorder'] });
    second.publish(ticks(10, 12));
    await second.flush();
    await redis.del(logKeys(stream).events);
    second.publish(ticks(13, 15));
    await second.flush();
    expect(second.epoch).not.toBe(first.epoch);
    const { epoch, last } = await log.state();
    expect(epoch).toBe(second.epoch);
    const events = await log.range(1, last);
    expect(events.map(({ id }) => id)).toEqual(countTo(last).map((seq) => `${epoch}:${seq}`));
    expect(events.at(-1)).toMatchObject({ data: { tickCount: 15 } });
    expect((await log.groups()).map(({ name }) => name)).toEqual(['recorder']);
    await second.close();
  });

  it('that another feed has overtaken is not published over what that one wrote', async () => {
    const folder = folderOf('first');
    const first = await publisherOf(log, { folder });
    first.publish(ticks(0, 9));
    await first.flush();
    // Written ahead, not stored: this feed is cut off.
    await redis.set(logKeys(stream).lease('feed'), 'another', 'PX', 700);
    await redis.set(logKeys(stream).fence('feed'), '99:another');
    first.publish(ticks(10, 12));
    await first.close();
    const other = await publisherOf(log);
    const placed = other.publish(ticks(100, 101));
    await other.flush();
    await other.close();
    const again = await publisherOf(log, { folder });
    again.publish([tick(102)]);
    await again.flush();
    expect(await log.range(11, 12)).toEqual(placed);
    expect(await log.range(13, 99)).toMatchObject([{ seq: 13, data: { tickCount: 102 } }]);
    await again.close();
  });
});

describe('the publish script', () => {
  const publish = async (first: number, count: number, token = 1, epoch = 'abcd'): Promise<unknown> => {
    const { events, meta, fence } = logKeys(stream);
    const triples = countTo(count).flatMap((n) => ['error', '', `${first + n - 1}`]);
    return runScript(redis, 'publish', [events, meta, fence('feed')], [token, epoch, first, 0, ...triples]);
  };
  beforeEach(async () => {
    await redis.hset(logKeys(stream).meta, 'epoch', 'abcd');
    await redis.set(logKeys(stream).fence('feed'), 1);
  });

  it('skips what is stored already, so a retry after a lost reply adds nothing', async () => {
    expect(await publish(1, 5)).toBe(5);
    expect(await publish(1, 5)).toBe(5);
    expect(await publish(3, 5)).toBe(7);
    expect(await storedIds()).toEqual(countTo(7).map((seq) => `${seq}-0`));
  });

  it('refuses a hole, and names where the log ends', async () => {
    await publish(1, 2);
    await expect(publish(4, 1)).rejects.toThrow('GAP 2');
    expect(await storedIds()).toHaveLength(2);
  });

  it('refuses a former leader', async () => {
    await redis.set(logKeys(stream).fence('feed'), '99:another');
    await expect(publish(1, 1)).rejects.toThrow('FENCED 99:another');
    expect(await storedIds()).toEqual([]);
  });

  it('refuses another epoch', async () => {
    await expect(publish(1, 1, 1, 'ffff')).rejects.toThrow('EPOCH abcd');
  });

  it('knows the newest id although every entry was trimmed', async () => {
    await publish(1, 3);
    await redis.xtrim(logKeys(stream).events, 'MAXLEN', 0);
    expect(await publish(3, 2)).toBe(4);
    expect(await log.state()).toEqual({ epoch: 'abcd', first: 4, last: 4 });
  });
});

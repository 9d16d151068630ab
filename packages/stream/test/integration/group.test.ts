import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logKeys, type EventLog } from '../../src/index.js';
import {
  consumeThrough,
  countTo,
  LEASE_MS,
  publisherOf,
  testRedis,
  tick,
  ticks,
  type TestRedis,
} from './fixtures.js';

let server: TestRedis;
let redis: Redis;
let log: EventLog;
let stream: string;
let tests = 0;

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url);
});
beforeEach(async () => {
  stream = `group${++tests}`;
  log = await server.open(stream);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function fill(count: number): Promise<string> {
  const publisher = await publisherOf(log);
  publisher.publish(ticks(0, count - 1));
  await publisher.flush();
  await publisher.close();
  return publisher.epoch;
}

const pendingOf = async (name: string): Promise<number> =>
  (await log.groups()).find((group) => group.name === name)?.pending ?? -1;

describe('an ordered group', () => {
  it('delivers every event in order and leaves nothing pending', async () => {
    await fill(1_000);
    expect(await consumeThrough(log, 1_000, 'g')).toEqual(countTo(1_000));
    expect(await pendingOf('g')).toBe(0);
  });

  it('delivers what is published while it waits', async () => {
    const consuming = consumeThrough(log, 30, 'g');
    const publisher = await publisherOf(log);
    for (let i = 0; i < 30; i++) {
      publisher.publish([tick(i)]);
      await publisher.flush();
    }
    expect(await consuming).toEqual(countTo(30));
    await publisher.close();
  });

  it('begins after the newest event, or after a resume token, when told so', async () => {
    const epoch = await fill(10);
    const fromNow = consumeThrough(log, 12, 'now', { from: 'now' });
    await expect.poll(() => log.groups().then((groups) => groups.length)).toBe(1);
    const publisher = await publisherOf(log);
    publisher.publish(ticks(10, 11));
    await publisher.flush();
    expect(await fromNow).toEqual([11, 12]);
    expect(await consumeThrough(log, 12, 'resumed', { from: `${epoch}:7` })).toEqual(countTo(12, 8));
    await publisher.close();
  });

  it('delivers a batch again whose consumer was lost before acknowledging it', async () => {
    await fill(20);
    for await (const batch of log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, batchSize: 8 })) {
      expect(batch.events).toHaveLength(8);
      break; // leaves without coming back
    }
    expect(await pendingOf('g')).toBe(8);
    expect(await consumeThrough(log, 20, 'g')).toEqual(countTo(20));
  });

  it('does not deliver again what its service has durably processed, acknowledged or not', async () => {
    const epoch = await fill(20);
    for await (const batch of log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, batchSize: 8 })) {
      expect(batch.events).toHaveLength(8);
      break;
    }
    const onOwned = () => ({ epoch, seq: 8 });
    expect(await consumeThrough(log, 20, 'g', { onOwned })).toEqual(countTo(20, 9));
    expect(await pendingOf('g')).toBe(0);
  });

  it('delivers what its service has not durably processed although it was acknowledged', async () => {
    const epoch = await fill(20);
    await consumeThrough(log, 20, 'g');
    const publisher = await publisherOf(log);
    publisher.publish([tick(20)]);
    await publisher.flush();
    const onOwned = () => ({ epoch, seq: 15 });
    expect(await consumeThrough(log, 21, 'g', { onOwned })).toEqual(countTo(21, 16));
    await publisher.close();
  });

  it('has one owner at a time; a standby takes over and misses nothing', async () => {
    await fill(10);
    const first = new AbortController();
    const seen: number[][] = [[], []];
    const statuses: string[] = [];
    const own = async (index: number, signal: AbortSignal): Promise<void> => {
      const onStatus = (status: string): void => void statuses.push(`${index} ${status}`);
      const group = log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, signal, onStatus });
      for await (const batch of group) {
        seen[index]?.push(...batch.events.map((event) => event.seq));
        if (seen[index]?.at(-1) === 20) return;
      }
    };
    const owner = own(0, first.signal);
    await expect.poll(() => seen[0]?.length).toBe(10);
    const standby = own(1, new AbortController().signal);
    await expect.poll(() => statuses).toContain('1 standby');
    first.abort();
    await owner;
    const publisher = await publisherOf(log);
    publisher.publish(ticks(10, 19));
    await publisher.flush();
    await standby;
    expect([...(seen[0] ?? []), ...(seen[1] ?? [])]).toEqual(countTo(20));
    expect(statuses).toEqual(['0 owner', '1 standby', '1 owner', '1 lost']);
    await publisher.close();
  });

  it('ends an ownership that Redis gave to another before its effects could show', async () => {
    await fill(5);
    const keys = logKeys(stream);
    let lost = false;
    for await (const batch of log.group('g', { from: 'start', leaseTtlMs: LEASE_MS })) {
      if (lost) break;
      await redis.set(keys.fence('g'), '99:another');
      await redis.set(keys.lease('g'), 'another', 'PX', LEASE_MS);
      await expect.poll(() => batch.owned(), { timeout: 5_000 }).toBe(false);
      expect(await pendingOf('g')).toBe(5);
      lost = true;
    }
    expect(await pendingOf('g')).toBe(5);
  });

  it('says which events it can no longer deliver', async () => {
    const epoch = await fill(20);
    await redis.xtrim(logKeys(stream).events, 'MINID', '11-0');
    const gaps: unknown[] = [];
    const options = {
      onOwned: () => ({ epoch, seq: 4 }),
      onGap: (gap: unknown): void => void gaps.push(gap),
    };
    expect(await consumeThrough(log, 20, 'g', options)).toEqual(countTo(20, 11));
    expect(gaps).toEqual([{ from: 5, to: 10 }]);
  });

  it('is created again at its own place after it was destroyed', async () => {
    await fill(10);
    const stop = new AbortController();
    const seqs: number[] = [];
    const publisher = await publisherOf(log);
    const consuming = (async () => {
      const group = log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, signal: stop.signal });
      for await (const batch of group) {
        seqs.push(...batch.events.map((event) => event.seq));
        if (seqs.at(-1) === 12) stop.abort();
      }
    })();
    await expect.poll(() => seqs.length).toBe(10);
    await expect.poll(() => pendingOf('g')).toBe(0);
    await redis.xgroup('DESTROY', logKeys(stream).events, 'g');
    publisher.publish(ticks(10, 11));
    await publisher.flush();
    await consuming;
    expect(seqs).toEqual(countTo(12));
    await publisher.close();
  });

  it('begins anew, and says so, when the log has another epoch', async () => {
    const old = await fill(10);
    const epochs: string[] = [];
    await redis.del(logKeys(stream).events, logKeys(stream).meta);
    const fresh = await fill(5);
    const options = {
      onOwned: () => ({ epoch: old, seq: 10 }),
      onEpoch: (epoch: string, previous: string): void => void epochs.push(`${previous} -> ${epoch}`),
    };
    expect(await consumeThrough(log, 5, 'g', options)).toEqual(countTo(5));
    expect(epochs).toEqual([`${old} -> ${fresh}`]);
  });

  it('ends with its consumer when it is ephemeral', async () => {
    await fill(3);
    expect(await consumeThrough(log, 3, 'viewer', { ephemeral: true })).toEqual([1, 2, 3]);
    expect(await log.groups()).toEqual([]);
    expect(await redis.smembers(logKeys(stream).ephemeral)).toEqual([]);
  });
});

describe('trimming', () => {
  it('drops old events only as far as every group has processed them', async () => {
    await fill(100);
    await consumeThrough(log, 100, 'fast');
    for await (const batch of log.group('slow', { from: 'start', leaseTtlMs: LEASE_MS, batchSize: 10 })) {
      if (batch.events[0]?.seq === 31) break; // 31..40 stay pending
    }
    expect(await log.trim(90_000, ['fast', 'slow'])).toEqual({ floor: 31, removed: 30, absentGroup: null });
    expect(await log.state()).toMatchObject({ first: 31, last: 100 });
  });

  it('keeps events younger than the retention time', async () => {
    await fill(100);
    await consumeThrough(log, 100, 'fast');
    expect(await log.trim(50_000, ['fast'])).toEqual({ floor: 51, removed: 50, absentGroup: null });
    expect(await log.trim(50_000, ['fast'])).toEqual({ floor: 51, removed: 0, absentGroup: null });
  });

  it('drops nothing while a required group does not exist', async () => {
    await fill(10);
    await consumeThrough(log, 10, 'fast');
    expect(await log.trim(1e12, ['fast', 'recorder'])).toEqual({
      floor: 0,
      removed: 0,
      absentGroup: 'recorder',
    });
    expect(await log.state()).toMatchObject({ first: 1 });
  });

  it('destroys an ephemeral group whose consumer is gone, so that it holds up nothing', async () => {
    await fill(10);
    const keys = logKeys(stream);
    await redis.xgroup('CREATE', keys.events, 'gateway:gone', '0');
    await redis.sadd(keys.ephemeral, 'gateway:gone');
    await consumeThrough(log, 10, 'fast');
    expect(await log.trim(1e12, ['fast'])).toEqual({ floor: 11, removed: 10, absentGroup: null });
    expect((await log.groups()).map((group) => group.name)).toEqual(['fast']);
  });
});

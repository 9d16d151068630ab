import { describe, expect, it } from 'vitest';
import { logKeys } from '../../src/index.js';
import { consumeThrough, countTo, LEASE_MS, publisherOf, tick, ticks } from './fixtures.js';
import { logOfATest } from './setup.js';

const given = logOfATest();

describe('an ordered group', () => {
  it('delivers every event in order and leaves nothing pending', async () => {
    await given.fill(1_000);
    expect(await consumeThrough(given.log, 1_000, 'g')).toEqual(countTo(1_000));
    expect(await given.pendingOf('g')).toBe(0);
  });

  it('delivers what is published while it waits', async () => {
    const consuming = consumeThrough(given.log, 30, 'g');
    const publisher = await publisherOf(given.log);
    for (let i = 0; i < 30; i++) {
      publisher.publish([tick(i)]);
      await publisher.flush();
    }
    expect(await consuming).toEqual(countTo(30));
    await publisher.close();
  });

  it('begins after the newest event, or after a resume token, when told so', async () => {
    const epoch = await given.fill(10);
    const fromNow = consumeThrough(given.log, 12, 'now', { from: 'now' });
    await expect.poll(() => given.log.groups().then((groups) => groups.length)).toBe(1);
    const publisher = await publisherOf(given.log);
    publisher.publish(ticks(10, 11));
    await publisher.flush();
    expect(await fromNow).toEqual([11, 12]);
    expect(await consumeThrough(given.log, 12, 'resumed', { from: `${epoch}:7` })).toEqual(countTo(12, 8));
    await publisher.close();
  });

  it('delivers a batch again whose consumer was lost before acknowledging it', async () => {
    await given.fill(20);
    for await (const batch of given.log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, batchSize: 8 })) {
      expect(batch.events).toHaveLength(8);
      break; // leaves without coming back
    }
    expect(await given.pendingOf('g')).toBe(8);
    expect(await consumeThrough(given.log, 20, 'g')).toEqual(countTo(20));
  });

  it('does not deliver again what its service has durably processed, acknowledged or not', async () => {
    const epoch = await given.fill(20);
    for await (const batch of given.log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, batchSize: 8 })) {
      expect(batch.events).toHaveLength(8);
      break;
    }
    const onOwned = () => ({ epoch, seq: 8 });
    expect(await consumeThrough(given.log, 20, 'g', { onOwned })).toEqual(countTo(20, 9));
    expect(await given.pendingOf('g')).toBe(0);
  });

  it('delivers what its service has not durably processed although it was acknowledged', async () => {
    const epoch = await given.fill(20);
    await consumeThrough(given.log, 20, 'g');
    const publisher = await publisherOf(given.log);
    publisher.publish([tick(20)]);
    await publisher.flush();
    const onOwned = () => ({ epoch, seq: 15 });
    expect(await consumeThrough(given.log, 21, 'g', { onOwned })).toEqual(countTo(21, 16));
    await publisher.close();
  });

  it('has one owner at a time; a standby takes over and misses nothing', async () => {
    await given.fill(10);
    const first = new AbortController();
    const seen: number[][] = [[], []];
    const statuses: string[] = [];
    const own = async (index: number, signal: AbortSignal): Promise<void> => {
      const onStatus = (status: string): void => void statuses.push(`${index} ${status}`);
      const group = given.log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, signal, onStatus });
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
    const publisher = await publisherOf(given.log);
    publisher.publish(ticks(10, 19));
    await publisher.flush();
    await standby;
    expect([...(seen[0] ?? []), ...(seen[1] ?? [])]).toEqual(countTo(20));
    expect(statuses).toEqual(['0 owner', '1 standby', '1 owner', '1 lost']);
    await publisher.close();
  });

  it('ends an ownership that Redis gave to another before its effects could show', async () => {
    await given.fill(5);
    const keys = logKeys(given.stream);
    let lost = false;
    for await (const batch of given.log.group('g', { from: 'start', leaseTtlMs: LEASE_MS })) {
      if (lost) break;
      await given.redis.set(keys.fence('g'), '99:another');
      await given.redis.set(keys.lease('g'), 'another', 'PX', LEASE_MS);
      await expect.poll(() => batch.owned()).toBe(false);
      expect(await given.pendingOf('g')).toBe(5);
      lost = true;
    }
    expect(await given.pendingOf('g')).toBe(5);
  });

  it('says which events it can no longer deliver', async () => {
    const epoch = await given.fill(20);
    await given.redis.xtrim(logKeys(given.stream).events, 'MINID', '11-0');
    const gaps: unknown[] = [];
    const options = {
      onOwned: () => ({ epoch, seq: 4 }),
      onGap: (gap: unknown): void => void gaps.push(gap),
    };
    expect(await consumeThrough(given.log, 20, 'g', options)).toEqual(countTo(20, 11));
    expect(gaps).toEqual([{ from: 5, to: 10 }]);
  });

  it('is created again at its own place after it was destroyed', async () => {
    await given.fill(10);
    const stop = new AbortController();
    const seqs: number[] = [];
    const publisher = await publisherOf(given.log);
    const consuming = (async () => {
      const group = given.log.group('g', { from: 'start', leaseTtlMs: LEASE_MS, signal: stop.signal });
      for await (const batch of group) {
        seqs.push(...batch.events.map((event) => event.seq));
        if (seqs.at(-1) === 12) stop.abort();
      }
    })();
    await expect.poll(() => seqs.length).toBe(10);
    await expect.poll(() => given.pendingOf('g')).toBe(0);
    await given.redis.xgroup('DESTROY', logKeys(given.stream).events, 'g');
    publisher.publish(ticks(10, 11));
    await publisher.flush();
    await consuming;
    expect(seqs).toEqual(countTo(12));
    await publisher.close();
  });

  it('has the first event of a log that begins only after it, though its own place was in another', async () => {
    const { log } = given;
    const epochs: string[] = [];
    const consuming = consumeThrough(log, 12, 'g', {
      onOwned: () => ({ epoch: 'aaaa', seq: 2_000 }),
      onEpoch: (epoch, previous): void => void epochs.push(`${previous} -> ${epoch}`),
    });
    await expect.poll(async () => (await log.groups()).map(({ name }) => name)).toEqual(['g']);
    const publisher = await publisherOf(log);
    publisher.publish(ticks(1, 12));
    await publisher.flush();
    expect(await consuming).toEqual(countTo(12));
    expect(epochs).toEqual([`aaaa -> ${publisher.epoch}`]);
    await publisher.close();
  });

  it('begins anew, and says so, when the log has another epoch', async () => {
    const old = await given.fill(10);
    const epochs: string[] = [];
    await given.redis.del(logKeys(given.stream).events, logKeys(given.stream).meta);
    const fresh = await given.fill(5);
    const options = {
      onOwned: () => ({ epoch: old, seq: 10 }),
      onEpoch: (epoch: string, previous: string): void => void epochs.push(`${previous} -> ${epoch}`),
    };
    expect(await consumeThrough(given.log, 5, 'g', options)).toEqual(countTo(5));
    expect(epochs).toEqual([`${old} -> ${fresh}`]);
  });

  it('ends with its consumer when it is ephemeral', async () => {
    await given.fill(3);
    expect(await consumeThrough(given.log, 3, 'viewer', { ephemeral: true })).toEqual([1, 2, 3]);
    expect(await given.log.groups()).toEqual([]);
    expect(await given.redis.smembers(logKeys(given.stream).ephemeral)).toEqual([]);
  });
});

describe('trimming', () => {
  it('drops old events only as far as every group has processed them', async () => {
    await given.fill(100);
    await consumeThrough(given.log, 100, 'fast');
    for await (const batch of given.log.group('slow', {
      from: 'start',
      leaseTtlMs: LEASE_MS,
      batchSize: 10,
    })) {
      if (batch.events[0]?.seq === 31) break; // 31..40 stay pending
    }
    expect(await given.log.trim(90_000, ['fast', 'slow'])).toEqual({
      floor: 31,
      removed: 30,
      absentGroup: null,
    });
    expect(await given.log.state()).toMatchObject({ first: 31, last: 100 });
  });

  it('keeps events younger than the retention time', async () => {
    await given.fill(100);
    await consumeThrough(given.log, 100, 'fast');
    expect(await given.log.trim(50_000, ['fast'])).toEqual({ floor: 51, removed: 50, absentGroup: null });
    expect(await given.log.trim(50_000, ['fast'])).toEqual({ floor: 51, removed: 0, absentGroup: null });
  });

  it('drops nothing while a required group does not exist', async () => {
    await given.fill(10);
    await consumeThrough(given.log, 10, 'fast');
    expect(await given.log.trim(1e12, ['fast', 'recorder'])).toEqual({
      floor: 0,
      removed: 0,
      absentGroup: 'recorder',
    });
    expect(await given.log.state()).toMatchObject({ first: 1 });
  });

  it('destroys an ephemeral group whose consumer is gone, so that it holds up nothing', async () => {
    await given.fill(10);
    const keys = logKeys(given.stream);
    await given.redis.xgroup('CREATE', keys.events, 'gateway:gone', '0');
    await given.redis.sadd(keys.ephemeral, 'gateway:gone');
    await consumeThrough(given.log, 10, 'fast');
    expect(await given.log.trim(1e12, ['fast'])).toEqual({ floor: 11, removed: 10, absentGroup: null });
    expect((await given.log.groups()).map((group) => group.name)).toEqual(['fast']);
  });
});

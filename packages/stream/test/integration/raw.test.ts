import { describe, expect, it } from 'vitest';
import type { EventLog, RawEvent, RawWriter, RawWriterOptions, StoredRawEvent } from '../../src/index.js';
import { countTo, LEASE_MS, testRedis } from './fixtures.js';
import { logOfATest } from './setup.js';

const test = logOfATest();
const MB = 2 ** 20;

const raw = (n: number, bytes = 2): RawEvent => ({
  at: 1_000 + n,
  source: 'public',
  event: 'gameStateUpdate',
  data: `"${String(n).padEnd(bytes - 2, '.')}"`,
});
const rawTo = (last: number, bytes?: number): RawEvent[] => countTo(last).map((n) => raw(n, bytes));

interface Counted {
  writer: RawWriter;
  stored: () => number;
  dropped: () => number;
}

function writerOn(log: EventLog, options: Partial<RawWriterOptions> = {}): Counted {
  const counts = { stored: 0, dropped: 0 };
  const writer = log.rawWriter({
    maxBytes: 64 * MB,
    onStored: (count) => (counts.stored += count),
    onDropped: (count) => (counts.dropped += count),
    ...options,
  });
  return { writer, stored: () => counts.stored, dropped: () => counts.dropped };
}

/** Reads until so many have come, and comes back for more: what was read is taken out then. */
async function read(log: EventLog, count: number, cursor?: string): Promise<StoredRawEvent[]> {
  const stop = new AbortController();
  const events: StoredRawEvent[] = [];
  const options = { leaseTtlMs: LEASE_MS, signal: stop.signal, onOwned: () => Promise.resolve(cursor) };
  for await (const batch of log.rawEvents(options)) {
    events.push(...batch.events);
    if (events.length >= count) stop.abort();
  }
  return events;
}

const seqs = (events: readonly StoredRawEvent[]): number[] => events.map(({ seq }) => seq);
const length = () => test.redis.xlen(test.log.keys.raw);

describe('raw events', () => {
  it('come to their reader in order and as they were, and then leave Redis', async () => {
    const { writer } = writerOn(test.log);
    writer.push(rawTo(300));
    const events = await read(test.log, 300);
    expect(events.map(({ at, source, event, data }) => ({ at, source, event, data }))).toEqual(rawTo(300));
    expect(seqs(events)).toEqual(countTo(300));
    expect(events.every(({ lost }) => lost === 0)).toBe(true);
    await expect.poll(length).toBe(0);
    await writer.close();
  });

  it('take no more of Redis than they may, and their reader is told how many were dropped', async () => {
    const { writer, stored } = writerOn(test.log, { maxBytes: MB });
    const sizes = [300, 6_000, 300_000];
    const events = countTo(600).map((n) => raw(n, sizes[n % 20 === 0 ? 2 : n % 2]));
    for (const event of events) writer.push([event]);
    await expect.poll(stored).toBe(600);
    const used = Number(await test.redis.memory('USAGE', test.log.keys.raw, 'SAMPLES', 0));
    expect(used).toBeGreaterThan(MB / 4);
    expect(used).toBeLessThan(1.5 * MB);
    const left = await length();
    const kept = await read(test.log, left, '1-1');
    expect(seqs(kept)).toEqual(countTo(600, 601 - left));
    expect(kept.map(({ lost }) => lost)).toEqual([600 - left - 1, ...Array<number>(left - 1).fill(0)]);
    await writer.close();
  });

  it('that a later writer finds in Redis count towards what they may take', async () => {
    const first = writerOn(test.log);
    first.writer.push(rawTo(200, 10_000));
    await first.writer.close();
    const second = writerOn(test.log, { maxBytes: MB });
    second.writer.push(rawTo(100, 10_000));
    await expect.poll(second.stored).toBe(100);
    expect(await length()).toBe(100);
    await second.writer.close();
  });

  it('are dropped and counted when too many wait for Redis, which comes back to a hole', async () => {
    const server = await testRedis();
    const log = await server.open('away');
    const { writer, stored, dropped } = writerOn(log, { maxWaitingBytes: 20_000 });
    writer.push(rawTo(3));
    await expect.poll(stored).toBe(3);
    await server.redis.stop();
    for (const n of countTo(100, 4)) writer.push([raw(n, 1_000)]);
    expect(dropped()).toBeGreaterThan(70);
    await writer.close();
    expect(stored() + dropped()).toBe(100);
    await log.close();
    await server.stop();
  });

  it('show a hole where some were dropped while others waited', async () => {
    const { writer, dropped } = writerOn(test.log, { maxWaitingBytes: 20_000 });
    writer.push(rawTo(100, 1_000));
    const accepted = 100 - dropped();
    expect(accepted).toBeGreaterThan(10);
    const early = await read(test.log, accepted);
    writer.push([raw(101)]);
    const [late] = await read(test.log, 1, early.at(-1)?.id);
    expect(late).toMatchObject({ seq: 101, lost: dropped(), data: raw(101).data });
    await writer.close();
  });

  it('are counted on by the next writer, which leaves out what is there already', async () => {
    const first = writerOn(test.log);
    first.writer.push(rawTo(10));
    await first.writer.close();
    const second = writerOn(test.log);
    second.writer.push([raw(9), raw(10), raw(11)], true);
    second.writer.push([raw(12)]);
    const events = await read(test.log, 12);
    expect(seqs(events)).toEqual(countTo(12));
    expect(events.map(({ data }) => data)).toEqual(rawTo(12).map(({ data }) => data));
    // Also when the reader has taken everything out.
    await second.writer.close();
    const third = writerOn(test.log);
    third.writer.push([raw(12), raw(13)], true);
    expect(seqs(await read(test.log, 1, events.at(-1)?.id))).toEqual([13]);
    await third.writer.close();
  });

  it('are stored once each although links break again and again', async () => {
    const { writer, stored } = writerOn(test.log);
    for (let n = 1; n <= 2_000; n += 20) {
      writer.push(countTo(n + 19, n).map((one) => raw(one, 3_000)));
      if (n % 200 === 1) await test.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      else await new Promise(setImmediate);
    }
    await expect.poll(stored).toBe(2_000);
    const entries = await test.redis.xrange(test.log.keys.raw, '-', '+');
    expect(entries.map(([id]) => Number(id.split('-')[1]))).toEqual(countTo(2_000));
    await writer.close();
  });

  it('are not given again to a reader that has them, taken out or not', async () => {
    const { writer, stored } = writerOn(test.log);
    writer.push(rawTo(10));
    await expect.poll(stored).toBe(10);
    const [fifth] = (await test.redis.xrange(test.log.keys.raw, '-', '+', 'COUNT', 5)).slice(-1);
    expect(seqs(await read(test.log, 5, fifth?.[0]))).toEqual([6, 7, 8, 9, 10]);
    await writer.close();
  });

  it('have one reader at a time; another takes over', async () => {
    const { writer } = writerOn(test.log);
    const stops = [new AbortController(), new AbortController()] as const;
    const seen: [number[], number[]] = [[], []];
    const statuses: string[] = [];
    let cursor: string | undefined;
    const reading = async (who: 0 | 1): Promise<void> => {
      const { signal } = stops[who];
      const options = { leaseTtlMs: LEASE_MS, signal, onOwned: () => Promise.resolve(cursor) };
      const onStatus = (status: string): void => {
        if (who === 1) statuses.push(status);
      };
      for await (const { events } of test.log.rawEvents({ ...options, onStatus })) {
        seen[who].push(...seqs(events));
        cursor = events.at(-1)?.id;
      }
    };
    const first = reading(0);
    writer.push(rawTo(5));
    await expect.poll(() => seen[0]).toEqual(countTo(5));
    const second = reading(1);
    await expect.poll(() => statuses).toEqual(['standby']);
    stops[0].abort();
    await first;
    writer.push([raw(6), raw(7)]);
    await expect.poll(() => seen[1]).toEqual([6, 7]);
    stops[1].abort();
    await second;
    await writer.close();
  });

  it('leave out what somebody else wrote there', async () => {
    const { writer, stored } = writerOn(test.log);
    writer.push([raw(1)]);
    await expect.poll(stored).toBe(1);
    await test.redis.xadd(test.log.keys.raw, '5000-2', 't', '5000', 's', 'x', 'e', 'x', 'd', '1\n{"seq":9}');
    await test.redis.xadd(test.log.keys.raw, '5000-3', 'nonsense', '1');
    writer.push([raw(6_000)]);
    expect(seqs(await read(test.log, 2))).toHaveLength(2);
    await writer.close();
  });
});

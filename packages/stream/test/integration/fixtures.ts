import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import type { Draft } from '@vectra/protocol';
import { EventLog, type GroupOptions, type Publisher, type PublisherOptions } from '../../src/index.js';

export const LEASE_MS = 600;

export interface TestRedis {
  redis: LocalRedis;
  url: string;
  /** A folder that is removed with this Redis. */
  dir: string;
  open(stream: string, name?: string): Promise<EventLog>;
  stop(): Promise<void>;
}

/** A Redis of this test's own, and the logs opened on it. */
export async function testRedis(): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'vectra-stream-'));
  const redis = await startRedis({ port: await freePort(), dir });
  const logs: EventLog[] = [];
  return {
    redis,
    url: redis.url,
    dir,
    async open(stream, name = 'test') {
      const log = await EventLog.open({ url: redis.url, stream, name });
      logs.push(log);
      return log;
    },
    async stop() {
      await Promise.all(logs.map((log) => log.close()));
      await redis.stop();
      await removeFolders();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A tick event; `timestamp` counts in seconds so that trimming by time can be told apart. */
export function tick(tickCount: number, timestamp = tickCount * 1_000): Draft {
  return {
    type: 'game.tick',
    timestamp,
    gameId: '20251212-6114b2ff44ef4b71',
    source: 'simulator',
    data: {
      tickCount,
      price: '1.5',
      active: true,
      rugged: false,
      phase: 'ACTIVE_GAMEPLAY',
      cooldownTimer: 0,
      tradeCount: 0,
    },
  };
}

export const ticks = (from: number, to: number): Draft[] =>
  Array.from({ length: to - from + 1 }, (_, index) => tick(from + index));

let folders = 0;

/** A publisher with a write-ahead file of its own, unless told to use a certain folder. */
export function publisherOf(log: EventLog, options: Partial<PublisherOptions> = {}): Promise<Publisher> {
  return log.publisher({
    folder: join(tmpdir(), `vectra-wal-${process.pid}`, String(++folders)),
    requiredGroups: [],
    leaseTtlMs: LEASE_MS,
    signal: new AbortController().signal,
    ...options,
  });
}

/** Removes the folders that `publisherOf` made. */
export const removeFolders = (): Promise<void> =>
  rm(join(tmpdir(), `vectra-wal-${process.pid}`), { recursive: true, force: true });

/** Consumes a group until its newest event has this seq, acknowledging all; returns every seq in order of delivery. */
export async function consumeThrough(
  log: EventLog,
  last: number,
  name: string,
  options: Partial<GroupOptions> = {},
): Promise<number[]> {
  const stop = new AbortController();
  const seqs: number[] = [];
  const group = log.group(name, { from: 'start', leaseTtlMs: LEASE_MS, ...options, signal: stop.signal });
  for await (const batch of group) {
    seqs.push(...batch.events.map((event) => event.seq));
    if ((seqs.at(-1) ?? 0) >= last) stop.abort();
  }
  return seqs;
}

export const countTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '@vectra/launcher';
import { EventLog } from '@vectra/stream';
import { io } from 'socket.io-client';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const UPSTREAM = fileURLToPath(new URL('upstream.js', import.meta.url));
const PACED = { frames: 1_000, rate: 100 };
const FLOOD = { standard: 20_000, full: 1_000 } as const;
type Kind = keyof typeof FLOOD;

interface Told {
  port?: number;
  bytes?: number;
  sentAt?: number[];
}

/** One way of taking frames: when each tick was known, by tick count (Unix ms). */
export type Taker = (url: string, frames: number) => Promise<number[]>;

export interface FeedFigures {
  name: string;
  bytes: number;
  /** Frames a second. */
  rate: number;
  /** From sending a frame to knowing its tick, in ms. */
  latency: { p50: number; p99: number };
}

/**
 * The feed as a process, from the upstream frame to the entry in the log, beside a bare socket.io-client that only takes
 * the frames: 100 frames a second for the latency, and as many as are taken for the rate.
 */
export async function benchFeed(redisUrl: string, dir: string): Promise<FeedFigures[]> {
  let streams = 0;
  const throughFeed: Taker = async (url, frames) => {
    const stream = `feed${++streams}`;
    const log = await EventLog.open({ url: redisUrl, stream });
    const feed = startFeed({ redisUrl, stream, dir, upstream: url });
    try {
      const knownAt: number[] = [];
      for await (const { events } of log.group('bench', { from: 'start' })) {
        const now = Date.now();
        for (const event of events) if (event.type === 'game.tick') knownAt[event.data.tickCount] = now;
        if (knownAt.length >= frames) break;
      }
      return knownAt;
    } finally {
      await feed.stop(5_000);
      await log.close();
    }
  };
  const figures: FeedFigures[] = [];
  for (const kind of ['standard', 'full'] as const) {
    figures.push(await measure('bare', kind, bare), await measure('feed', kind, throughFeed));
  }
  return figures;
}

/** The feed as a process, with a log of its own. */
export function startFeed(parts: { redisUrl: string; stream: string; dir: string; upstream: string }): Child {
  const { redisUrl, stream, dir, upstream } = parts;
  return startService('feed', {
    REDIS_URL: redisUrl,
    STREAM: stream,
    UPSTREAM_URL: upstream,
    FEED_DATA_DIR: join(dir, stream),
    FEED_PORT: '0',
  });
}

/** A service as a process that says nothing. */
export function startService(name: string, env: Record<string, string>): Child {
  const main = join(ROOT, 'services', name, 'dist', 'main.js');
  const { PATH } = process.env;
  return new Child({
    ...{ command: process.execPath, args: [main], cwd: ROOT, stdio: 'ignore', env: { PATH, ...env } },
  });
}

const bare: Taker = async (url, frames) => {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  const knownAt: number[] = [];
  await new Promise<void>((resolve) => {
    socket.on('gameStateUpdate', ({ tickCount }: { tickCount: number }) => {
      knownAt[tickCount] = Date.now();
      if (knownAt.length >= frames) resolve();
    });
  });
  socket.disconnect();
  return knownAt;
};

async function measure(name: string, kind: Kind, take: Taker): Promise<FeedFigures> {
  const { bytes, latency } = await measurePaced(kind, take);
  const flood = await run(kind, { frames: FLOOD[kind], rate: 0 }, take);
  const first = flood.sentAt[0] ?? 0;
  const last = flood.knownAt.at(-1) ?? 0;
  return {
    name,
    bytes,
    rate: (FLOOD[kind] * 1_000) / (last - first),
    latency,
  };
}

/** How long it takes, in ms, from sending a frame to knowing its tick, at 100 frames a second. */
export async function measurePaced(
  kind: Kind,
  take: Taker,
): Promise<{ bytes: number; latency: FeedFigures['latency'] }> {
  const { sentAt, knownAt, bytes } = await run(kind, PACED, take);
  const delays = knownAt.map((known, tick) => known - (sentAt[tick] ?? 0)).sort((a, b) => a - b);
  const quantile = (q: number): number => delays[Math.floor(q * (delays.length - 1))] ?? Number.NaN;
  return { bytes, latency: { p50: quantile(0.5), p99: quantile(0.99) } };
}

async function run(
  kind: Kind,
  { frames, rate }: { frames: number; rate: number },
  take: Taker,
): Promise<{ sentAt: number[]; knownAt: number[]; bytes: number }> {
  const upstream = fork(UPSTREAM, [String(frames), String(rate), kind]);
  try {
    const { port = 0, bytes = 0 } = await message(upstream);
    const told = message(upstream);
    const knownAt = await take(`http://127.0.0.1:${port}`, frames);
    const { sentAt = [] } = await told;
    return { sentAt, knownAt, bytes };
  } finally {
    upstream.kill('SIGKILL');
    await once(upstream, 'exit');
  }
}

async function message(child: ChildProcess): Promise<Told> {
  const [told] = (await once(child, 'message')) as [Told];
  return told;
}

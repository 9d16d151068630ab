import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import type { Event } from '@vectra/protocol';
import { startService, type RunningService } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { feed } from '../../src/service.js';
import { FakeGame } from '../unit/frames.js';
import { Upstream } from './upstream.js';

let dir: string;
let redis: LocalRedis;
let upstream: Upstream;
let log: EventLog;
let env: Record<string, string>;
let tests = 0;
const running: RunningService[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-feed-'));
  redis = await startRedis({ port: await freePort(), dir });
});
afterAll(async () => {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  upstream = await Upstream.listen();
  const stream = `feed${++tests}`;
  env = {
    FEED_DATA_DIR: join(dir, stream),
    FEED_PORT: '0',
    LOG_LEVEL: 'fatal',
    LEASE_TTL_MS: '600',
    REDIS_URL: redis.url,
    STREAM: stream,
    UPSTREAM_URL: upstream.url,
    UPSTREAM_ORIGIN: 'https://rugs.fun',
  };
  log = await EventLog.open({ url: redis.url, stream, name: 'test' });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await log.close();
  await upstream.close();
});

async function startFeed(): Promise<RunningService> {
  const service = await startService(feed, { env });
  running.push(service);
  return service;
}

const connected = (): Promise<void> => expect.poll(() => upstream.clients, { timeout: 20_000 }).toBe(1);
const events = async (): Promise<Event[]> => log.range(1, (await log.state()).last, 10_000);
const ticks = async (): Promise<number[]> =>
  (await events()).flatMap((event) => (event.type === 'game.tick' ? [event.data.tickCount] : []));
const statuses = async (): Promise<string[]> =>
  (await events()).flatMap((event) => (event.type === 'connection.status' ? [event.data.status] : []));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const readiness = async ({ url }: RunningService): Promise<number> => (await fetch(`${url}/readyz`)).status;

const game = FakeGame.lasting(40);

describe('the feed', () => {
  it('connects as the game expects, writes what it hears into the log, and never sends anything', async () => {
    const service = await startFeed();
    await connected();
    expect(upstream.origins).toEqual(['https://rugs.fun']);
    expect(upstream.queries).toEqual(['1.0']);
    for (const tick of range(0, game.rugTick)) upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, game.rugTick));
    expect(await readiness(service)).toBe(200);
    await service.stop();
    expect(await statuses()).toEqual(['connecting', 'connected', 'disconnected']);
    expect(upstream.received).toEqual([]);
  });

  it('is not disturbed by bad frames and unknown events, and counts each', async () => {
    const service = await startFeed();
    await connected();
    upstream.send('gameStateUpdate', game.tick(0));
    for (const bad of ['nonsense', null, { gameId: '../..' }, { ...game.tick(1), tickCount: -3 }]) {
      upstream.send('gameStateUpdate', bad);
    }
    upstream.send('gameStateUpdate');
    upstream.send('somethingNew', { a: 1 });
    upstream.send('../etc/passwd', { a: 1 });
    upstream.send('gameStateUpdate', game.tick(1));
    await expect.poll(ticks).toEqual([0, 1]);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('feed_noise_total{event="gameStateUpdate",reason="invalid"} 5');
    expect(metrics).toContain('feed_noise_total{event="somethingNew",reason="not_selected"} 1');
    expect((await events()).filter((event) => event.type === 'error')).toHaveLength(2);
  });

  it('comes back when the server hangs up, and neither loses nor repeats a tick', async () => {
    const service = await startFeed();
    await connected();
    for (const tick of range(0, 9)) upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, 9));
    upstream.hangUp();
    await expect.poll(() => readiness(service)).toBe(503);
    await connected();
    upstream.send('gameStateUpdate', game.snapshot(30));
    for (const tick of range(31, game.rugTick)) upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, game.rugTick));
    expect(await statuses()).toEqual(['connecting', 'connected', 'disconnected', 'connected']);
    expect((await events()).filter((event) => event.type === 'game.start')).toHaveLength(1);
  });

  it('keeps trying while the server is away', async () => {
    await upstream.close();
    const service = await startFeed();
    await expect.poll(statuses).toContain('reconnecting');
    expect(await readiness(service)).toBe(503);
    await upstream.open();
    await connected();
    await expect.poll(() => readiness(service)).toBe(200);
  });

  it('goes on with the same game after a restart', async () => {
    const first = await startFeed();
    await connected();
    for (const tick of range(0, 9)) upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, 9));
    await first.stop();
    await startFeed();
    await connected();
    upstream.send('gameStateUpdate', game.snapshot(20));
    await expect.poll(ticks).toEqual(range(0, 20));
    expect((await events()).map((event) => event.seq)).toEqual(range(1, (await log.state()).last));
    expect((await events()).filter((event) => event.type === 'game.start')).toHaveLength(1);
  });

  it('stands by, not connected, while another writes, and takes over when that one stops', async () => {
    const first = await startFeed();
    await connected();
    const second = await startFeed();
    await expect.poll(() => readiness(second)).toBe(200);
    expect(upstream.clients).toBe(1);
    await first.stop();
    await connected();
    upstream.send('gameStateUpdate', game.tick(0));
    await expect.poll(ticks).toEqual([0]);
  });

  it('keeps the newest ticks at hand, and no more than it is told to', async () => {
    env.FEED_RING_TICKS = '5';
    const service = await startFeed();
    await connected();
    for (const tick of range(0, 9)) upstream.send('gameStateUpdate', game.tick(tick));
    const newest = async (): Promise<number[]> => {
      const list = (await (await fetch(`${service.url}/ticks`)).json()) as { data: { tickCount: number } }[];
      return list.map(({ data }) => data.tickCount);
    };
    await expect.poll(newest).toEqual(range(5, 9));
  });
});

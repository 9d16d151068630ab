import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { Child, freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import type { Event } from '@vectra/protocol';
import { startService, type RunningService } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { feed } from '../../src/service.js';
import { Upstream } from './upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A feed as a process of its own. */
export interface FeedProcess {
  child: Child;
  url: string;
}

/** Feeds on a Redis and an upstream of their own; each test has its own log. */
export class Feeds {
  /** Every feed of this test gets these. */
  env: Record<string, string> = {};
  readonly #services: RunningService[] = [];
  readonly #children: Child[] = [];
  #dir = '';
  #redis: LocalRedis | undefined;
  #upstream: Upstream | undefined;
  #log: EventLog | undefined;
  #tests = 0;

  /** To be called at the top of a test file. */
  static forEachTest(): Feeds {
    const feeds = new Feeds();
    beforeAll(() => feeds.#startRedis());
    beforeEach(() => feeds.#begin());
    afterEach(() => feeds.#end());
    afterAll(() => feeds.#stopRedis());
    return feeds;
  }

  get upstream(): Upstream {
    return there(this.#upstream);
  }

  get log(): EventLog {
    return there(this.#log);
  }

  get redisUrl(): string {
    return there(this.#redis).url;
  }

  async start(env: Record<string, string> = {}): Promise<RunningService> {
    const service = await startService(feed, { env: { ...this.env, ...env } });
    this.#services.push(service);
    return service;
  }

  /** Resolves when it serves. */
  async spawn(env: Record<string, string> = {}): Promise<FeedProcess> {
    const port = await freePort();
    const child = new Child({
      command: process.execPath,
      args: [MAIN],
      env: { ...this.env, ...env, FEED_PORT: String(port) },
      stdio: 'ignore',
    });
    this.#children.push(child);
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(() =>
        fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true);
    return { child, url };
  }

  /** A folder for a feed's write-ahead file. */
  folder(name: string): string {
    return join(this.#dir, `${this.env.STREAM}-${name}`);
  }

  async connected(clients = 1): Promise<void> {
    await expect.poll(() => this.upstream.clients).toBe(clients);
  }

  events = async (): Promise<Event[]> => this.log.range(1, (await this.log.state()).last, 10_000);

  ticks = async (): Promise<number[]> =>
    (await this.events()).flatMap((event) => (event.type === 'game.tick' ? [event.data.tickCount] : []));

  statuses = async (): Promise<string[]> =>
    (await this.events()).flatMap((event) => (event.type === 'connection.status' ? [event.data.status] : []));

  async #startRedis(): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), 'vectra-feed-'));
    this.#redis = await startRedis({ port: await freePort(), dir: join(this.#dir, 'redis') });
  }

  async #begin(): Promise<void> {
    const stream = `feed${++this.#tests}`;
    this.#upstream = await Upstream.listen();
    this.env = {
      FEED_DATA_DIR: join(this.#dir, stream),
      FEED_PORT: '0',
      LOG_LEVEL: 'fatal',
      LEASE_TTL_MS: '600',
      REDIS_URL: this.redisUrl,
      STREAM: stream,
      UPSTREAM_URL: this.upstream.url,
      UPSTREAM_ORIGIN: 'https://rugs.fun',
    };
    this.#log = await EventLog.open({ url: this.redisUrl, stream, name: 'test' });
  }

  async #end(): Promise<void> {
    await Promise.all(this.#services.splice(0).map((service) => service.stop()));
    for (const child of this.#children.splice(0)) {
      child.signal('SIGCONT');
      await child.stop(5_000);
    }
    await this.log.close();
    await this.upstream.close();
  }

  async #stopRedis(): Promise<void> {
    await this.#redis?.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

export const readiness = async ({ url }: { url: string }): Promise<number> =>
  (await fetch(`${url}/readyz`)).status;

/** The value of a metric without labels, or the sum over its labels. */
export async function metric({ url }: { url: string }, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => Number(line.split(' ').at(-1)));
  return values.reduce((sum, value) => sum + value, 0);
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not begun');
  return value;
}

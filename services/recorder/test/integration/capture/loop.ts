import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import type { Event } from '@vectra/protocol';
import { EventLog } from '@vectra/stream';
import { Redis } from 'ioredis';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from '../folder.js';

const mainOf = (service: string): string =>
  fileURLToPath(new URL(`../../../../${service}/dist/main.js`, import.meta.url));

/** A program of its own, with its HTTP port. */
export interface Program {
  child: Child;
  url: string;
}

/** Resolves when it serves. */
export async function startProgram(service: string, env: Record<string, string>): Promise<Program> {
  const port = await freePort();
  const child = new Child({
    command: process.execPath,
    args: [mainOf(service)],
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'fatal',
      ...env,
      [`${service.toUpperCase()}_PORT`]: String(port),
    },
  });
  onTestFinished(() => child.stop(5_000));
  const url = `http://127.0.0.1:${port}`;
  const alive = () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(alive).toBe(true);
  return { child, url };
}

/** The sum of a metric over its labels. */
export async function metric({ url }: Program, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

export interface Replay {
  sent: number;
  finished: boolean;
}

/** One session: a simulator, a feed that keeps what it hears, and a recorder, on a log of their own. */
export class Session {
  readonly log: EventLog;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly simulator: Program;
  readonly feed: Program;
  readonly recorder: Program;

  private constructor(given: Omit<Session, 'replayed' | 'end' | 'events' | 'captures'>) {
    this.log = given.log;
    this.folder = given.folder;
    this.env = given.env;
    this.simulator = given.simulator;
    this.feed = given.feed;
    this.recorder = given.recorder;
  }

  static async start(redis: LocalRedis, stream: string, simulated: Record<string, string>): Promise<Session> {
    const log = await EventLog.open({ url: redis.url, stream, name: 'test' });
    onTestFinished(() => log.close());
    const folder = await temporaryFolder();
    const simulator = await startProgram('simulator', simulated);
    const env = {
      REDIS_URL: redis.url,
      STREAM: stream,
      LEASE_TTL_MS: '700',
      RUGS_DATA_DIR: folder,
      RECORDER_RAW_CAPTURE: 'true',
      FEED_DATA_DIR: await temporaryFolder(),
      UPSTREAM_URL: simulator.url,
    };
    const recorder = await startProgram('recorder', env);
    const feed = await startProgram('feed', env);
    return new Session({ log, folder, env, simulator, feed, recorder });
  }

  /** Waits until the simulator has played its capture, and the feed has taken all of it. */
  async replayed(): Promise<void> {
    const replay = async () => (await (await fetch(`${this.simulator.url}/api/simulator`)).json()) as Replay;
    await expect.poll(async () => (await replay()).finished).toBe(true);
    const { sent } = await replay();
    await expect.poll(() => metric(this.feed, 'feed_upstream_events_total')).toBe(sent);
  }

  /** Stops the feed, waits until everything is on disk, and stops the others. */
  async end(): Promise<void> {
    await this.feed.child.stop(8_000);
    await expect.poll(() => this.#waiting()).toBe(0);
    await this.recorder.child.stop(8_000);
    await this.simulator.child.stop(8_000);
  }

  /** What the log tells of games, players and bets, but for when and where it stands. */
  async events(): Promise<object[]> {
    const { last } = await this.log.state();
    const events: Event[] = await this.log.range(1, last, 1_000_000);
    return events
      .filter(({ type }) => type !== 'connection.status')
      .map(({ type, gameId, data }) => ({ type, gameId, data }));
  }

  /** Paths of the captures, oldest first. */
  async captures(): Promise<string[]> {
    const folder = join(this.folder, 'captures');
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  }

  async #waiting(): Promise<number> {
    const lag = (await this.log.groups()).find(({ name }) => name === 'recorder')?.lag ?? -1;
    return lag + (await rawWaiting(this.env));
  }
}

/** How many upstream events Redis keeps. */
async function rawWaiting({ REDIS_URL = '', STREAM = '' }: Record<string, string>): Promise<number> {
  const redis = new Redis(REDIS_URL);
  try {
    return await redis.xlen(`{${STREAM}}:raw`);
  } finally {
    redis.disconnect();
  }
}

export async function aRedis(): Promise<LocalRedis> {
  const redis = await startRedis({ port: await freePort(), dir: await temporaryFolder() });
  onTestFinished(() => redis.stop());
  return redis;
}

export interface CapturedLine {
  seq: number;
  ts: string;
  event: string;
  data: unknown;
}

export async function linesIn(path: string): Promise<CapturedLine[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CapturedLine);
}

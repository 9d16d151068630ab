import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LocalSystem, type ServiceName } from '@vectra/launcher';
import type { GameRecording } from '@vectra/protocol';
import { EventLog } from '@vectra/stream';

/** The whole system, of this test's own: free ports, a temporary folder, a Redis of its own. */
export interface TestSystem {
  system: LocalSystem;
  dir: string;
  dataDir: string;
  log: EventLog;
  /** Everything the services wrote so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface TestSystemOptions {
  env?: Record<string, string>;
  services?: readonly ServiceName[];
}

export async function testSystem({ env = {}, services }: TestSystemOptions = {}): Promise<TestSystem> {
  const dir = await mkdtemp(join(tmpdir(), 'vectra-system-'));
  const dataDir = join(dir, 'data');
  const outputFile = join(dir, 'output.log');
  const fd = openSync(outputFile, 'a');
  const output = (): string => readFileSync(outputFile, 'utf8');
  try {
    const system = await LocalSystem.start({
      demo: true,
      env: {
        ...cleanEnvironment(),
        ...(await freePorts()),
        RUGS_DATA_DIR: dataDir,
        FEED_DATA_DIR: join(dir, 'feed'),
        LEASE_TTL_MS: '1500',
        ...env,
      },
      say: () => undefined,
      stdio: ['ignore', fd, fd],
      ...(services === undefined ? {} : { services }),
    });
    const log = await EventLog.open({ url: system.redisUrl, stream: 'rugs', name: 'test' });
    const stop = async (): Promise<void> => {
      await log.close();
      await system.stop();
      closeSync(fd);
      await rm(dir, { recursive: true, force: true });
    };
    return { system, dir, dataDir, log, output, stop };
  } catch (error) {
    throw new Error(`the system did not start:\n${output()}`, { cause: error });
  }
}

/** This process's environment without what would lead a test to somebody's running system. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  return { PATH, HOME, LANG, TMPDIR };
}

export async function freePorts(): Promise<Record<string, string>> {
  const names = ['FEED', 'GATEWAY', 'PAPER', 'RECORDER', 'SIMULATOR', 'STANDALONE_REDIS'].map(
    (service) => `${service}_PORT`,
  );
  const entries: [string, string][] = [];
  for (const name of names) entries.push([name, String(await freePort())]);
  return Object.fromEntries(entries);
}

/** Waits until `ready` gives something other than undefined or false; the error names what was waited for. */
export async function eventually<T>(
  what: string,
  ready: () => Promise<T> | T,
  timeoutMs = 60_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await ready();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
    await sleep(50);
  }
}

export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  return (await response.json()) as T;
}

/** Sum of a Prometheus counter over its labels. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Files below a folder whose names end so: their paths relative to it, and their content. */
export async function filesBelow(folder: string, ending = ''): Promise<Map<string, string>> {
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const),
  );
  return new Map(files.sort(([a], [b]) => a.localeCompare(b)));
}

/** Every `.game.json` of a data folder, also while a recorder writes there. */
export async function recordingsIn(dataDir: string): Promise<GameRecording[]> {
  const files = await filesBelow(join(dataDir, 'recordings'), '.game.json');
  return [...files.values()].map((text) => JSON.parse(text) as GameRecording);
}

/** A second recorder on the same data folder. It stands by, and takes over when the first one is gone. */
export async function standbyRecorder({ system, dataDir }: TestSystem): Promise<LocalSystem> {
  return LocalSystem.start({
    demo: false,
    env: {
      ...cleanEnvironment(),
      REDIS_URL: system.redisUrl,
      RUGS_DATA_DIR: dataDir,
      RECORDER_PORT: String(await freePort()),
      LEASE_TTL_MS: '1500',
      LOG_LEVEL: 'warn',
    },
    say: () => undefined,
    stdio: 'ignore',
    services: ['recorder'],
  });
}

/** Waits until the seed of a game is in the log. */
export async function untilSealed(log: EventLog, game: string): Promise<void> {
  await eventually(`game ${game} is sealed`, async () => {
    const { last } = await log.state();
    const newest = await log.range(Math.max(1, last - 5_000), last, 5_001);
    return newest.some(({ type, gameId }) => type === 'game.sealed' && gameId === game);
  });
}

/** Waits until the recorder has processed all that is in the log now. */
export async function recorderCaughtUp(log: EventLog): Promise<void> {
  const { last } = await log.state();
  await eventually(`the recorder processes event ${last}`, async () => {
    const group = (await log.groups()).find(({ name }) => name === 'recorder');
    return group !== undefined && group.delivered >= last && group.pending === 0;
  });
}

import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Child, freePort, startRedis } from '@vectra/launcher';
import { EventLog, type Publisher } from '@vectra/stream';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from './folder.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
export const STREAM = 'test';
export const LEASE_TTL_MS = 700;

/** Runs the program to its end. */
export async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = new Child({
    command: process.execPath,
    args: [MAIN, ...args],
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child.process;
  if (stdout === null || stderr === null) throw new Error('expected pipes');
  const [out, err, { code }] = await Promise.all([text(stdout), text(stderr), child.exited]);
  return { out, err, code };
}

/** A Redis with a log, a writer on it, and a data folder; all gone when the test ends. */
export async function testLog() {
  const folder = await temporaryFolder();
  const redis = await startRedis({ port: await freePort(), dir: await temporaryFolder() });
  onTestFinished(() => redis.stop());
  const log = await EventLog.open({ url: redis.url, stream: STREAM, name: 'test' });
  const publisher: Publisher = await log.publisher({
    folder: await temporaryFolder(),
    requiredGroups: ['recorder'],
    leaseTtlMs: 5_000,
    signal: new AbortController().signal,
  });
  onTestFinished(async () => {
    await publisher.close();
    await log.close();
  });

  /** Starts a recorder process on the log and the data folder. */
  const startRecorder = async (more: Record<string, string> = {}) => {
    const port = await freePort();
    const child = new Child({
      command: process.execPath,
      args: [MAIN],
      env: {
        PATH: process.env.PATH,
        REDIS_URL: redis.url,
        STREAM,
        LEASE_TTL_MS: String(LEASE_TTL_MS),
        RUGS_DATA_DIR: folder,
        RECORDER_PORT: String(port),
        LOG_LEVEL: 'fatal',
        ...more,
      },
    });
    onTestFinished(() => child.stop(5_000));
    return { child, url: `http://127.0.0.1:${port}` };
  };

  /** Waits until every event there is was stored, and acknowledged by the recorder. */
  const settled = async () => {
    await publisher.flush();
    const lag = async () => (await log.groups()).find(({ name }) => name === 'recorder')?.lag;
    await expect.poll(lag, { interval: 20 }).toBe(0);
  };

  return { folder, redis, log, publisher, startRecorder, settled };
}

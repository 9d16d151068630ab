import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '@vectra/service-kit';
import { Child } from './child.js';
import { expectFree } from './ports.js';

const PROGRAMS = ['redis-server', 'valkey-server'];
/** In its data folder. */
const LOG_FILE = 'redis.log';
const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 15_000;

export interface RedisOptions {
  port: number;
  /** Where it keeps its data; created if missing. */
  dir: string;
  /** Program to run; searched on the PATH when undefined. */
  program?: string | undefined;
}

export interface LocalRedis {
  url: string;
  child: Child;
  stop(): Promise<void>;
}

/**
 * Starts a Redis fit for the log on loopback: every write is on disk before it is acknowledged, nothing is evicted.
 *
 * @throws Error naming what is missing and the remedy.
 */
export async function startRedis({ port, dir, program = findRedis() }: RedisOptions): Promise<LocalRedis> {
  await expectFree(port, 'Redis', 'STANDALONE_REDIS_PORT');
  mkdirSync(dir, { recursive: true });
  const child = new Child({
    command: program,
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
      ...['--maxmemory-policy', 'noeviction', '--loglevel', 'warning', '--logfile', LOG_FILE],
    ],
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (!child.running) throw new Error(`${program} ended at once: ${join(dir, LOG_FILE)} says why`);
    if (Date.now() > deadline) {
      await child.stop(0);
      throw new Error(`${program} did not answer on port ${port} within ${START_TIMEOUT_MS / 1000} s`);
    }
    await sleep(25);
  }
  return { url: `redis://127.0.0.1:${port}`, child, stop: () => child.stop(STOP_GRACE_MS) };
}

/** @throws Error when neither Redis nor Valkey is installed. */
export function findRedis(): string {
  const program = findProgram(PROGRAMS);
  if (program !== undefined) return program;
  throw new Error(
    'neither redis-server nor valkey-server is installed: apt-get install redis-server, or set REDIS_URL',
  );
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (reply) => {
      resolve(reply.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

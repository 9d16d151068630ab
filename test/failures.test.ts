import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import { cleanEnvironment } from './harness.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SERVICES = ['feed', 'recorder', 'gateway', 'simulator'] as const;

let dir: string;
let redis: LocalRedis;
let occupied: Server;
let occupiedPort: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-failures-'));
  redis = await startRedis({ port: await freePort(), dir: join(dir, 'redis') });
  occupiedPort = await freePort();
  occupied = createServer().listen(occupiedPort, '127.0.0.1');
});
afterAll(async () => {
  occupied.close();
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Result {
  status: number | null;
  output: string;
}

/** Runs a service until it ends. */
function run(service: string, env: Record<string, string>, ...args: string[]): Promise<Result> {
  const child = spawn(process.execPath, [join(ROOT, 'services', service, 'dist/main.js'), ...args], {
    cwd: dir,
    timeout: 60_000,
    env: {
      ...cleanEnvironment(),
      REDIS_URL: redis.url,
      RUGS_DATA_DIR: join(dir, 'data'),
      FEED_DATA_DIR: join(dir, 'feed'),
      ...env,
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}

describe.each(SERVICES)('the %s', (service) => {
  const port = `${service.toUpperCase()}_PORT`;

  it('tells with --help what it is and which variables it reads', async () => {
    const { status, output } = await run(service, {}, '--help');
    expect(status).toBe(0);
    for (const name of [port, 'LOG_LEVEL', 'BIND_ADDRESS']) expect(output).toContain(name);
    expect(output.split('\n')[0]).toContain(service);
  });

  it('says which variable does not fit, and what was expected', async () => {
    const { status, output } = await run(service, { [port]: 'eighty' });
    expect(output).toContain(`${port}="eighty": expected a whole number from 0 to 65535`);
    expect(status).toBe(78);
  });

  it('says that its port is in use, and which', async () => {
    const { status, output } = await run(service, {
      [port]: String(occupiedPort),
      UPSTREAM_URL: 'http://127.0.0.1:9',
    });
    expect(output).toContain(`port ${occupiedPort} on 127.0.0.1 is in use`);
    expect(status).toBe(1);
  });
});

describe.concurrent.each(SERVICES.filter((service) => service !== 'simulator'))(
  'the %s without a fit Redis',
  (service) => {
    it('says that none answers, where it looked, and what to do', async () => {
      const port = await freePort();
      const { status, output } = await run(service, {
        REDIS_URL: `redis://:hunter2@127.0.0.1:${port}`,
        [`${service.toUpperCase()}_PORT`]: '0',
      });
      expect(output).toContain(
        `no Redis answers at redis://127.0.0.1:${port}: start one there, or set REDIS_URL`,
      );
      expect(output).not.toContain('hunter2');
      expect(status).toBe(1);
    });
  },
);

describe('the simulator', () => {
  it('says that the captured session it is to replay cannot be read', async () => {
    const { status, output } = await run('simulator', {
      SIMULATOR_PORT: '0',
      SIMULATOR_CAPTURE: '/nowhere/x.jsonl',
    });
    expect(output).toContain('/nowhere/x.jsonl');
    expect(status).not.toBe(0);
  });
});

describe('the recorder', () => {
  it('says that its data folder cannot be written to', async () => {
    const file = join(dir, 'a file');
    await writeFile(file, '');
    const { status, output } = await run('recorder', {
      RECORDER_PORT: '0',
      RUGS_DATA_DIR: join(file, 'data'),
    });
    expect(output).toContain(`cannot write to the data folder ${file}/data`);
    expect(status).toBe(1);
  });
});

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort, isFree, LocalSystem } from '../../src/index.js';

let dir: string;
/** Another system's service: ready, as it says. */
let stranger: Server;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-launcher-'));
  stranger = createServer((_request, response) => response.end('{"status":"ready"}')).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
});
afterEach(async () => {
  stranger.close();
  await rm(dir, { recursive: true, force: true });
});

it('does not take what listens on the port of a service for that service', async () => {
  const { port } = stranger.address() as AddressInfo;
  const redisPort = await freePort();
  const starting = LocalSystem.start({
    demo: true,
    env: {
      PATH: process.env.PATH,
      SIMULATOR_PORT: String(await freePort()),
      GATEWAY_PORT: String(port),
      STANDALONE_REDIS_PORT: String(redisPort),
      RUGS_DATA_DIR: dir,
    },
    services: ['simulator', 'gateway'],
    say: () => undefined,
    stdio: 'ignore',
  });
  await expect(starting).rejects.toThrow(
    `port ${port} for the gateway is in use: stop what listens there, or set GATEWAY_PORT`,
  );
  expect(await isFree(redisPort)).toBe(true);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LocalSystem } from '@vectra/launcher';
import type { Draft } from '@vectra/protocol';
import { EventLog, type Publisher } from '@vectra/stream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connect, rest, type ConnectOptions, type Connection } from '../../src/index.js';

const GAME = '20251207-1c1ca4cce9ac71e7';
const KILLS = 3;
let dir: string;
let system: LocalSystem;
let log: EventLog;
let publisher: Publisher;
const open: Connection[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-client-'));
  system = await LocalSystem.start({
    demo: false,
    env: {
      ...{ PATH: process.env.PATH, RUGS_DATA_DIR: join(dir, 'data'), REQUIRED_GROUPS: '' },
      ...{ GATEWAY_PORT: String(await freePort()), STANDALONE_REDIS_PORT: String(await freePort()) },
      ...{ GATEWAY_EXPECTED_SERVICES: 'feed', LOG_LEVEL: 'warn', LEASE_TTL_MS: '1500' },
    },
    say: () => undefined,
    stdio: 'ignore',
    services: ['gateway'],
  });
  log = await EventLog.open({ url: system.redisUrl });
  publisher = await log.publisher({
    ...{ folder: join(dir, 'wal'), requiredGroups: [], leaseTtlMs: 60_000 },
    signal: new AbortController().signal,
  });
  await publish(0);
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});
afterAll(async () => {
  await publisher.close();
  await log.close();
  await system.stop();
  await rm(dir, { recursive: true, force: true });
});

function attach(options: Partial<ConnectOptions> = {}): Connection {
  const connection = connect({ url: system.url('gateway'), WebSocket, ...options });
  open.push(connection);
  return connection;
}

async function publish(tickCount: number): Promise<void> {
  const state = { active: true, rugged: false, phase: 'ACTIVE_GAMEPLAY' as const, cooldownTimer: 0 };
  const data = { tickCount, price: '1.25', ...state, tradeCount: 0 };
  const tick: Draft = { type: 'game.tick', timestamp: Date.now(), gameId: GAME, source: 'simulator', data };
  publisher.publish([tick]);
  await publisher.flush();
}

/** Publishes until the function returned is called. */
function publishing(): () => Promise<void> {
  const over = new AbortController();
  const work = (async () => {
    for (let count = 1; !over.signal.aborted; count++) {
      await publish(count);
      await sleep(5);
    }
  })();
  return () => {
    over.abort();
    return work;
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

it('gets every event once and in order while the gateway is killed and comes back', async () => {
  const { epoch } = await log.state();
  const connection = attach({ channels: ['*'], since: `${epoch}:0` });
  const seqs: number[] = [];
  const missed: unknown[] = [];
  connection.on('event', ({ seq }) => seqs.push(seq));
  connection.on('unrecovered', (what) => missed.push(what));
  const stop = publishing();
  for (let kill = 0; kill < KILLS; kill++) {
    const before = seqs.length;
    await until(() => seqs.length > before + 20);
    system.child('gateway').signal('SIGKILL');
    await until(() => connection.status.state === 'reconnecting');
    await until(() => connection.status.state === 'live');
  }
  await stop();
  const { last } = await log.state();
  await until(() => seqs.at(-1) === last);
  expect(seqs).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  expect(missed).toEqual([]);
});

it('iterates over typed channels that it subscribes to by the way', async () => {
  const connection = attach();
  const stop = publishing();
  const prices: string[] = [];
  for await (const { data } of connection.events('game.tick')) {
    prices.push(data.price);
    if (prices.length === 3) break;
  }
  await stop();
  expect(prices).toEqual(['1.25', '1.25', '1.25']);
});

it('ends with the words of the gateway when a channel is none', async () => {
  const connection = attach({ channels: ['no channel'] });
  const failure = await connection[Symbol.asyncIterator]()
    .next()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'RefusedError', code: 'bad_command' });
});

it('rejects a command with the code and words of the gateway', async () => {
  const connection = attach({ channels: ['game.*'] });
  await expect(connection.resume()).rejects.toMatchObject({ name: 'GatewayError', code: 'not_paused' });
});

it('holds live events while it is paused, and goes on without a gap', async () => {
  const connection = attach({ channels: ['*'] });
  const seqs: number[] = [];
  connection.on('event', ({ seq }) => seqs.push(seq));
  const stop = publishing();
  await until(() => seqs.length > 5);
  await connection.pause();
  const held = seqs.length;
  const { last } = await log.state();
  await until(() => publisher.last >= last + 20);
  expect(seqs).toHaveLength(held);
  await connection.resume();
  await stop();
  await until(() => seqs.at(-1) === publisher.last);
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
});

it('asks the REST routes', async () => {
  const routes = rest({ url: system.url('gateway') });
  expect(await routes.games()).toEqual({ games: [], next: null });
  expect(await routes.health()).toMatchObject({
    status: 'degraded',
    problems: expect.arrayContaining([expect.objectContaining({ part: 'service feed' })]) as unknown,
  });
  await expect(routes.game(GAME)).rejects.toMatchObject({ name: 'RestError', status: 404 });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import { EventLog, type Publisher } from '@vectra/stream';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tick } from '../fakeLog.js';
import { numbers, startGateway, type TestGateway } from '../gatewayFixture.js';

const STREAM = 'rugs';
let folder: string;
let redis: LocalRedis;
let port: number;
let log: EventLog;
let publisher: Publisher;
let gateway: TestGateway;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-redis-'));
  port = await freePort();
  redis = await startRedis({ port, dir: folder });
  const open = (name: string) => EventLog.open({ url: redis.url, stream: STREAM, name });
  log = await open('test');
  publisher = await log.publisher({
    folder: join(folder, 'feed'),
    requiredGroups: [],
    leaseTtlMs: 1000,
    signal: new AbortController().signal,
  });
  gateway = await startGateway(() => open('gateway'), {
    env: { LEASE_TTL_MS: '1000', REDIS_URL: redis.url },
  });
});
afterEach(async () => {
  await gateway.stop();
  await publisher.close();
  await log.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A run shorter than this would prove little. */
const LEAST_EVENTS = 500;

/** Publishes without pause until told to stop; resolves to the newest seq. */
function load(): () => Promise<number> {
  const abort = new AbortController();
  const running = (async () => {
    while (!abort.signal.aborted || publisher.last < LEAST_EVENTS) {
      publisher.publish(numbers(1, 20).map((k) => tick(k)));
      await sleep(5);
    }
    await publisher.flush();
    return (await log.state()).last;
  })();
  return () => {
    abort.abort();
    return running;
  };
}

/** Reads with one connection after the other, each cut at a random moment, and resumed after the last event seen. */
async function readThroughCuts(cuts: number): Promise<{ ids: string[]; last: () => Promise<void> }> {
  const ids: string[] = [];
  let since = 'none';
  const resume = async () => {
    const client = await gateway.connect();
    const reply = await client.subscribe(['*'], since === 'none' ? undefined : since);
    if (since === 'none') since = reply.id ?? 'none';
    else expect(reply.recovered).toBe(true);
    return client;
  };
  for (let cut = 0; cut < cuts; cut++) {
    const client = await resume();
    await sleep(Math.random() * 150);
    client.socket.terminate();
    ids.push(...client.events.map(({ id }) => id));
    since = ids.at(-1) ?? since;
    await sleep(Math.random() * 100);
  }
  return {
    ids,
    last: async () => {
      const { last, epoch } = await log.state();
      const client = await resume();
      await client.until(() => client.seqs.at(-1) === last);
      ids.push(...client.events.map(({ id }) => id));
      expect(ids.at(-1)).toBe(`${epoch}:${last}`);
    },
  };
}

function expectUnbroken(ids: readonly string[]): void {
  const seqs = ids.map((id) => Number(id.split(':')[1]));
  expect(seqs.length).toBeGreaterThan(LEAST_EVENTS / 2);
  expect(seqs).toEqual(numbers(seqs[0] ?? 0, seqs.at(-1) ?? 0));
}

/** Waits until the gateway has handed out an event, so that a first subscription is told where it begins. */
async function firstEvent(): Promise<void> {
  publisher.publish([tick(0)]);
  const place = async (): Promise<string | null> => {
    const client = await gateway.connect();
    const { id } = await client.subscribe(['*']);
    client.socket.terminate();
    return id;
  };
  await expect.poll(place).not.toBeNull();
}

it('several clients, each cut ten times at random under load, get every event once and in order (row 19)', async () => {
  await firstEvent();
  const stopLoad = load();
  const readers = await Promise.all(numbers(1, 5).map(() => readThroughCuts(10)));
  await stopLoad();
  for (const { ids, last } of readers) {
    await last();
    expectUnbroken(ids);
  }
});

it('a client gets every event once over restarts of the gateway', async () => {
  await firstEvent();
  const stopLoad = load();
  const { ids, last } = await readThroughCuts(1);
  await gateway.restart();
  await sleep(100);
  await gateway.restart();
  await stopLoad();
  await last();
  expectUnbroken(ids);
});

it('live clients get every event once while Redis is restarted ten times, and /health says what happens (row 20)', async () => {
  await firstEvent();
  const client = await gateway.connect();
  const { id } = await client.subscribe(['*']);
  const from = Number(id?.split(':')[1] ?? 0);
  const stopLoad = load();
  await client.until(() => client.seqs.length > 50);
  for (let restart = 1; restart <= 10; restart++) {
    await redis.stop();
    if (restart === 1) expect((await healthUntil('down')).problems[0]?.part).toBe('redis');
    const known = client.seqs.at(-1) ?? 0;
    redis = await startRedis({ port, dir: folder });
    await client.until(() => (client.seqs.at(-1) ?? 0) > known + 100);
  }
  const last = await stopLoad();
  await client.until(() => client.seqs.at(-1) === last);
  expect(client.seqs).toEqual(numbers(from + 1, last));
});

it('a client that was away while more came than is in memory, and comes back to another gateway, recovers (row 19)', async () => {
  await firstEvent();
  const client = await gateway.connect();
  const { id } = await client.subscribe(['*']);
  client.socket.terminate();
  const from = Number(id?.split(':')[1] ?? 0);
  for (let i = 0; i < 30; i++) {
    publisher.publish(numbers(1, 300).map((k) => tick(k)));
    await sleep(5);
  }
  const stored = async (): Promise<number> => (await log.state()).last;
  await expect.poll(stored).toBe(publisher.last);
  await gateway.restart();
  const back = await gateway.connect();
  expect(await back.subscribe(['*'], id ?? '')).toMatchObject({ recovered: true });
  await back.until(() => back.seqs.at(-1) === publisher.last);
  expect(back.seqs).toEqual(numbers(from + 1, publisher.last));
});

interface Health {
  status: string;
  problems: { part: string }[];
}

async function healthUntil(status: string): Promise<Health> {
  for (;;) {
    const health = (await gateway.fetchJson('/health')).body as Health;
    if (health.status === status) return health;
    await sleep(50);
  }
}

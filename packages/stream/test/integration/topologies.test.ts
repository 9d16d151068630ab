import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, findRedis, freePort, startRedis } from '@vectra/launcher';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventLog } from '../../src/index.js';
import { consumeThrough, countTo, publisherOf, ticks } from './fixtures.js';

let dir: string;
let servers: Child[];
let clients: Redis[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-topology-'));
  servers = [];
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.disconnect();
  for (const child of servers) await child.stop(0);
  await rm(dir, { recursive: true, force: true });
});

/** Starts a server with a configuration of its own, and waits until it answers. */
async function server(port: number, config: string, ...flags: string[]): Promise<Redis> {
  const home = join(dir, String(port));
  await mkdir(home);
  const path = join(home, 'redis.conf');
  await writeFile(path, `port ${port}\nbind 127.0.0.1\ndir ${home}\n${config}`);
  servers.push(new Child({ command: findRedis(), args: [path, ...flags], stdio: 'ignore' }));
  const client = new Redis({ port, maxRetriesPerRequest: null });
  clients.push(client);
  client.on('error', () => undefined); // it is not there yet
  await client.ping();
  return client;
}

/** Publishes, consumes, shares and trims: every kind of command the log uses. */
async function useLog(url: string): Promise<void> {
  const log = await EventLog.open({ url });
  try {
    const publisher = await publisherOf(log, { requiredGroups: ['recorder'] });
    publisher.publish(ticks(0, 499));
    await publisher.flush();
    expect(await consumeThrough(log, 500, 'recorder')).toEqual(countTo(500));
    const stop = new AbortController();
    const shared: number[] = [];
    for await (const { events } of log.shared('workers', { from: 'start', signal: stop.signal })) {
      shared.push(...events.map(({ seq }) => seq));
      if (shared.length === 500) stop.abort();
    }
    expect(shared).toEqual(countTo(500));
    await log.trim(250_000, ['recorder']);
    expect(await log.state()).toMatchObject({ first: 251, last: 500 });
    expect((await log.groups()).map(({ name, lag }) => [name, lag])).toContainEqual(['recorder', 0]);
    await publisher.close();
  } finally {
    await log.close();
  }
}

it('finds the master by its Sentinels', async () => {
  const [master, replica, sentinel] = [await freePort(), await freePort(), await freePort()];
  await server(master, '');
  await server(replica, `replicaof 127.0.0.1 ${master}\n`);
  await server(sentinel, `sentinel monitor rugs 127.0.0.1 ${master} 1\n`, '--sentinel');
  await useLog(`redis+sentinel://127.0.0.1:${sentinel}/rugs`);
});

it('lives in one slot of a Cluster, found by any of its nodes', async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  // The bus is by default on a port 10,000 higher, which may not exist.
  const buses = [await freePort(), await freePort(), await freePort()];
  const nodes: Redis[] = [];
  for (const [index, port] of ports.entries()) {
    nodes.push(await server(port, `cluster-enabled yes\ncluster-port ${buses[index]}\n`));
  }
  const [first] = nodes;
  if (first === undefined) throw new Error('no node was started');
  const slots = 16_384;
  for (const [index, node] of nodes.entries()) {
    const [from, next] = [index, index + 1].map((place) => Math.floor((slots * place) / nodes.length));
    await node.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String((next ?? slots) - 1));
    if (node !== first)
      await first.call('CLUSTER', 'MEET', '127.0.0.1', String(ports[index]), String(buses[index]));
  }
  for (const node of nodes) {
    const state = async (): Promise<string> => String(await node.call('CLUSTER', 'INFO'));
    await expect.poll(state).toMatch(/cluster_state:ok[^]*cluster_known_nodes:3/);
  }
  await useLog(`redis+cluster://127.0.0.1:${ports[1]}`);
});

const hasValkey = spawnSync('valkey-server', ['--version']).error === undefined;

it.skipIf(!hasValkey)('lives in a Valkey as in a Redis', async () => {
  const valkey = await startRedis({
    port: await freePort(),
    dir: join(dir, 'valkey'),
    program: 'valkey-server',
  });
  servers.push(valkey.child);
  await useLog(valkey.url);
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, findRedis, freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import { EventLog } from '@vectra/stream';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { tallyBot, tallyFiles, tallyJournal, tallyLog } from './invariants.js';
import { Program } from './program.js';
import { flawless } from './tally.js';
import { LEASE_MS } from './world.js';

const MASTER = 'events';
const SENTINELS = 3;
const FAILOVERS = 2;

describe('a master that dies, and a replica that Sentinel puts in its place', () => {
  let dir: string;
  let servers: Map<number, LocalRedis>;
  let sentinels: { port: number; child: Child }[];
  let programs: Program[];
  let log: EventLog;
  let redis: Redis;

  const url = (): string =>
    `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`;

  async function startSentinel(masterPort: number): Promise<{ port: number; child: Child }> {
    const port = await freePort();
    const home = join(dir, `sentinel-${port}`);
    await mkdir(home);
    const config = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${home}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER} 1500`,
      `sentinel failover-timeout ${MASTER} 4000`,
    ];
    await writeFile(join(home, 'sentinel.conf'), `${config.join('\n')}\n`);
    const args = [join(home, 'sentinel.conf'), '--sentinel'];
    return { port, child: new Child({ command: findRedis(), args, stdio: 'ignore' }) };
  }

  /** Port of the master, as a Sentinel sees it. */
  async function masterPort(): Promise<number> {
    const asked = new Redis({ port: sentinels[0]?.port ?? 0 });
    try {
      const [, port] = (await asked.call('SENTINEL', 'get-master-addr-by-name', MASTER)) as string[];
      return Number(port);
    } finally {
      asked.disconnect();
    }
  }

  /** The master has a replica that is in step. Which of the two is which, Sentinel may decide anew meanwhile. */
  const inStep = (): Promise<boolean> =>
    eventually('the master has a replica that is in step', async () => {
      const master = new Redis({ port: await masterPort() });
      master.on('error', () => undefined); // it is not up yet
      try {
        return /slave0:.*state=online/.test(await master.info('replication'));
      } finally {
        master.disconnect();
      }
    });

  async function replicate(port: number, masterAt: number): Promise<void> {
    const replica = new Redis({ port });
    await replica.replicaof('127.0.0.1', masterAt);
    replica.disconnect();
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vectra-failover-'));
    const ports = [await freePort(), await freePort()] as const;
    servers = new Map();
    for (const port of ports) servers.set(port, await startRedis({ port, dir: join(dir, String(port)) }));
    await replicate(ports[1], ports[0]);
    sentinels = [];
    for (let n = 0; n < SENTINELS; n++) sentinels.push(await startSentinel(ports[0]));
    const sentinel = new Redis({ port: sentinels[0]?.port ?? 0 });
    await eventually('the Sentinels know each other and the replica', async () => {
      const fields = (await sentinel.call('SENTINEL', 'master', MASTER)) as string[];
      const value = (name: string): number => Number(fields[fields.indexOf(name) + 1]);
      return value('num-slaves') === 1 && value('num-other-sentinels') === SENTINELS - 1;
    });
    sentinel.disconnect();
    await inStep();
    redis = new Redis({
      sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
      name: MASTER,
    });
    redis.on('error', () => undefined); // the master is killed
    log = await EventLog.open({ url: url(), name: 'test' });
    const common = ['--redis', url(), '--lease', String(LEASE_MS)];
    const program = (name: string, main: string, args: string[]): Program => {
      const started = new Program(name, { main, args, outputFile: join(dir, `${name}.out`) });
      started.start();
      return started;
    };
    const env = {
      REDIS_URL: url(),
      RUGS_DATA_DIR: join(dir, 'data'),
      LEASE_TTL_MS: String(LEASE_MS),
      RECORDER_PORT: '0',
    };
    const recorder = new Program('recorder', {
      main: 'services/recorder/dist/main.js',
      env,
      outputFile: join(dir, 'recorder.out'),
    });
    recorder.start();
    programs = [
      program('writer', 'test/processes/dist/writer.js', [...common, '--folder', join(dir, 'wal')]),
      program('bot', 'test/processes/dist/bot.js', [...common, '--cursor', '--file', join(dir, 'bot.seen')]),
      recorder,
    ];
  });
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    await log.close();
    redis.disconnect();
    for (const { child } of sentinels) await child.stop(0);
    for (const server of servers.values()) await server.child.stop(0);
    await rm(dir, { recursive: true, force: true });
  });

  it('leave the same journal: what the replica lacked is stored again, and nothing is repeated (row 14)', async () => {
    const [writer] = programs;
    const lastStored = async (): Promise<number> => (await log.state().catch(() => undefined))?.last ?? 0;
    const grows = async (by: number): Promise<void> => {
      const from = Number(writer?.said('progress').at(-1)?.stored ?? 0);
      await eventually(`the log grows beyond ${from}`, async () => (await lastStored()) > from + by);
    };
    writer?.tell('write');
    for (let round = 0; round < FAILOVERS; round++) {
      await grows(300);
      const port = await masterPort();
      const dying = servers.get(port);
      dying?.child.signal('SIGKILL');
      await dying?.child.exited;
      const next = await eventually('another is the master', async () => {
        const now = await masterPort();
        return now === port ? undefined : now;
      });
      await grows(300);
      servers.set(port, await startRedis({ port, dir: join(dir, String(port)) }));
      await replicate(port, next);
      await inStep();
    }
    writer?.tell('quiet');
    const { epoch, last } = await eventually('everybody has everything', async () => {
      const state = await log.state().catch(() => undefined);
      const said = writer?.said('progress').at(-1);
      if (state === undefined || said?.waiting !== 0 || said.writing !== false) return undefined;
      const groups = await log.groups();
      const done = ['recorder', 'bot'].every(
        (name) => groups.find((group) => group.name === name)?.lag === 0,
      );
      return done && said.last === state.last ? { epoch: state.epoch ?? '', last: state.last } : undefined;
    });
    expect(new Set(writer?.said('progress').map((said) => said.epoch))).toEqual(new Set([epoch]));
    const published = { epoch, last, marks: new Map<number, number>() };
    expect(await tallyLog(redis, published)).toEqual(flawless(last));
    expect(await tallyJournal(join(dir, 'data'), published)).toEqual(flawless(last));
    const files = await tallyFiles(join(dir, 'data'), last);
    expect(files).toEqual(flawless(files.events + files.lost));
    expect(tallyBot(join(dir, 'bot.seen'), epoch, last)).toEqual(flawless(last));
  });
});

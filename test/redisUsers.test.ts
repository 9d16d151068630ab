import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { connect } from '@vectra/client';
import { freePort, LocalSystem, type ServiceName } from '@vectra/launcher';
import { strategy } from '@vectra/protocol';
import { EventLog } from '@vectra/stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { cleanEnvironment, eventually, freePorts, recordingsIn } from './harness.js';
import { openSessions } from './paperTools.js';

const IMAGE = fileURLToPath(new URL('../services/redis', import.meta.url));
const USERS = ['app', 'feed', 'gateway', 'operator', 'paper', 'recorder'] as const;
type User = (typeof USERS)[number];
/** In the order in which they start. */
const SERVICES = ['gateway', 'recorder', 'paper', 'feed'] as const satisfies readonly User[];

let dir: string;
let startRedis: () => ChildProcess;
let server: ChildProcess;
let simulator: LocalSystem;
const urls = new Map<User, string>();
const systems = new Map<ServiceName, LocalSystem>();
const connections: Redis[] = [];

const urlOf = (user: User): string => urls.get(user) ?? '';
const dataDir = (): string => join(dir, 'data');

function redisAs(user: User): Redis {
  const redis = new Redis(urlOf(user), { maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined); // while it is away
  connections.push(redis);
  return redis;
}

/** Redis as its container starts it, and every service with the user that its container has. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-users-'));
  const redisDir = join(dir, 'redis');
  await mkdir(redisDir);
  const port = String(await freePort());
  startRedis = () =>
    spawn(join(IMAGE, 'start.sh'), ['--port', port, '--dir', redisDir, '--bind', '127.0.0.1'], {
      env: {
        ...cleanEnvironment(),
        REDIS_CONFIG: join(IMAGE, 'redis.conf'),
        REDIS_URL_SHAPE: `redis://%s@127.0.0.1:${port}`,
        SECRETS_DIR: join(dir, 'secrets'),
        TMPDIR: dir,
      },
      stdio: 'ignore',
    });
  server = startRedis();
  for (const user of USERS)
    urls.set(
      user,
      await eventually(`${user} has a password`, () =>
        readFile(join(dir, 'secrets', user, 'url'), 'utf8').then(
          (text) => text.trim(),
          () => undefined,
        ),
      ),
    );
  const ping = redisAs('operator');
  await eventually('Redis answers', () => ping.ping().catch(() => undefined));

  const env = {
    ...cleanEnvironment(),
    ...(await freePorts()),
    ...{ RUGS_DATA_DIR: dataDir(), FEED_DATA_DIR: join(dir, 'feed'), LEASE_TTL_MS: '1500' },
    ...{ RECORDER_RAW_CAPTURE: 'true', SIMULATOR_SPEED: '50', SIMULATOR_SEED: 'users', LOG_LEVEL: 'warn' },
  };
  const start = (service: ServiceName, more: Record<string, string>): Promise<LocalSystem> =>
    LocalSystem.start({
      ...{ demo: service === 'simulator', env: { ...env, ...more }, services: [service] },
      ...{ say: () => undefined, stdio: 'ignore' },
    });
  simulator = await start('simulator', { REDIS_URL: urlOf('operator') });
  const UPSTREAM_URL = simulator.url('simulator');
  for (const service of SERVICES)
    systems.set(service, await start(service, { REDIS_URL: urlOf(service), UPSTREAM_URL }));
}, 120_000);

afterAll(async () => {
  for (const service of SERVICES.toReversed()) await systems.get(service)?.stop();
  await simulator.stop();
  for (const redis of connections) redis.disconnect();
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  await rm(dir, { recursive: true, force: true });
});

function systemOf(service: ServiceName): LocalSystem {
  const system = systems.get(service);
  if (system === undefined) throw new Error(`${service} was not started`);
  return system;
}

/** What Redis has refused: command or key, and user. */
async function refusals(): Promise<string[]> {
  const lines = (await redisAs('operator').call('ACL', 'LOG')) as string[][];
  return lines.map((line) => {
    const fields = new Map(line.map((name, index) => [name, line[index + 1]]));
    return `${fields.get('username')}: ${fields.get('reason')} ${fields.get('object')} (${fields.get('context')})`;
  });
}

describe('a service has its own user of Redis, which may do all that the service does', () => {
  it('records games, trades on paper, follows and replays', async () => {
    const log = await EventLog.open({ url: urlOf('operator'), stream: 'rugs', name: 'test' });
    const ladder = {
      name: 'ladder',
      initial_balance: 1,
      entry_tick: 5,
      num_bets: 2,
      bet_sizes: [0.01, 0.01],
    };
    await openSessions(log, [['ladder', strategy.parse(ladder)]]);
    const seqs: number[] = [];
    const client = connect({ url: systemOf('gateway').url('gateway'), channels: ['*'], WebSocket });
    client.on('event', ({ seq }) => seqs.push(seq));
    await eventually('games are recorded', async () => (await recordingsIn(dataDir())).length > 2, 120_000);
    await eventually(
      'the session has a history',
      async () => ((await log.paper.session('ladder'))?.history_length ?? 0) > 0,
      120_000,
    );
    await eventually('the client follows', () => seqs.length > 100);
    client.close();
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    await log.close();
  });

  it('takes over after a kill, puts aside what it cannot read, and mends what a stranger wrote', async () => {
    const operator = redisAs('operator');
    for (const service of SERVICES) {
      const child = systemOf(service).child(service);
      child.signal('SIGKILL');
      await child.exited;
    }
    const [newest] = await operator.xrevrange('{rugs}:events', '+', '-', 'COUNT', 1);
    const place = Number(newest?.[0].split('-')[0]) + 1;
    await operator.xadd('{rugs}:events', `${place}-0`, 't', 'game.tick', 'g', 'x', 'e', 'not an event');
    await eventually(
      'the feed moves it to its dead letters',
      async () => (await operator.xlen('{rugs}:dlq:feed')) > 0,
      120_000,
    );
    const before = (await recordingsIn(dataDir())).length;
    await eventually(
      'games are recorded again',
      async () => (await recordingsIn(dataDir())).length > before + 1,
      120_000,
    );
  });

  it('was refused nothing in all that', async () => {
    expect(await refusals()).toEqual([]);
  });

  it('finds all that it wrote when Redis is started again', async () => {
    const operator = redisAs('operator');
    for (const service of SERVICES) await systemOf(service).stop();
    const held = async (): Promise<unknown> => [
      await operator.hgetall('{rugs}:meta'),
      await operator.xinfo('STREAM', '{rugs}:events'),
      await operator.mget('{rugs}:fence:feed', '{rugs}:fence:recorder', '{rugs}:window:games'),
      await operator.hgetall('{rugs}:paper:slot:0'),
    ];
    const before = await held();
    server.kill('SIGTERM');
    await once(server, 'exit');
    server = startRedis();
    await eventually('Redis answers again', () => operator.ping().catch(() => undefined));
    expect(await held()).toEqual(before);
  });
});

describe('a user of Redis is refused what is not its own', () => {
  const events = '{rugs}:events';
  const write: readonly string[] = ['XADD', events, '*', 't', 'game.tick'];
  const refused: Record<Exclude<User, 'operator'>, readonly (readonly string[])[]> = {
    feed: [
      ['SET', '{rugs}:lease:recorder', 'me'],
      ['HSET', '{rugs}:paper:slot:0', 'revision', '9'],
      ['SET', '{rugs}:window:games', '[]'],
    ],
    recorder: [
      write,
      ['DEL', events],
      ['XTRIM', events, 'MAXLEN', '0'],
      ['HSET', '{rugs}:meta', 'epoch', 'x'],
      ['SET', '{rugs}:lease:feed', 'me'],
      ['HSET', '{rugs}:paper:slot:0', 'revision', '9'],
    ],
    paper: [
      write,
      ['DEL', events],
      ['SET', '{rugs}:lease:recorder', 'me'],
      ['HSET', '{rugs}:recorder:control', 'recording', 'paused'],
    ],
    gateway: [
      write,
      ['DEL', events],
      ['HSET', '{rugs}:paper:slot:0', 'revision', '9'],
      ['SET', '{rugs}:lease:feed', 'me'],
      ['DEL', '{rugs}:dlq:recorder'],
    ],
    app: [
      write,
      ['DEL', events],
      ['XADD', '{rugs}:paper:commands:0', '*', 'c', '{}'],
      ['SET', '{rugs}:lease:recorder', 'me'],
      ['HSET', '{rugs}:recorder:control', 'recording', 'paused'],
    ],
  };
  const everybody: readonly (readonly string[])[] = [
    ['SET', 'elsewhere', '1'],
    ['GET', 'elsewhere'],
    ['GET', '{other}:meta'],
    ['EVAL', `return redis.call('SET', KEYS[1], 'x')`, '1', 'elsewhere'],
    ['FLUSHALL'],
    ['KEYS', '*'],
    ['CONFIG', 'GET', '*'],
    ['ACL', 'LIST'],
    ['SHUTDOWN'],
    ['CLIENT', 'LIST'],
    ['FUNCTION', 'LIST'],
    ['MONITOR'],
  ];

  it.each(Object.keys(refused) as (keyof typeof refused)[])('%s', async (user) => {
    const redis = redisAs(user);
    const commands = [...refused[user], ...everybody];
    for (const [command = '', ...args] of commands)
      await expect(redis.call(command, ...args), [command, ...args].join(' ')).rejects.toThrow(/permission/);
    // Nor by a script, which runs with its caller's rights.
    if (user !== 'feed') {
      const script = `return redis.call('XADD', KEYS[1], '*', 'a', 'b')`;
      await expect(redis.eval(script, 1, events)).rejects.toThrow(/can't access/);
    }
    expect(await redis.exists('{rugs}:meta')).toBe(1); // what it may, it still does
  });

  it('whoever has no password is told nothing', async () => {
    const { host, pathname } = new URL(urlOf('app'));
    const redis = new Redis(`redis://${host}${pathname}`, { enableReadyCheck: false });
    connections.push(redis);
    for (const asked of [() => redis.ping(), () => redis.info(), () => redis.xlen(events)])
      await expect(asked()).rejects.toThrow('NOAUTH');
  });

  it('a service of one’s own has groups whose names begin with app-', async () => {
    const log = await EventLog.open({ url: urlOf('app'), stream: 'rugs', name: 'app' });
    const seen: number[] = [];
    for await (const { events: batch } of log.group('app-counter', { from: 'start' })) {
      seen.push(...batch.map(({ seq }) => seq));
      if (seen.length > 50) break;
    }
    expect(seen).toEqual(seen.map((_, index) => (seen[0] ?? 0) + index));
    await log.close();
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import { EventLog, logKeys } from '@vectra/stream';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const keys = logKeys('rugs');
let dir: string;
let server: LocalRedis;
let redis: Redis;
let log: EventLog;

interface Outcome {
  status: number;
  out: string;
  err: string;
}

function run(...args: string[]): Promise<Outcome> {
  const env = { PATH: process.env.PATH, REDIS_URL: server.url, LOG_FORMAT: 'json' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-log-'));
  server = await startRedis({ port: await freePort(), dir });
  redis = new Redis(server.url);
  log = await EventLog.open({ url: server.url });
  const publisher = await log.publisher({
    folder: join(dir, 'wal'),
    requiredGroups: ['recorder'],
    leaseTtlMs: 1_000,
    signal: new AbortController().signal,
  });
  publisher.publish([
    { type: 'error', timestamp: 1, gameId: null, source: 'simulator', data: { code: 'A', message: 'one' } },
  ]);
  await publisher.flush();
  await publisher.close();
  const [entry] = await redis.xrange(keys.events, '-', '+');
  await redis.xadd(keys.deadLetters('recorder'), '1-0', 'error', 'it failed', ...(entry?.[1] ?? []));
  await redis.xadd(keys.deadLetters('recorder'), '7-0', 'error', 'not\n JSON', 'e', '{');
});
afterAll(async () => {
  redis.disconnect();
  await log.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

it('shows the extent of the log and the lag of every group', async () => {
  const { status, out } = await run('state');
  expect(status).toBe(0);
  expect(out).toMatch(/^\{rugs\}:events: epoch [0-9a-f]{8}, 1 events \(1 to 1\)\n/);
  expect(out).toMatch(/recorder +0 +1 +0 +2/);
  const json = JSON.parse((await run('--json', 'state')).out) as { groups: unknown[] };
  expect(json.groups).toMatchObject([{ name: 'recorder', lag: 1, deadLetters: 2 }]);
});

it('lists dead letters, of every group or of one, with the reason', async () => {
  expect((await run('dead-letters', 'list')).out).toMatch(/recorder +2\nfeed +0\n/);
  expect((await run('dead-letters', 'list', 'recorder')).out).toBe(
    'entry  type   why\n1-0    error  it failed\n7-0    -      not JSON\n',
  );
  expect((await run('dead-letters', 'list', 'nobody')).out).toBe('nobody has no dead letters\n');
});

it('has them delivered again, and says by its exit status when some can not be', async () => {
  expect(await run('dead-letters', 'replay', 'recorder', '1-0')).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^1 to be delivered again to recorder/) as string,
  });
  const all = await run('dead-letters', 'replay', 'recorder');
  expect(all.status).toBe(1);
  expect(all.out).toContain('7-0 stays: it is still no event (not JSON)');
  expect((await run('dead-letters', 'replay', 'recorder', '9-0')).out).toContain(
    '9-0 is not among the dead letters',
  );
  expect(await redis.smembers(keys.replays('recorder'))).toEqual(['1-0']);
});

it('discards them', async () => {
  expect(await run('dead-letters', 'discard', 'recorder', '7-0')).toMatchObject({
    status: 0,
    out: '1 of 1 discarded\n',
  });
  expect(await log.deadLetters.count('recorder')).toBe(1);
});

it('says in one line what is wrong with its arguments or its Redis', async () => {
  expect(await run('nonsense')).toMatchObject({ status: 1, err: "error: unknown command 'nonsense'\n" });
  const refused = await run('dead-letters', 'discard', 'recorder');
  expect(refused.err).toBe("error: missing required argument 'entries'\n");
});

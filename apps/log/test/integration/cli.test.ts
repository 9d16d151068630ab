import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startRedis, type LocalRedis } from '@vectra/launcher';
import { EventLog, logKeys } from '@vectra/stream';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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

it('waits until every group has processed all, and says which has not in time', async () => {
  expect(await run('drain', '1')).toMatchObject({
    status: 1,
    out: 'recorder is still behind by 1 events\n',
  });
  await redis.xgroup('SETID', keys.events, 'recorder', '1-0');
  expect(await run('drain')).toMatchObject({
    status: 0,
    out: 'every group has processed all that is stored\n',
  });
});

describe('a new history of the log', () => {
  it('is refused while a feed writes', async () => {
    await redis.set(keys.lease('feed'), 'another', 'PX', 60_000);
    expect(await run('renew')).toMatchObject({
      status: 1,
      err: 'vectra-log: a feed writes into this log: stop every feed first\n',
    });
    await redis.del(keys.lease('feed'));
  });

  it('has another epoch and no events, and whoever followed the old one goes on in it', async () => {
    const { epoch: before } = await log.state();
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { events } of log.group('follower', { from: 'start', signal: stop.signal }))
        seen.push(...events.map(({ id }) => id));
    })();
    await expect.poll(() => seen.length).toBe(1);

    const { status, out } = await run('--json', 'renew');
    expect(status).toBe(0);
    const { epoch } = JSON.parse(out) as { epoch: string };
    expect(epoch).not.toBe(before);
    expect(await log.state()).toMatchObject({ epoch, last: 0 });
    expect((await log.groups()).map(({ name }) => name)).toContain('recorder');

    // A feed that still has its file of the old history begins with the first place of the new one.
    const publisher = await log.publisher({
      ...{ folder: join(dir, 'wal'), requiredGroups: ['recorder'], leaseTtlMs: 1_000 },
      signal: new AbortController().signal,
    });
    publisher.publish([
      { type: 'error', timestamp: 2, gameId: null, source: 'simulator', data: { code: 'B', message: 'two' } },
    ]);
    await publisher.flush();
    await publisher.close();
    await expect.poll(() => seen).toEqual([`${before}:1`, `${epoch}:1`]);
    stop.abort();
    await following;
  });
});

it.each([
  ['a command that there is not', ['nonsense'], "error: unknown command 'nonsense'"],
  [
    'no id to be discarded',
    ['dead-letters', 'discard', 'feed'],
    "error: missing required argument 'entries'",
  ],
  ['a wait that is no number', ['drain', 'soon'], 'error: .* expected whole seconds, was "soon"'],
])('refuses %s in one line, with status 2', async (_, args, why) => {
  const { status, err } = await run(...args);
  expect(status).toBe(2);
  expect(err).toMatch(new RegExp(`^${why}.*\n$`));
});

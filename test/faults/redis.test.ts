import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { Program } from './program.js';
import { LEASE_MS, World, type Actor } from './world.js';

const EVENTS = '{rugs}:events';
/** More errors than this from one reader after the log vanished would be a hot loop. */
const FEW_ERRORS = 5;
const READERS = ['recorder', 'bot'];
/** Short by default; the long form fills as many as it is told. */
const SPILLED = Number(process.env.FAULTS_EVENTS ?? 15_000);
const CAP = 2_000;

describe('a Redis', () => {
  let world: World;
  let writer: Actor;
  beforeAll(async () => {
    world = await World.create();
    await world.recorder();
    await world.recorder('standby');
    await world.bot('bot');
    writer = await world.writer();
    await world.write(200);
  });
  afterAll(() => world.end());

  /** How often Redis has refused a read because its group or stream had gone. */
  const refusedReads = async (): Promise<number> => {
    const text = await world.server.admin.info('errorstats');
    const counts = [...text.matchAll(/errorstat_(?:NOGROUP|UNBLOCKED):count=(\d+)/g)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it('killed and started again: everybody goes on, nothing is lost or repeated (row 2)', async () => {
    for (const outageMs of [0, 3_000]) {
      await world.harm(`Redis killed for ${outageMs} ms`, () => world.server.kill());
      await sleep(outageMs); // 3 s: longer than a blocking read lasts
      await world.server.startAgain();
      await world.flows();
    }
    await world.verify();
  });

  it('standing still for longer than a lease: nothing is lost or repeated (row 2)', async () => {
    await world.harm('Redis frozen', () => world.server.freeze());
    await sleep(2.5 * LEASE_MS);
    world.server.thaw();
    await world.flows();
    await world.verify();
  });

  it('whose append-only file is torn in the middle of a command: the journal is the same (row 14)', async () => {
    await world.harm('append-only file torn', () => world.server.kill());
    await world.server.tear();
    await world.server.startAgain();
    await world.flows();
    await world.verify();
  });

  it('that comes back with an older state: it is filled again, and the journal is the same (row 14)', async () => {
    for (let round = 0; round < 3; round++) {
      await world.write(world.chance.between(10, 100));
      await world.server.kill();
      const bytes = world.chance.between(100, 60_000);
      await world.harm(`rolled back by ${bytes} bytes`, () => world.server.rollBack(bytes));
      await world.server.startAgain();
      await world.flows();
    }
    await world.verify();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['emptied by FLUSHALL', () => world.server.admin.flushall()],
    ['whose stream is deleted', () => world.server.admin.del(EVENTS)],
  ])(
    '%s in the middle of reads: a few errors, the groups go on where they were, and it is filled again (row 5)',
    async (what, destroy) => {
      for (let round = 0; round < 3; round++) {
        await world.write(world.chance.between(10, 60));
        const before = await refusedReads();
        await world.harm(what, destroy);
        await world.flows();
        expect((await refusedReads()) - before).toBeLessThanOrEqual(FEW_ERRORS * READERS.length);
      }
      await world.verify();
    },
  );

  it('whose groups are destroyed: made again, they neither lose nor repeat an effect (row 6)', async () => {
    for (const group of [...READERS, ...READERS]) {
      await world.write(world.chance.between(10, 60));
      await world.harm(`group ${group} destroyed`, () => world.server.admin.xgroup('DESTROY', EVENTS, group));
      await world.flows();
    }
    await world.verify();
  });

  it('out of memory: what it refuses waits, and is stored when there is room', async () => {
    await world.writing(async () => {
      await world.harm('out of memory', () => world.server.admin.config('SET', 'maxmemory', '1mb'));
      await eventually('the writer says so', () =>
        String(writer.program.said('problem').at(-1)?.problem).includes('OOM'),
      );
      await sleep(LEASE_MS);
      await world.server.admin.config('SET', 'maxmemory', '0');
    });
    await world.flows();
    expect(writer.program.said('problem').at(-1)?.problem).toBeNull();
    await world.verify();
  });

  it('that forgets its scripts: nothing is lost or repeated', async () => {
    await world.harm('SCRIPT FLUSH', () => world.server.admin.script('FLUSH'));
    await world.flows();
    await world.verify();
  });

  it('set to evict is refused by every service, with the remedy (row 13)', async () => {
    await world.server.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      for (const service of ['feed', 'recorder', 'gateway']) {
        const program = new Program(service, {
          main: `services/${service}/dist/main.js`,
          env: {
            REDIS_URL: world.server.url,
            RUGS_DATA_DIR: join(world.dir, 'unused'),
            FEED_DATA_DIR: join(world.dir, 'unused'),
            UPSTREAM_URL: 'http://127.0.0.1:9',
            [`${service.toUpperCase()}_PORT`]: '0',
          },
          outputFile: join(world.dir, `${service}-refusing.out`),
        });
        program.start();
        expect(await program.exit(), service).not.toBe(0);
        expect(program.output()).toContain('maxmemory-policy is allkeys-lru');
        expect(program.output()).toContain('set \\"maxmemory-policy noeviction\\"');
      }
    } finally {
      await world.server.admin.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });
});

describe('a reader that was away', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.end());

  it('is told of entries that were trimmed although it had not acknowledged them, and goes on (row 8)', async () => {
    await world.writer('writer', { required: '' });
    await world.write(50);
    const late = await world.worker('late', { group: 'late', batch: 10, linger: 600_000 });
    const first = await eventually('it has a batch', () => late.program.said('wrote').at(0));
    const trimmed = Number(first.last) - 3;
    await world.harm('killed with pending entries', () => late.program.kill());
    await world.harm('pending entries trimmed', () =>
      world.server.admin.xtrim(EVENTS, 'MINID', `${trimmed + 1}-0`),
    );
    const group = { group: 'late', file: join(world.dir, 'again.seen') };
    const again = await world.worker('again', { ...group, batch: 10 });
    await world.write(50);
    const { last } = await world.settle();
    await eventually('it has the newest', () => again.program.said('wrote').at(-1)?.last === last);
    const missing = again.program.said('gap').flatMap(({ from, to }) => [Number(from), Number(to)]);
    expect(Math.min(...missing)).toBe(1);
    expect(Math.max(...missing)).toBe(trimmed);
    const wrote = again.program.said('wrote');
    expect(wrote[0]?.first).toBe(trimmed + 1);
    let next = trimmed + 1;
    for (const { first: from, last: to } of wrote) {
      expect(from).toBe(next);
      next = Number(to) + 1;
    }
    expect((await world.log.groups()).find(({ name }) => name === 'late')).toMatchObject({ lag: 0 });
  });

  it('makes newer events wait in the file of the feed, never more than allowed lie in Redis, and none is dropped (row 12)', async () => {
    const writer = await world.writer('writer', { 'max-events': CAP, keep: 0, rate: 20_000 });
    const placed = (): number => Number(writer.program.said('progress').at(-1)?.last ?? 0);
    await world.harm('no recorder', () =>
      world.writing(() => eventually(`${SPILLED} events are published`, () => placed() >= SPILLED)),
    );
    expect(await world.server.admin.xlen(EVENTS)).toBe(CAP);
    expect(String(writer.program.said('problem').at(-1)?.problem)).toContain(`${CAP} events`);
    writer.program.tell('quiet');
    await world.recorder();
    await eventually('all is stored', async () => {
      expect(await world.server.admin.xlen(EVENTS)).toBeLessThanOrEqual(CAP);
      return (await world.log.state()).last >= placed();
    });
    const { last } = await world.settle();
    expect(last).toBeGreaterThanOrEqual(SPILLED);
    await world.verify((await world.log.state()).first);
  });
});

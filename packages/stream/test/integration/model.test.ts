import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Position } from '@vectra/protocol';
import { connectForCommands, runScript, untilReady, type RedisClient } from '../../src/connection.js';
import { logKeys, type LogKeys } from '../../src/index.js';
import { countTo, LEASE_MS, publisherOf, testRedis, ticks, type TestRedis } from './fixtures.js';

let server: TestRedis;
let redis: RedisClient;
let streams = 0;

beforeAll(async () => {
  server = await testRedis();
  redis = connectForCommands({ url: server.url, name: 'model' });
  await untilReady(redis, server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** The keys of a log of this run's own. */
const ownKeys = () => logKeys(`model${++streams}`);
const range = (from: number, to: number): number[] => countTo(to, from);
/** What a script answered: its reply, or the error it refused with. */
const answer = (reply: Promise<unknown>): Promise<unknown> =>
  reply.catch((error: unknown) => (error instanceof Error ? error.message : String(error)));

describe('publishing, whatever is sent in whatever order', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('publish' as const),
      /** Where the first event is to go, counted from the end of the log. */
      offset: fc.integer({ min: -4, max: 3 }),
      count: fc.integer({ min: 1, max: 5 }),
      leader: fc.boolean(),
      epoch: fc.constantFrom('aaaa', 'aaaa', 'aaaa', 'bbbb'),
      /** Which version of the events' content is sent. */
      version: fc.constantFrom('a', 'a', 'a', 'b'),
    }),
    fc.record({ kind: fc.constant('trim' as const), keep: fc.integer({ min: 0, max: 6 }) }),
  );

  it('stores each place once, with the first content, all of a batch or none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { events, meta, fence } = ownKeys();
        await redis.hset(meta, 'epoch', 'aaaa');
        await redis.set(fence('feed'), '2:leader');
        const stored = new Map<number, string>();
        let last = 0;
        for (const one of steps) {
          if (one.kind === 'trim') {
            if (last === 0) continue;
            await redis.xtrim(events, 'MINID', `${Math.max(0, last + 1 - one.keep)}-0`);
            for (const seq of [...stored.keys()]) if (seq < last + 1 - one.keep) stored.delete(seq);
            continue;
          }
          const { offset, count, leader, epoch, version } = one;
          const first = Math.max(1, last + 1 + offset);
          const batch = range(first, first + count - 1).map((seq) => [seq, `${seq}${version}`] as const);
          const expected = expectedAnswer();
          const token = leader ? '2:leader' : '1:former';
          const triples = batch.flatMap(([, content]) => ['t', 'g', content]);
          const reply = runScript(
            redis,
            'publish',
            [events, meta, fence('feed')],
            [token, epoch, first, 0, ...triples],
          );
          expect(await answer(reply)).toBe(expected);
          if (typeof expected === 'number') {
            for (const [seq, content] of batch) if (seq > last) stored.set(seq, content);
            last = expected;
          }

          function expectedAnswer(): number | string {
            if (!leader) return 'FENCED 2:leader';
            if (epoch !== 'aaaa') return 'EPOCH aaaa';
            if (first > last + 1) return `GAP ${last}`;
            const foreign = batch.find(([seq, content]) => (stored.get(seq) ?? content) !== content);
            if (foreign !== undefined) return `FOREIGN ${foreign[0]}`;
            const newest = first + count - 1;
            if (last > newest) {
              const own = Math.max(0, ...[...stored.keys()].filter((seq) => seq <= newest));
              return `FOREIGN ${Math.max(first, own + 1)}`;
            }
            return newest;
          }
        }
        const entries = await redis.xrange(events, '-', '+');
        expect(entries.map(([id, fields]) => [id, fields[5]])).toEqual(
          [...stored].sort(([a], [b]) => a - b).map(([seq, content]) => [`${seq}-0`, content]),
        );
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('leases, whoever asks in whatever order', () => {
  const owners = ['a', 'b', 'c'] as const;
  const owner = fc.constantFrom(...owners);
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('acquire', 'release'), owner }),
    fc.record({ kind: fc.constantFrom('expire', 'snapshot', 'roll back'), owner }),
  );

  it('never let two holders pass, and never give a token twice, also when Redis goes back to an older state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { lease, fence } = ownKeys();
        const where = [lease('g'), fence('g')];
        const held = () => redis.mget(...where);
        /** The newest token of each process; every life of a process has a name of its own. */
        const tokens = new Map<string, string>();
        const given: string[] = [];
        let snapshot = await held();
        let lives = 0;
        const acts: Record<string, (name: string) => Promise<unknown>> = {
          async acquire(name) {
            const [holder, newest] = await held();
            const n = Number(await runScript(redis, 'acquire', where, [name, 60_000]));
            expect(n > 0).toBe(holder === null || holder === name);
            if (n === 0) return;
            expect(n).toBe(Number.parseInt(newest ?? '0', 10) + 1);
            tokens.set(name, `${n}:${name}`);
            given.push(`${n}:${name}`);
          },
          async release(name) {
            const before = await held();
            await runScript(redis, 'release', [lease('g')], [name]);
            expect(await held()).toEqual(before[0] === name ? [null, before[1]] : before);
          },
          expire: () => redis.del(lease('g')),
          async snapshot() {
            snapshot = await held();
          },
          async 'roll back'() {
            lives++;
            for (const [index, key] of where.entries()) {
              const value = snapshot[index] ?? null;
              await (value === null ? redis.del(key) : redis.set(key, value));
            }
          },
        };
        for (const { kind, owner: process } of steps) {
          await acts[kind]?.(`${process}${lives}`);
          // At most one of all that ever held it is let through.
          const passes: string[] = [];
          for (const [name, token] of tokens) {
            if ((await runScript(redis, 'renew', where, [name, token, 60_000])) === 1) passes.push(token);
          }
          expect(passes.length).toBeLessThanOrEqual(1);
        }
        expect(new Set(given).size).toBe(given.length);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('trimming, whatever groups have read and acknowledged', () => {
  const EVENTS = 30;
  type GroupState = typeof group extends fc.Arbitrary<infer T> ? T : never;
  const group = fc.record({
    read: fc.integer({ min: 0, max: EVENTS }),
    unacknowledged: fc.uniqueArray(fc.integer({ min: 1, max: EVENTS }), { maxLength: 5 }),
    required: fc.boolean(),
    exists: fc.boolean(),
    ephemeral: fc.boolean(),
    leased: fc.boolean(),
  });

  /** Brings a group about; returns the oldest seq it still needs, Infinity when it is one that is gone. */
  async function create(keys: LogKeys, name: string, state: GroupState): Promise<number> {
    const { events } = keys;
    await redis.xgroup('CREATE', events, name, '0');
    if (state.read > 0)
      await redis.xreadgroup('GROUP', name, name, 'COUNT', state.read, 'STREAMS', events, '>');
    const pending = state.unacknowledged.filter((seq) => seq <= state.read);
    const done = countTo(state.read).filter((seq) => !pending.includes(seq));
    if (done.length > 0) await redis.xack(events, name, ...done.map((seq) => `${seq}-0`));
    const needed = Math.min(state.read + 1, ...pending);
    if (!state.ephemeral || state.required) return needed;
    await redis.sadd(keys.ephemeral, name);
    if (state.leased) await redis.set(keys.lease(name), 'its consumer');
    return state.leased ? needed : Infinity;
  }

  it('drops exactly what every living group has processed and time allows, and nothing while a required one is absent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(group, { maxLength: 4 }),
        fc.integer({ min: 1, max: EVENTS + 1 }),
        async (groups, keep) => {
          const keys = ownKeys();
          const { events, ephemeral, leasePrefix } = keys;
          for (const seq of countTo(EVENTS)) await redis.xadd(events, `${seq}-0`, 'e', `${seq}`);
          const floors: number[] = [keep];
          let absent = '';
          const required: string[] = [];
          for (const [index, state] of groups.entries()) {
            const name = `g${index}`;
            if (state.required) required.push(name);
            if (state.exists) floors.push(await create(keys, name, state));
            else if (state.required) absent ||= name;
          }
          const floor = absent === '' ? Math.min(...floors) : 0;
          const reply = await runScript(redis, 'trim', [events, ephemeral], [leasePrefix, keep, ...required]);
          expect(reply).toEqual([floor, Math.max(0, floor - 1), absent]);
          const left = (await redis.xrange(events, '-', '+')).map(([id]) => Number.parseInt(id, 10));
          expect(left).toEqual(floor > EVENTS ? [] : countTo(EVENTS, Math.max(1, floor)));
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('a consumer, whatever becomes of it, its group and its log', () => {
  const BATCH = 5;
  const n = fc.integer({ min: 2, max: 12 });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), n }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('consume' as const), n: fc.integer({ min: 2, max: 4 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('destroy the group', 'delete the stream', 'flush' as const),
        n,
      }),
    },
  );

  interface Step {
    kind: 'publish' | 'consume' | 'destroy the group' | 'delete the stream' | 'flush';
    n: number;
  }

  /** A log, its writer, and a service that is started and lost; its effects in the order in which they happened. */
  async function run(steps: readonly Step[], durable: boolean) {
    const log = await server.open(`resume${++streams}`);
    const publisher = await publisherOf(log, { requiredGroups: ['g'] });
    const effects: number[] = [];
    let place: Position | undefined;
    let published = 0;
    const acts: Record<Step['kind'], (count: number) => Promise<unknown>> = {
      async publish(count: number) {
        publisher.publish(ticks(published, published + count - 1));
        published += count;
        await publisher.flush();
      },
      /** So many batches, and is gone without acknowledging the last; or all there is, acknowledged. */
      async consume(batches: number) {
        if ((place?.seq ?? 0) >= published) return;
        const stop = new AbortController();
        const onOwned = durable ? { onOwned: () => place } : {};
        const options = { leaseTtlMs: LEASE_MS, batchSize: BATCH, signal: stop.signal, ...onOwned };
        let left = batches;
        for await (const { events, epoch } of log.group('g', { from: 'start', ...options })) {
          effects.push(...events.map(({ seq }) => seq));
          place = { epoch, seq: events.at(-1)?.seq ?? 0 };
          if (place.seq === published) stop.abort();
          else if (--left === 0) return;
        }
      },
      'destroy the group': () =>
        redis.xgroup('DESTROY', log.keys.events, 'g').catch(() => 'there is no stream'),
      // The writer notices when it writes.
      async 'delete the stream'() {
        await redis.del(log.keys.events);
        await acts.publish(1);
      },
      async flush() {
        await redis.flushall();
        await acts.publish(1);
      },
    };
    for (const { kind, n: count } of steps) await acts[kind](count);
    await acts.publish(1);
    await acts.consume(Infinity);
    await publisher.close();
    await log.close();
    return { effects, published };
  }

  it('has each effect once, in order, when its place is durable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const { effects, published } = await run(steps, true);
        expect(effects).toEqual(countTo(published));
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('has each effect in order, again only what it did not acknowledge, when it has no place of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const crashes = steps.filter(({ kind }) => kind === 'publish' || kind === 'consume');
        const { effects, published } = await run(crashes, false);
        expect([...new Set(effects)]).toEqual(countTo(published));
        for (const [index, seq] of effects.entries()) {
          expect(seq).toBeGreaterThan((effects[index - 1] ?? 0) - BATCH);
        }
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { command, script } from './proxy.js';
import { LEASE_MS, World, type Actor, type Bot, type Service } from './world.js';

/**
 * Every kind of fault at random, until so many have been done and so many events written; or, with `FAULTS_SECONDS`
 * alone, until the time is over.
 */
const { FAULTS_LONG, FAULTS_SECONDS, FAULTS_COUNT, FAULTS_EVENTS } = process.env;
const SECONDS = Number(FAULTS_SECONDS ?? Infinity);
const [COUNT_UNLESS_TOLD, EVENTS_UNLESS_TOLD] =
  SECONDS < Infinity ? [Infinity, Infinity] : FAULTS_LONG === '1' ? [200, 100_000] : [24, 3_000];
const COUNT = Number(FAULTS_COUNT ?? COUNT_UNLESS_TOLD);
const EVENTS = Number(FAULTS_EVENTS ?? EVENTS_UNLESS_TOLD);
const TIMEOUT_MS = 6 * 3_600_000;
/** Events a second. */
const RATE = 300;
/** Trimmed to so many once everybody has them. */
const KEPT = 3_000;
const PROGRESS_EVERY = 10;
const STREAM = '{rugs}:events';

let world: World;
let writers: Actor[];
let recorders: Service[];
let bot: Bot;
beforeAll(async () => {
  world = await World.create();
  recorders = [await world.recorder(), await world.recorder('standby')];
  bot = await world.bot('bot');
  // Replicas on one volume.
  writers = [
    await world.writer('writer', { rate: RATE, keep: KEPT }),
    await world.writer('other', { rate: RATE, keep: KEPT }),
  ];
});
afterAll(() => world.end());

const pickProgram = (): Actor => world.chance.pick([...writers, ...recorders, bot]);

async function restartRedis(meanwhile: () => Promise<void>): Promise<void> {
  await world.server.kill();
  await meanwhile();
  await sleep(world.chance.between(0, 1_500));
  await world.server.startAgain();
}

async function loseReplies(actors: readonly Actor[], test: ReturnType<typeof command>): Promise<void> {
  for (const { proxy } of actors) proxy.cutReplies(test, 2);
  await sleep(world.chance.between(100, 1_000));
  for (const { proxy } of actors) proxy.heal();
}

/** What is done, by name. A fault is over when it returns. */
const FAULTS: Record<string, () => unknown> = {
  'lost reply to publish': () => loseReplies(writers, script('publish')),
  'lost reply to acknowledge': () => loseReplies([...recorders, bot], script('ack')),
  'lost reply to read': () => loseReplies([...recorders, bot], command('XREADGROUP')),
  'lost reply to renew': () => loseReplies([...writers, ...recorders, bot], script('renew')),
  'links reset': () => pickProgram().proxy.resetAll(),
  'links half-open': () => pickProgram().proxy.halfOpen(),
  'black hole': () => pickProgram().proxy.blackHole(world.chance.between(200, 3_000)),
  async 'slow replies'() {
    const { proxy } = pickProgram();
    proxy.delay(world.chance.between(20, 400));
    await sleep(1_000);
    proxy.heal();
  },
  async 'program killed'() {
    const { program } = pickProgram();
    await program.kill();
    await sleep(world.chance.between(0, 500));
    program.start();
  },
  async 'program frozen beyond its lease'() {
    const { program } = pickProgram();
    program.freeze();
    await sleep(LEASE_MS + world.chance.between(200, 1_500));
    program.thaw();
  },
  'Redis killed': () => restartRedis(() => Promise.resolve()),
  'append-only file torn': () => restartRedis(() => world.server.tear()),
  'Redis rolled back': () => restartRedis(() => world.server.rollBack(world.chance.between(50, 60_000))),
  async 'Redis frozen'() {
    world.server.freeze();
    await sleep(world.chance.between(200, 2_500));
    world.server.thaw();
  },
  FLUSHALL: () => world.server.admin.flushall(),
  'stream deleted': () => world.server.admin.del(STREAM),
  'group destroyed': () =>
    world.server.admin.xgroup('DESTROY', STREAM, world.chance.pick(['recorder', 'bot'])).catch(gone),
  'scripts forgotten': () => world.server.admin.script('FLUSH'),
  async 'out of memory'() {
    await world.server.admin.config('SET', 'maxmemory', '1mb');
    await sleep(world.chance.between(100, 1_500));
    await world.server.admin.config('SET', 'maxmemory', '0');
  },
  'a stranger writes': () => world.server.admin.xadd(STREAM, '*', 'by', 'a stranger'),
};

/** There is no stream at this moment. */
function gone(error: unknown): void {
  if (!(error instanceof Error && /no such key|requires the key/.test(error.message))) throw error;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

it(
  'a storm of faults loses nothing, repeats nothing, and keeps the order (rows 1 to 14)',
  async () => {
    const began = performance.now();
    const seconds = (): number => Math.round((performance.now() - began) / 1_000);
    const kinds = Object.keys(FAULTS);
    const done = new Map<string, number>();
    // Each kind once as often as the others: in a new order every time round.
    let waiting: string[] = [];
    for (let fault = 1; fault <= COUNT && seconds() < SECONDS; fault++) {
      if (waiting.length === 0) waiting = [...kinds];
      const kind = world.chance.pick(waiting);
      waiting = waiting.filter((other) => other !== kind);
      await world.harm(kind, () => FAULTS[kind]?.());
      done.set(kind, (done.get(kind) ?? 0) + 1);
      await sleep(world.chance.between(0, 300));
      await world.recovers();
      if (fault % PROGRESS_EVERY === 0) {
        const { last } = await world.log.state();
        say(`storm: ${fault} of ${COUNT} faults, ${last} events, ${seconds()} s, seed ${world.chance.seed}`);
      }
    }
    const enough = async (): Promise<boolean> =>
      (await world.log.state()).last >= EVENTS || seconds() >= SECONDS;
    await eventually('enough events', enough, TIMEOUT_MS);
    await world.settle();
    const events = await world.verify((await world.log.state()).first);
    const faults = [...done]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([kind, count]) => `${count} ${kind}`);
    const total = [...done.values()].reduce((sum, count) => sum + count, 0);
    say(`storm: ${events} events, ${total} faults in ${seconds()} s (${faults.join(', ')})`);
    say('storm: 0 lost, 0 duplicated, 0 out of order, in the log, the journal, the files and the bot');
    expect(events).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { seqsIn, tallyBot } from './invariants.js';
import { flawless } from './tally.js';
import { World, type Actor } from './world.js';

const EVENTS = '{rugs}:events';
const POISON = 60;
const KILLS = 8;
/** Exit status of a bot that met its poison. */
const POISONED = 9;

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.end());

describe('an event that ends its consumer each time', () => {
  it('is put aside after more than five deliveries, and every other event has one effect (poison)', async () => {
    await world.writer('writer', { required: '' });
    await world.write(50);
    const file = join(world.dir, 'fragile.seen');
    const fragile = await world.worker('fragile', {
      group: 'fragile',
      file,
      cursor: true,
      batch: 20,
      poison: POISON,
      lease: 500,
    });
    let deaths = 0;
    const buried = (): number => fragile.program.said('buried').length;
    await world.writing(async () => {
      while (buried() === 0) {
        await eventually('it ends, or puts the event aside', () => !fragile.program.running || buried() > 0);
        if (fragile.program.running) break;
        expect(await fragile.program.exit()).toBe(POISONED);
        world.faults.push(`fragile ended by event ${POISON}`);
        deaths++;
        expect(deaths).toBeLessThan(10);
        fragile.program.start();
      }
    });
    expect(deaths).toBeGreaterThan(5);
    await world.write(100);
    const { epoch, last } = await world.settle();
    await eventually('the group has processed everything', async () => {
      return (await world.log.groups()).find(({ name }) => name === 'fragile')?.lag === 0;
    });
    expect(tallyBot(file, epoch, last)).toEqual({ ...flawless(last - 1), lost: 1 });
    const letters = await world.log.deadLetters.list('fragile');
    expect(letters.map(({ id }) => id)).toEqual([`${POISON}-0`]);
  });
});

describe('entries that somebody else writes into the log', () => {
  it.each([
    ['under an id of the clock', () => '*'],
    ['at the next place', (last: number) => `${last + 1}-0`],
    ['between two places', (last: number) => `${last}-7`],
  ])('%s are put aside, and the story goes on without a gap (poison)', async (_where, idAfter) => {
    await world.recorder();
    await world.bot('bot');
    await world.writer();
    let intruders = 0;
    for (let round = 0; round < 3; round++) {
      await world.write(world.chance.between(10, 60));
      // Between two events: whoever comes late with an id finds it taken.
      const intrude = async (): Promise<boolean> => {
        const { last } = await world.log.state();
        const fields = ['t', 'game.tick', 'g', '', 'e', `{"nonsense":${round}`];
        const added = world.server.admin.xadd(EVENTS, idAfter(last), ...fields);
        return added.then(
          () => true,
          () => false,
        );
      };
      await world.harm('a stranger writes', () => eventually('a stranger gets in', intrude));
      intruders++;
      await eventually('it is put aside', async () => {
        return (await world.log.deadLetters.count('feed')) === intruders;
      });
      await world.flows();
    }
    await world.verify();
    expect(await world.log.deadLetters.count('feed')).toBe(intruders);
  });
});

describe('a shared group whose consumers are killed', () => {
  it('gives every event to somebody, keeps no dead names, and drops none that is pending (row 9)', async () => {
    await world.writer('writer', { required: '' });
    const names = ['one', 'two', 'three'];
    const workers: Actor[] = [];
    for (const name of names) {
      workers.push(
        await world.worker(name, { group: 'shared', shared: true, batch: 7, linger: 20, idle: 300 }),
      );
    }
    for (let round = 0; round < KILLS; round++) {
      await world.write(world.chance.between(30, 120));
      const { program } = world.chance.pick(workers);
      await world.harm(`${program.name} killed`, () => program.kill());
      await sleep(world.chance.between(0, 400));
      program.start();
    }
    const { last } = await world.settle();
    await eventually('a killed one is back', () =>
      workers.some(({ program }) => program.said('consumer').length > 1),
    );
    // Redis lists a consumer from its first entry on, so one that is alive and idle may be missing.
    const dead = workers
      .flatMap(({ program }) => program.said('consumer').slice(0, -1))
      .map(({ name }) => name);
    await eventually('all is processed, and the dead are forgotten', async () => {
      const group = (await world.log.groups()).find(({ name }) => name === 'shared');
      const consumers = (await world.server.admin.xinfo('CONSUMERS', EVENTS, 'shared')) as unknown[][];
      return group?.lag === 0 && !consumers.some(([, name]) => dead.includes(name));
    });
    expect(dead.length).toBeGreaterThan(0);
    const seen = seqsIn(names.map((name) => join(world.dir, `${name}.seen`)));
    const missing = Array.from({ length: last }, (_, index) => index + 1).filter((seq) => !seen.has(seq));
    expect(missing).toEqual([]);
    expect(await world.log.deadLetters.count('shared')).toBe(0);
  });
});

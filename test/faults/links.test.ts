import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import { EventLog } from '@vectra/stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { draftAt, textAt } from '../processes/src/story.js';
import { tallyLog } from './invariants.js';
import { command, script, TcpProxy } from './proxy.js';
import { RedisServer } from './server.js';
import { flawless } from './tally.js';
import { LEASE_MS, World, type Actor, type Bot, type Service } from './world.js';

/** A reader must be back this soon after its link works again, or a new one could be had. */
const BACK_MS = 5_000;
const LOST_REPLIES = 100;
const LOST_EACH = 4;

describe('links between the programs and Redis', () => {
  let world: World;
  let writer: Actor;
  let recorder: Service;
  let standby: Service;
  let bot: Bot;
  beforeAll(async () => {
    world = await World.create();
    recorder = await world.recorder();
    standby = await world.recorder('standby');
    bot = await world.bot('bot');
    writer = await world.writer();
    await world.write(100);
  });
  afterAll(() => world.end());

  it('half-open in the middle of a blocking read: reading goes on within 5 s, and nothing is stranded (row 1)', async () => {
    await world.settle(); // every reader waits in its blocking read
    await world.harm('half-open readers', () => {
      bot.proxy.halfOpen();
      recorder.proxy.halfOpen();
    });
    const cut = performance.now();
    await world.flows(10);
    expect(performance.now() - cut).toBeLessThan(BACK_MS);
    await world.verify();
  });

  it('swallowing everything for 5 s: reading goes on soon after, and nothing is stranded (row 1)', async () => {
    await world.write(20);
    await world.harm('black hole', () => {
      bot.proxy.blackHole(5_000);
      recorder.proxy.blackHole(5_000);
      standby.proxy.blackHole(5_000);
    });
    await world.writing(() => sleep(5_000));
    await world.flows(10);
    await world.verify();
  });

  it('reset again and again while events flow lose and repeat nothing', async () => {
    for (let round = 0; round < 12; round++) {
      const actor = world.chance.pick([writer, recorder, bot]);
      await world.harm(`reset ${actor.program.name}`, () => actor.proxy.resetAll());
      await world.write(world.chance.between(5, 60));
    }
    await world.verify();
  });

  it('losing the reply to publish, to acknowledge and to read lose and repeat nothing (row 4)', async () => {
    const tests = [
      [[writer], script('publish')],
      [[recorder, standby], script('ack')], // whichever owns the group
      [[recorder, standby], command('XREADGROUP')],
      [[bot], script('ack')],
      [[bot], command('XREADGROUP')],
    ] as const;
    for (const [actors, test] of tests) {
      const cuts = (): number => actors.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
      const before = cuts();
      await world.harm(`lost replies: ${actors[0].program.name}`, () => {
        for (const { proxy } of actors) proxy.cutReplies(test, LOST_EACH);
      });
      await world.writing(() => eventually('replies are lost', () => cuts() >= before + LOST_EACH));
      for (const { proxy } of actors) proxy.heal();
    }
    await world.verify();
  });

  it('whose replies come late lose and repeat nothing', async () => {
    await world.harm('delay', () => {
      for (const { proxy } of [writer, recorder, bot]) proxy.delay(world.chance.between(50, 300));
    });
    await world.flows(200);
    for (const { proxy } of [writer, recorder, bot]) proxy.heal();
    await world.verify();
  });

  it('whose writer is cut off for longer than its lease lose and repeat nothing', async () => {
    await world.harm('black hole for the writer', () => writer.proxy.blackHole(3 * LEASE_MS));
    await world.flows(100);
    await world.verify();
  });
});

describe('a reply to publish that is lost each time', () => {
  it('adds each event once: 100 lost replies, 100 events (row 4)', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vectra-faults-'));
    const server = await RedisServer.start(await freePort(), join(dir, 'redis'));
    // Four writers at once, on four logs: each loss costs a new connection.
    const streams = ['rugs', 'b', 'c', 'd'];
    const writers = streams.map(async (stream) => {
      const proxy = await TcpProxy.start(() => server.port);
      const log = await EventLog.open({ url: proxy.url, stream });
      const publisher = await log.publisher({
        folder: join(dir, stream),
        requiredGroups: ['recorder'],
        leaseTtlMs: 10_000,
        signal: new AbortController().signal,
      });
      for (let seq = 1; seq <= LOST_REPLIES / streams.length; seq++) {
        proxy.cutReplies(script('publish'), 1);
        publisher.publish([draftAt(seq)]);
        await publisher.flush();
      }
      const { last } = await log.state();
      const cuts = proxy.cuts;
      const texts = (await log.range(1, last)).map((event) => JSON.stringify(event));
      expect(texts).toEqual(texts.map((_, index) => textAt(publisher.epoch, index + 1)));
      if (stream === 'rugs')
        expect(await tallyLog(server.admin, { epoch: publisher.epoch, last })).toEqual(flawless(last));
      await publisher.close();
      await log.close();
      await proxy.stop();
      return { last, cuts };
    });
    try {
      const results = await Promise.all(writers);
      const sum = (key: 'last' | 'cuts'): number => results.reduce((total, result) => total + result[key], 0);
      expect({ events: sum('last'), lost: sum('cuts') }).toEqual({
        events: LOST_REPLIES,
        lost: LOST_REPLIES,
      });
    } finally {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });
});

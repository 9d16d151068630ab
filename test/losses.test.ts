import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '@vectra/protocol';
import {
  eventually,
  getJson,
  recorderCaughtUp,
  recordingsIn,
  testSystem,
  type TestSystem,
} from './harness.js';

const ROUNDS = 3;

interface GeneratedGame {
  id: string;
  prices: number[];
}

describe('games played while Redis is emptied and the feed is killed', () => {
  let test: TestSystem;
  let truth: Map<string, GeneratedGame>;
  let events: Event[];

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'losses', SIMULATOR_SPEED: '20' } });
    const { system, log } = test;
    const redis = new Redis(system.redisUrl);
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(2_000);
      await redis.flushall();
      await sleep(2_000);
      system.child('feed').signal('SIGKILL');
    }
    redis.disconnect();
    await sleep(4_000);
    const games = (): Promise<GeneratedGame[]> => getJson(`${system.url('simulator')}/api/simulator/games`);
    await eventually('enough games are played', async () => (await games()).length >= 6, 120_000);
    await system.stopService('feed');
    await recorderCaughtUp(log);
    truth = new Map((await games()).map((game) => [game.id, game]));
    const { last } = await log.state();
    events = await log.range(1, last, last);
  });
  afterAll(() => test.stop());

  it('leave one epoch and every event, from the first, in the log', () => {
    expect(events.length).toBeGreaterThan(300);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ id }) => id.split(':')[0])).size).toBe(1);
  });

  it('are recorded once each, and whole unless the feed missed their seed', async () => {
    const recordings = await recordingsIn(test.dataDir);
    expect(new Set(recordings.map(({ meta }) => meta.game_id)).size).toBe(recordings.length);
    const sealed = recordings.filter(({ meta }) => meta.server_seed !== null);
    expect(sealed.length).toBeGreaterThanOrEqual(4);
    for (const { meta, prices } of sealed) {
      expect(meta).toMatchObject({ complete: true, verified: true });
      expect(prices).toEqual(truth.get(meta.game_id)?.prices);
    }
  });

  it('are the same for the gateway, which says that all else is well', async () => {
    const gateway = await eventually('the gateway has every event', async () => {
      const response = await fetch(`${test.system.url('gateway')}/api/games/recent`);
      const { since } = (await response.json()) as { since: string };
      return since === events.at(-1)?.id ? since : undefined;
    });
    expect(gateway).toBe(events.at(-1)?.id);
  });
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logKeys } from '@vectra/stream';
import {
  eventually,
  filesBelow,
  getJson,
  metric,
  recorderCaughtUp,
  recordingsIn,
  testSystem,
  type TestSystem,
} from './harness.js';

const GAMES = 12;
const KILLS = 5;

interface GeneratedGame {
  id: string;
  serverSeed: string;
  rugTick: number;
  prices: number[];
}

describe('generated games at speed, with the recorder killed in the middle of games', () => {
  let test: TestSystem;
  let truth: Map<string, GeneratedGame>;

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'system test', SIMULATOR_SPEED: '50' } });
    const { system, log } = test;
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(1_500);
      system.child('recorder').signal('SIGKILL');
    }
    const games = (): Promise<GeneratedGame[]> => getJson(`${system.url('simulator')}/api/simulator/games`);
    await eventually('enough games are played', async () => (await games()).length >= GAMES, 120_000);
    await system.stopService('feed');
    await recorderCaughtUp(log);
    truth = new Map((await games()).map((game) => [game.id, game]));
  });
  afterAll(() => test.stop());

  it('are recorded whole, once each, with exactly the prices that were played', async () => {
    const recordings = await recordingsIn(test.dataDir);
    const { last } = await test.log.state();
    const events = await test.log.range(1, last, last);
    const ended = events.filter(({ type }) => type === 'game.end').map(({ gameId }) => gameId);
    // A few may have been played before the feed was there.
    expect(ended.length).toBeGreaterThanOrEqual(GAMES / 2);
    expect(recordings.map(({ meta }) => meta.game_id).sort()).toEqual(ended.sort());
    for (const { meta, prices } of recordings) {
      const game = truth.get(meta.game_id);
      // The one that ended while the feed stopped may not be among those the simulator lists.
      if (game === undefined) continue;
      expect(prices).toEqual(game.prices);
      expect(meta).toMatchObject({ complete: true, rug_tick: game.rugTick });
      if (meta.server_seed !== null)
        expect(meta).toMatchObject({ server_seed: game.serverSeed, verified: true });
    }
    const verified = recordings.filter(({ meta }) => meta.verified === true);
    expect(verified.length).toBeGreaterThanOrEqual(recordings.length - 2);
  });

  it('have the same files, to the byte, as an undisturbed run over the same log', async () => {
    const { system, dir, dataDir, log } = test;
    const killed = await filesBelow(join(dataDir, 'recordings'));
    await system.stopService('recorder');
    const redis = new Redis(system.redisUrl);
    await redis.xgroup('SETID', logKeys('rugs').events, 'recorder', '0');
    redis.disconnect();
    const undisturbed = join(dir, 'undisturbed');
    await system.startService('recorder', { RUGS_DATA_DIR: undisturbed });
    await recorderCaughtUp(log);
    expect(killed.size).toBeGreaterThan(GAMES);
    expect(await filesBelow(join(undisturbed, 'recordings'))).toEqual(killed);
  });

  it('reached the log without a message ever having been sent upstream', async () => {
    expect(await metric(test.system.url('simulator'), 'simulator_client_messages_total')).toBe(0);
  });
});

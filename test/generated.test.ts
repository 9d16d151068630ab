import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSystem } from '@vectra/launcher';
import { logKeys } from '@vectra/stream';
import { chance } from './faults/chance.js';
import {
  eventually,
  filesBelow,
  getJson,
  metric,
  recorderCaughtUp,
  recordingsIn,
  standbyRecorder,
  testSystem,
  untilSealed,
  type TestSystem,
} from './harness.js';

const GAMES = Number(process.env.RECORDED_GAMES ?? 60);
const KILLS = Math.ceil(GAMES / 10);
const SPEED = 200;

interface GeneratedGame {
  id: string;
  serverSeed: string;
  rugTick: number;
  prices: number[];
}

describe(`${GAMES} generated games, of two recorders one killed ${KILLS} times at any moment`, () => {
  let test: TestSystem;
  let standby: LocalSystem;
  let truth: GeneratedGame[];

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'recorded', SIMULATOR_SPEED: String(SPEED) } });
    const { system, log } = test;
    standby = await standbyRecorder(test);
    const simulator = `${system.url('simulator')}/api/simulator`;
    const finished = async (): Promise<number> =>
      (await getJson<{ gamesFinished: number }>(simulator)).gamesFinished;
    const moment = chance('recorded');
    const begun = (await finished()) + 1;
    for (let kill = 0; kill < KILLS; kill++) {
      const due = begun + (kill * GAMES) / KILLS;
      await eventually(`game ${due} is played`, async () => (await finished()) >= due, 120_000);
      await sleep(moment.between(0, 1_000));
      moment.pick([system, standby]).child('recorder').signal('SIGKILL');
    }
    await eventually('all games are played', async () => (await finished()) >= begun + GAMES, 120_000);
    const ended = (await getJson<GeneratedGame[]>(`${simulator}/games`)).reverse();
    await untilSealed(log, ended.at(-1)?.id ?? '');
    await system.stopService('feed');
    await recorderCaughtUp(log);
    const { last } = await log.state();
    const first = (await log.range(1, last, last)).find(({ type }) => type === 'game.start')?.gameId;
    truth = ended.slice(ended.findIndex(({ id }) => id === first));
  }, 900_000);
  afterAll(async () => {
    await standby.stop();
    await test.stop();
  });

  it('are recorded whole, once each, verified, with exactly the prices that were played', async () => {
    const recordings = new Map((await recordingsIn(test.dataDir)).map((game) => [game.meta.game_id, game]));
    expect(truth.length).toBeGreaterThanOrEqual(GAMES);
    for (const { id, prices, rugTick, serverSeed } of truth) {
      const recording = recordings.get(id);
      expect(recording?.prices, id).toEqual(prices);
      // The price at tick 0 is always 1, and the seed does not tell that of the rug.
      const verified = rugTick > 1 ? true : null;
      expect(recording?.meta, id).toMatchObject({
        ...{ complete: true, rug_tick: rugTick, server_seed: serverSeed, verified },
      });
    }
    const files = [...(await filesBelow(join(test.dataDir, 'recordings'))).keys()];
    expect(files.filter((name) => name.endsWith('.game.json'))).toHaveLength(recordings.size);
    expect(files.filter((name) => name.endsWith('.jsonl'))).toHaveLength(recordings.size);
  });

  it('have the same files, to the byte, as an undisturbed run over the same log', async () => {
    const { system, dir, dataDir, log } = test;
    const killed = await filesBelow(join(dataDir, 'recordings'));
    await standby.stop();
    await system.stopService('recorder');
    const redis = new Redis(system.redisUrl);
    await redis.xgroup('SETID', logKeys('rugs').events, 'recorder', '0');
    redis.disconnect();
    const undisturbed = join(dir, 'undisturbed');
    await system.startService('recorder', { RUGS_DATA_DIR: undisturbed });
    await recorderCaughtUp(log);
    expect(killed.size).toBeGreaterThan(2 * GAMES);
    expect(await filesBelow(join(undisturbed, 'recordings'))).toEqual(killed);
  });

  it('reached the log without a message ever having been sent upstream', async () => {
    expect(await metric(test.system.url('simulator'), 'simulator_client_messages_total')).toBe(0);
  });
});

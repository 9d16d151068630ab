import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Child, freePort } from '@vectra/launcher';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GameScript, STARTED } from '../script.js';
import { recordings } from './folder.js';
import { run, STREAM, testLog } from './process.js';

const GATEWAY = fileURLToPath(new URL('../../../gateway/dist/main.js', import.meta.url));
const TOKEN = 'test-token-of-an-operator';
const HASH = createHash('sha256').update(TOKEN).digest('hex');

const games = Array.from(
  { length: 13 },
  (_, index) =>
    new GameScript(
      `20251207-${String(index).padStart(2, '0')}1ca4cce9ac71e7`,
      [1, 1.25, 1.5, 0.01],
      STARTED + index * 60_000,
    ),
);
const whole = (from: number, to: number) => games.slice(from, to).flatMap((game) => game.whole());

interface Recent {
  since: string;
  games: { game_id: string; verified: boolean | null; prices: (number | null)[] }[];
}

/** A recorder and a gateway process on one log. */
async function started() {
  const test = await testLog();
  const recorder = await test.startRecorder();
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    REDIS_URL: test.redis.url,
    STREAM,
    RUGS_DATA_DIR: test.folder,
    GATEWAY_PORT: String(port),
    GATEWAY_TOKENS: `operator:sha256:${HASH}`,
    GATEWAY_EXPECTED_SERVICES: 'recorder',
    LOG_LEVEL: 'fatal',
  };
  const gateway = new Child({ command: process.execPath, args: [GATEWAY], env });
  onTestFinished(() => gateway.stop(5_000));
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(answers).toBe(200);
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    return (await response.json()) as unknown;
  };
  const recent = async () => (await ask('/api/games/recent')) as Recent;
  return { ...test, recorder, ask, recent };
}

const newest = (count: number, last: number) =>
  games
    .slice(0, last)
    .reverse()
    .slice(0, count)
    .map(({ id }) => id);

describe('the gateway and the recorder', () => {
  it('give the same last games, the gateway also without a recorder', async () => {
    const { publisher, settled, log, recent, recorder } = await started();
    publisher.publish(whole(0, 11));
    await settled();
    const ids = async () => (await recent()).games.map(({ game_id }) => game_id);
    await expect.poll(ids).toEqual(newest(10, 11));
    const inRedis = (await log.recentGames()).games.map(({ meta, prices }) => ({ ...meta, prices }));
    expect((await recent()).games).toEqual(inRedis);
    await recorder.child.stop(5_000);
    publisher.publish([...whole(11, 13), ...games.slice(10, 11).map((game) => game.sealed())]);
    await publisher.flush();
    await expect.poll(ids).toEqual(newest(10, 13));
    expect((await recent()).games[2]).toMatchObject({ game_id: games[10]?.id, verified: true });
  });

  it('follow an operator who pauses over HTTP, and say so in words', async () => {
    const { publisher, settled, ask, folder, redis } = await started();
    expect(await ask('/api/recorder/pause', 'POST')).toMatchObject({
      wish: { recording: 'paused', by: 'operator through the gateway' },
    });
    const state = () => ask('/api/recorder');
    await expect.poll(state).toMatchObject({ recorders: [{ state: 'paused' }] });
    publisher.publish(whole(0, 2));
    await settled();
    expect(await recordings(folder)).toEqual({});
    const health = () => ask('/health');
    await expect.poll(health).toMatchObject({
      status: 'ok',
      notes: [{ message: expect.stringContaining('games that start now are not recorded') as string }],
    });
    const { out } = await run(['status'], { REDIS_URL: redis.url, STREAM });
    expect(out).toContain('paused since');
    await ask('/api/recorder/resume', 'POST');
    await expect.poll(state).toMatchObject({ recorders: [{ state: 'recording' }] });
    publisher.publish(whole(2, 3));
    await settled();
    expect(Object.keys(await recordings(folder))).toHaveLength(3);
  });
});

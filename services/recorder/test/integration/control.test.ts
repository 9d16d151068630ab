import { readFile, rm } from 'node:fs/promises';
import { gameRecording } from '@vectra/protocol';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { foldersOf } from '../../src/folders.js';
import { rebuild } from '../../src/rebuild.js';
import { GameScript, STARTED } from '../script.js';
import { recordings, segments, silent } from './folder.js';
import { run, STREAM, testLog } from './process.js';

const games = Array.from(
  { length: 7 },
  (_, index) =>
    new GameScript(`20251207-${index}c1ca4cce9ac71e7`, [1, 1.25, 1.5, 0.01], STARTED + index * 60_000),
);
/** A game's first two ticks, and what follows them. */
const begun = (index: number) =>
  games.slice(index, index + 1).flatMap((game) => [game.start(), ...game.ticks(0, 1)]);
const ended = (index: number) =>
  games.slice(index, index + 1).flatMap((game) => [...game.ticks(2), game.rug()]);
const whole = (index: number) => [...begun(index), ...ended(index)];
const sealed = (index: number) => games.slice(index, index + 1).map((game) => game.sealed());

interface Status {
  wish: { recording: string; by: string } | null;
  recorders: { state: string; says: string }[];
}

async function started() {
  const test = await testLog();
  const recorder = await test.startRecorder();
  const env = { REDIS_URL: test.redis.url, STREAM };
  /** Runs a command of the recorder. */
  const say = async (name: string) => {
    const { out, err, code } = await run([name, '--json'], env);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    return JSON.parse(out) as Status;
  };
  const publish = async (...drafts: Parameters<typeof test.publisher.publish>[0]) => {
    test.publisher.publish(drafts);
    await test.settled();
  };
  const recorded = async () => {
    const files = Object.entries(await recordings(test.folder)).filter(([name]) =>
      name.endsWith('.game.json'),
    );
    return files
      .map(([, text]) => gameRecording.parse(JSON.parse(text)))
      .map(({ meta }) => games.findIndex(({ id }) => id === meta.game_id))
      .sort();
  };
  const states = (status: Status) => status.recorders.map(({ state }) => state);
  await publish(...whole(0));
  return { ...test, recorder, env, say, publish, recorded, states };
}

describe('pausing and resuming', () => {
  it('take effect with the next game, without a restart: the game in progress is recorded whole, with its seed', async () => {
    const { say, publish, recorded, states, folder } = await started();
    await publish(...begun(1));
    expect(states(await say('pause'))).toEqual(['finishing']);
    await publish(...ended(1), ...begun(2));
    await expect.poll(async () => states(await say('status'))).toEqual(['paused']);
    await publish(...ended(2), ...sealed(1), ...whole(3), ...begun(4), ...sealed(2));
    expect(states(await say('resume'))).toEqual(['waiting']);
    await publish(...ended(4), ...whole(5), ...sealed(3));
    await expect.poll(async () => states(await say('status'))).toEqual(['recording']);
    expect(await recorded()).toEqual([0, 1, 5]);
    const texts = Object.values(await recordings(folder));
    expect(texts.find((text) => text.includes(`{"meta":{"game_id":"${games[1]?.id}"`))).toContain(
      '"verified":true',
    );
  });

  it('are decided alike by a rebuild, byte for byte', async () => {
    const { say, publish, folder } = await started();
    await publish(...begun(1));
    await say('pause');
    await publish(...ended(1), ...whole(2));
    await say('resume');
    await publish(...whole(3), ...sealed(1), ...sealed(2));
    const live = await recordings(folder);
    await rm(foldersOf(folder).recordings, { recursive: true });
    await rebuild(folder, silent);
    expect(await recordings(folder)).toEqual(live);
  });

  it('leave a line in the journal, between all events, so that a pause is told from a loss', async () => {
    const { say, publish, folder } = await started();
    await say('pause');
    await publish(...whole(1));
    await say('resume');
    await publish(...whole(2));
    const [segment = ''] = await segments(folder);
    const lines = (await readFile(segment, 'utf8')).trim().split('\n').slice(1);
    const parsed = lines.map((line) => JSON.parse(line) as { recording?: string; by?: string; seq?: number });
    expect(parsed.flatMap(({ recording }) => recording ?? [])).toEqual(['paused', 'on']);
    expect(parsed.flatMap(({ by }) => by ?? [])[0]).toContain('@');
    const seqs = parsed.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('outlive a restart, a takeover, and the loss of everything Redis held', async () => {
    const { say, publish, recorded, recorder, redis, log, startRecorder, states } = await started();
    await say('pause');
    await publish(...begun(1));
    recorder.child.signal('SIGKILL');
    await recorder.child.exited;
    const second = await startRecorder();
    await publish(...ended(1), ...whole(2));
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    await client.flushall();
    await expect.poll(async () => (await log.recorderWish())?.recording).toBe('paused');
    await publish(...begun(3));
    const third = await startRecorder();
    const standby = async () => states(await say('status')).sort();
    await expect.poll(standby).toEqual(['paused', 'standby']);
    second.child.signal('SIGKILL');
    await publish(...ended(3), ...whole(4));
    expect(await recorded()).toEqual([0]);
    expect(third.child.running).toBe(true);
    await say('resume');
    await publish(...whole(5));
    expect(await recorded()).toEqual([0, 5]);
  });

  it('wished while no recorder runs are followed before the first event that waits for it', async () => {
    const { env, publisher, recorder, startRecorder, settled, recorded } = await started();
    await recorder.child.stop(5_000);
    const { out, code } = await run(['pause'], env);
    expect(code).toBe(3);
    expect(out).toContain('no recorder runs; it will follow when it starts');
    publisher.publish(whole(1));
    await startRecorder();
    await settled();
    expect(await recorded()).toEqual([0]);
  });

  it('are no illness, and are to be seen in /readyz, /metrics, the heartbeat and the last games', async () => {
    const { say, publish, recorder, log } = await started();
    await say('pause');
    await publish(...whole(1));
    const response = await fetch(`${recorder.url}/readyz`);
    const { checks } = (await response.json()) as { checks: Record<string, unknown> };
    expect(response.status).toBe(200);
    expect(checks.recording).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^paused since .+ by .+@/) as string,
    });
    expect(await (await fetch(`${recorder.url}/metrics`)).text()).toContain('recorder_paused 1');
    const [service] = await log.services();
    expect(service).toMatchObject({ ok: true, detail: { recording: { state: 'paused' } } });
    // Bots go on: the window is of the games played, recorded or not.
    await expect.poll(async () => (await log.recentGames()).games[0]?.meta.game_id).toBe(games[1]?.id);
  });

  it('are told when Redis holds a wish that is none', async () => {
    const { recorder, redis, say } = await started();
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    await client.hset(`{${STREAM}}:recorder:control`, 'recording', 'perhaps');
    const readyz = async () => (await fetch(`${recorder.url}/readyz`)).text();
    await expect.poll(readyz).toContain('say recorder pause or recorder resume');
    await say('resume');
    await expect.poll(readyz).not.toContain('say recorder pause');
  });
});

describe('the commands', () => {
  it('say in words what is wished and what the recorder does', async () => {
    const { env, publish } = await started();
    expect((await run(['status'], env)).out).toMatch(
      /^wished: nothing; the recorder records\nrecorder \d+ on .+: recording\n$/,
    );
    await publish(...begun(1));
    const { out } = await run(['pause'], env);
    expect(out).toMatch(/^wished: paused since \S+ by \S+@\S+\n/);
    expect(out).toContain(`the game in progress, ${games[1]?.id}, is still recorded to its end`);
  });

  it('refuse what they do not take', async () => {
    expect((await run(['pause', '--now'])).code).toBe(2);
    expect((await run(['status', '--help'])).out).toContain('Exit status');
  });
});

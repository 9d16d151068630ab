import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gameRecording, type GameRecording } from '@vectra/protocol';
import type { EventLog, RecentGames } from '@vectra/stream';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { foldersOf } from '../../src/folders.js';
import { GameScript, STARTED } from '../script.js';
import { recordings } from './folder.js';
import { STREAM, testLog } from './process.js';

const DOCS = fileURLToPath(new URL('../../../../docs/recordings.md', import.meta.url));

const games = Array.from(
  { length: 14 },
  (_, index) =>
    new GameScript(
      `20251207-${String(index).padStart(2, '0')}1ca4cce9ac71e7`,
      [1, 1.25, 1.5, 0.01],
      STARTED + index * 60_000,
    ),
);
const [running = games[0]] = games.slice(-1);
const finished = games.slice(0, -1);

/** The recordings on disk, newest first. */
async function onDisk(folder: string): Promise<GameRecording[]> {
  const files = Object.entries(await recordings(folder));
  return files
    .filter(([name]) => name.endsWith('.game.json'))
    .map(([, text]) => gameRecording.parse(JSON.parse(text)))
    .sort((a, b) => (a.meta.start_time < b.meta.start_time ? 1 : -1));
}

async function eventually(log: EventLog, expected: RecentGames): Promise<void> {
  await expect.poll(() => log.recentGames(), { interval: 30 }).toEqual(expected);
}

/** A recorder that has recorded `finished`, and two ticks of `running`. */
async function recorded(env: Record<string, string> = {}) {
  const test = await testLog();
  const recorder = await test.startRecorder(env);
  test.publisher.publish(finished.flatMap((game) => game.whole()));
  test.publisher.publish([...(running?.start() ? [running.start()] : []), ...(running?.ticks(0, 1) ?? [])]);
  await test.settled();
  const files = await onDisk(test.folder);
  const { last, epoch } = await test.log.state();
  const expected: RecentGames = {
    running: {
      meta: {
        game_id: running?.id ?? '',
        start_time: new Date(running?.at ?? 0).toISOString(),
        server_seed_hash: 'c0'.repeat(32),
      },
      prices: [1, 1.25],
      id: `${epoch}:${last}`,
    },
    games: files.slice(0, Number(env.RECORDER_WINDOW ?? 10)),
  };
  await eventually(test.log, expected);
  const redis = new Redis(test.redis.url);
  onTestFinished(() => redis.disconnect());
  return { ...test, recorder, expected, client: redis };
}

describe('the window of the last games', () => {
  it('holds the running game and the last finished ones, as they are recorded', async () => {
    const { expected } = await recorded();
    expect(expected.games).toHaveLength(10);
  });

  it('is as long as it is told', async () => {
    const { expected } = await recorded({ RECORDER_WINDOW: '3' });
    expect(expected.games).toHaveLength(3);
  });

  it('learns the seed of a game that ended before', async () => {
    const { publisher, folder, log, expected } = await recorded();
    publisher.publish(finished.slice(-2).map((game) => game.sealed()));
    await expect
      .poll(async () => (await log.recentGames()).games.slice(0, 3).map(({ meta }) => meta.verified))
      .toEqual([true, true, null]);
    await eventually(log, { ...expected, games: (await onDisk(folder)).slice(0, 10) });
  });

  it('is read by redis-cli with the one line of its documentation', async () => {
    const { redis, expected } = await recorded();
    const [line = ''] = /^redis-cli -p 6390 MGET .+$/m.exec(await readFile(DOCS, 'utf8')) ?? [];
    const { port } = new URL(redis.url);
    const command = line.replaceAll('{rugs}', `{${STREAM}}`).replace('6390', port);
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    const [first = '', second = ''] = stdout.split('\n');
    expect({ running: JSON.parse(first) as unknown, games: JSON.parse(second) as unknown }).toEqual(expected);
  });

  it('is filled again when Redis has lost everything', async () => {
    const { client, log, expected } = await recorded();
    await client.flushall();
    await eventually(log, expected);
  });

  it('is filled again when only the window was deleted, without a game having to end', async () => {
    const { client, log, expected } = await recorded();
    await client.del(log.keys.window.games, log.keys.window.running);
    await eventually(log, expected);
  });

  it('is written again when Redis came back with an older one', async () => {
    const { client, log, expected } = await recorded();
    await client.set(log.keys.window.games, JSON.stringify(expected.games.slice(1)));
    await eventually(log, expected);
  });

  it('is warm after a restart on another, empty Redis: from the journal', async () => {
    const { recorder, folder, expected } = await recorded();
    await recorder.child.stop(5_000);
    const other = await testLog();
    await other.startRecorder({ RUGS_DATA_DIR: folder });
    await expect.poll(async () => (await other.log.recentGames()).games).toEqual(expected.games);
  });

  it('is warm after a restart without a journal: from the recordings', async () => {
    const { recorder, folder, expected } = await recorded();
    await recorder.child.stop(5_000);
    await rm(foldersOf(folder).journal, { recursive: true });
    const other = await testLog();
    await other.startRecorder({ RUGS_DATA_DIR: folder });
    await expect.poll(async () => (await other.log.recentGames()).games).toEqual(expected.games);
  });

  it('is warm after the data folder was lost: from the log', async () => {
    const { recorder, folder, client, log, startRecorder, expected } = await recorded();
    await recorder.child.stop(5_000);
    await rm(folder, { recursive: true });
    await client.del(log.keys.window.games, log.keys.window.running);
    await startRecorder();
    await expect.poll(async () => (await log.recentGames()).games).toEqual(expected.games);
  });

  it('is not touched by a recorder that was paused for longer than its lease', async () => {
    const { recorder, startRecorder, publisher, log, settled, folder } = await recorded();
    const second = await startRecorder();
    recorder.child.signal('SIGSTOP');
    publisher.publish([...(running?.ticks(2) ?? []), ...(running ? [running.rug()] : [])]);
    await settled();
    const expected: RecentGames = { running: null, games: (await onDisk(folder)).slice(0, 10) };
    expect(expected.games[0]?.meta.game_id).toBe(running?.id);
    await eventually(log, expected);
    recorder.child.signal('SIGCONT');
    const status = async () => (await fetch(`${recorder.url}/readyz`)).text();
    await expect.poll(status).toContain('standing by');
    await sleep(1_500); // longer than the pause between two of its looks at the window
    expect(await log.recentGames()).toEqual(expected);
    expect(second.child.running).toBe(true);
  });

  it('measures its writes in /metrics', async () => {
    const { recorder } = await recorded();
    expect(await (await fetch(`${recorder.url}/metrics`)).text()).toMatch(
      /recorder_window_write_seconds_count [1-9]/,
    );
  });
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, LocalSystem } from '@vectra/launcher';
import type { Draft, Event, GameRecording } from '@vectra/protocol';
import { EventLog, type Publisher } from '@vectra/stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bin/vectra.js', import.meta.url));
const GAME = '20251207-1c1ca4cce9ac71e7';
let dir: string;
let system: LocalSystem;
let log: EventLog;
let publisher: Publisher;

const env = (): Record<string, string | undefined> => ({
  PATH: process.env.PATH,
  GATEWAY_URL: system.url('gateway'),
});

interface Outcome {
  status: number;
  out: string;
  err: string;
}

function run(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: env() }, (error, out, err) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

const jsonLines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

function tick(tickCount: number): Draft {
  const state = { active: true, rugged: false, phase: 'ACTIVE_GAMEPLAY' as const, cooldownTimer: 0 };
  return {
    ...{ type: 'game.tick', timestamp: Date.now(), gameId: GAME, source: 'simulator' },
    data: { tickCount, price: '1.25', ...state, tradeCount: 0 },
  };
}

async function publish(...drafts: Draft[]): Promise<void> {
  publisher.publish(drafts);
  await publisher.flush();
}

/** A game as the recorder writes it. */
async function record(): Promise<void> {
  const recording: GameRecording = {
    meta: {
      ...{ game_id: GAME, start_time: '2025-12-07T14:30:22.118Z', end_time: '2025-12-07T14:30:24.000Z' },
      ...{ duration_ticks: 2, peak_multiplier: 12.5, server_seed_hash: null, server_seed: null },
      ...{ verified: null, rug_tick: 2, complete: true, backfilled_ticks: 0 },
    },
    prices: [1, 12.5, 0.02],
  };
  const folder = join(dir, 'data', 'recordings', '2025-12-07');
  await mkdir(join(folder, 'games'), { recursive: true });
  const file = 'games/20251207T143022_e9ac71e7.game.json';
  await writeFile(join(folder, file), JSON.stringify(recording));
  const games = [{ ...recording.meta, file, jsonl: null }];
  await writeFile(join(folder, 'index.json'), JSON.stringify({ date: '2025-12-07', games }));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectra-cli-'));
  await record();
  system = await LocalSystem.start({
    demo: false,
    env: {
      ...{ PATH: process.env.PATH, RUGS_DATA_DIR: join(dir, 'data'), REQUIRED_GROUPS: '' },
      ...{ GATEWAY_PORT: String(await freePort()), STANDALONE_REDIS_PORT: String(await freePort()) },
      ...{ GATEWAY_EXPECTED_SERVICES: 'feed', LOG_LEVEL: 'warn' },
    },
    say: () => undefined,
    stdio: 'ignore',
    services: ['gateway'],
  });
  log = await EventLog.open({ url: system.redisUrl });
  publisher = await log.publisher({
    ...{ folder: join(dir, 'wal'), requiredGroups: [], leaseTtlMs: 60_000 },
    signal: new AbortController().signal,
  });
  await publish(tick(0), tick(1), tick(2));
});
afterAll(async () => {
  await publisher.close();
  await log.close();
  await system.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('vectra tail', () => {
  it('prints every event after a place, as JSON or as lines without colours in a pipe', async () => {
    const { epoch } = await log.state();
    const since = `${epoch}:1`;
    const json = await run('tail', 'game.tick', '--since', since, '-n', '2', '--json');
    expect(json).toMatchObject({ status: 0, err: '' });
    expect(jsonLines(json.out)).toMatchObject([{ seq: 2 }, { seq: 3, data: { tickCount: 2 } }]);
    const { out } = await run('tail', '*', '--since', since, '-n', '1');
    expect(out).toMatch(/^time \(UTC\) .*\n\d\d:\d\d:\d\d\.\d{3} {2}game\.tick +e9ac71e7 +1 +1\.2500x\n$/);
  });

  it('follows what comes, and ends without an error on Ctrl-C', async () => {
    const child = spawn(process.execPath, [MAIN, 'tail', '--json'], { env: env() });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    // It is told of what comes after it has subscribed, which nobody outside sees.
    for (let count = 3; jsonLines(out).length < 3; count++) {
      await publish(tick(count));
      await new Promise((next) => setTimeout(next, 100));
    }
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const seqs = (jsonLines(out) as Event[]).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });

  it('ends with its reader', async () => {
    const { epoch } = await log.state();
    const command = `"${process.execPath}" "${MAIN}" tail --json --since ${epoch}:0 | head -n 1`;
    const child = spawn('bash', ['--norc', '-o', 'pipefail', '-c', command], { env: env() });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ended = once(child, 'exit');
    for (let count = 100; child.exitCode === null; count++) {
      await publish(tick(count));
      await new Promise((next) => setTimeout(next, 100));
    }
    expect(await ended).toEqual([0, null]);
    expect(err).toBe('');
  });

  it('says that events can not be had any more, and goes on with those from now on', async () => {
    const child = spawn(process.execPath, [MAIN, 'tail', '--since', 'ffff:7', '-n', '1', '--json'], {
      env: env(),
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ended = once(child, 'exit');
    for (let count = 200; child.exitCode === null; count++) {
      await publish(tick(count));
      await new Promise((next) => setTimeout(next, 100));
    }
    expect(await ended).toEqual([0, null]);
    expect(err).toContain('events after ffff:7 can not be had any more: epoch_changed');
  });
});

describe('vectra games and replay', () => {
  it('lists recorded games', async () => {
    const { out, status } = await run('games', '--min-peak', '10');
    expect(status).toBe(0);
    expect(out).toMatch(/started \(UTC\) +game +ticks +peak +rug +seed\n/);
    expect(out).toMatch(
      /2025-12-07 14:30:22 {2}20251207-1c1ca4cce9ac71e7 +2 {2}12\.5000x +2 {2}not known\n$/,
    );
    expect(jsonLines((await run('games', '--json')).out)).toMatchObject([{ game_id: GAME, rug_tick: 2 }]);
    expect((await run('games', '--from', '2026-01-01')).out).toBe('no recorded games\n');
  });

  it('plays a recorded game again, and ends with it', async () => {
    const { status, out, err } = await run('replay', GAME, '--speed', 'max', '--json');
    expect([status, err]).toEqual([0, '']);
    const events = jsonLines(out) as Event[];
    expect(new Set(events.map(({ source }) => source))).toEqual(new Set(['replay']));
    const prices = events.flatMap(({ type, data }) => (type === 'game.tick' ? [data.price] : []));
    expect(prices).toEqual(['1', '12.5', '0.02']);
    expect((await run('replay', GAME, '--speed', 'max', '--channels', 'game.end')).out).toMatch(
      /RUGGED {3}peak 12\.5000x\n$/,
    );
  });

  it('says which game is not recorded', async () => {
    const { status, err } = await run('replay', '20251207-0000000000000000');
    expect(status).toBe(1);
    expect(err).toMatch(/^vectra: .*20251207-0000000000000000/);
  });

  it('refuses what the gateway refuses, in its words', async () => {
    const { status, err } = await run('games', '--from', 'yesterday');
    expect(status).toBe(1);
    expect(err).toMatch(/^vectra: from="yesterday": expected/);
  });
});

describe('vectra health', () => {
  it('says what is ill and what to do, and by its exit status that something is', async () => {
    const { status, out } = await run('health');
    expect(status).toBe(1);
    expect(out).toMatch(/^ DEGRADED {3}log: \d+ events/);
    expect(out).toMatch(/✗ service feed: .+\n {2}→ .+/);
    expect(jsonLines((await run('health', '--json')).out)).toMatchObject([{ status: 'degraded' }]);
  });
});

describe('what is wrong', () => {
  it('is told with the address and the remedy when no gateway answers', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    for (const command of [['health'], ['tail'], ['replay', GAME], ['sessions']]) {
      const { status, out, err } = await run(...command, '--url', url);
      expect([status, out]).toEqual([3, '']);
      expect(err).toMatch(
        /^vectra: no gateway answers at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\): start/,
      );
      expect(err.trim().split('\n')).toHaveLength(1);
    }
  });

  it.each([
    [['tail', 'no channel'], 'expected an event type, a family such as game.*, or *'],
    [['tail', '--since', '7'], 'as in 8f3a12bc:1042'],
    [['replay'], 'expected ids of games, or --from'],
    [['replay', GAME, '--speed', '0'], 'expected a number from 0.1 to 100, or max'],
    [['games', '--url', 'gateway'], 'as in http://127.0.0.1:8080'],
    [['health', '--token', 'x'], "unknown option '--token'"],
    [['dance'], "unknown command 'dance'"],
  ])('in %j is told before anything is asked of the gateway', async (args, message) => {
    const { status, err } = await run(...args);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });
});

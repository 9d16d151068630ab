import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GameRecording, GameSummary } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { end, FakeLog, GAME, start, tick } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

const LONG_PAST = '20251201-00000001';
let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  gateway = await startGateway(() => Promise.resolve(log));
});
afterEach(() => gateway.stop());

function recordingOf(gameId: string, startTime: string, peak: number): GameRecording {
  const hashes = { server_seed_hash: null, server_seed: null, verified: null };
  const length = { duration_ticks: 1, rug_tick: 1, complete: true, backfilled_ticks: 0 };
  const times = { start_time: startTime, end_time: null };
  return {
    meta: { game_id: gameId, ...times, peak_multiplier: peak, ...hashes, ...length },
    prices: [1, peak],
  };
}

/** Writes a day as the recorder does. */
async function writeDay(date: string, recordings: GameRecording[]): Promise<void> {
  const folder = join(gateway.dataDir, 'recordings', date);
  await mkdir(join(folder, 'games'), { recursive: true });
  const games: GameSummary[] = [];
  for (const recording of recordings) {
    const file = `games/${recording.meta.game_id}.game.json`;
    await writeFile(join(folder, file), JSON.stringify(recording));
    games.push({ ...recording.meta, file, jsonl: null });
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ date, games }));
}

async function listed(query: string): Promise<{ ids: string[]; next: string | null }> {
  const { status, body } = await gateway.fetchJson(`/api/games${query}`);
  expect(status).toBe(200);
  const { games, next } = body as { games: GameSummary[]; next: string | null };
  return { ids: games.map(({ game_id }) => game_id), next };
}

const messageOf = (body: unknown) => (body as { error: { message: string } }).error.message;

describe('/api/games', () => {
  const days = () =>
    Promise.all([
      writeDay('2025-12-07', [
        recordingOf('a1', '2025-12-07T10:00:00.000Z', 2),
        recordingOf('a2', '2025-12-07T11:00:00.000Z', 12),
        recordingOf('a3', '2025-12-07T11:00:00.000Z', 3),
      ]),
      writeDay('2025-12-08', [recordingOf('b1', '2025-12-08T00:00:00.000Z', 50)]),
    ]);

  it('is empty where nothing was recorded', async () => {
    expect(await listed('')).toEqual({ ids: [], next: null });
  });

  it('lists the newest first, and pages through all of them', async () => {
    await days();
    expect(await listed('')).toEqual({ ids: ['b1', 'a3', 'a2', 'a1'], next: null });
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page = await listed(`?limit=1${cursor}`);
      ids.push(...page.ids);
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(ids).toEqual(['b1', 'a3', 'a2', 'a1']);
  });

  it('filters by time and peak', async () => {
    await days();
    expect((await listed('?minPeak=12')).ids).toEqual(['b1', 'a2']);
    expect((await listed('?to=2025-12-07')).ids).toEqual(['a3', 'a2', 'a1']);
    expect((await listed('?from=2025-12-07T10:30:00Z&to=2025-12-07T23:00:00Z&minPeak=5')).ids).toEqual([
      'a2',
    ]);
  });

  it('sees a game recorded meanwhile', async () => {
    await days();
    await listed('');
    await writeDay('2025-12-08', [recordingOf('b2', '2025-12-08T01:00:00.000Z', 1.5)]);
    expect((await listed('?limit=1')).ids).toEqual(['b2']);
  });

  it('leaves out a day whose index is damaged, and says so in the log', async () => {
    await days();
    await writeFile(join(gateway.dataDir, 'recordings/2025-12-08/index.json'), '{"date":"2025-12-0');
    expect((await listed('')).ids).toEqual(['a3', 'a2', 'a1']);
    await listed('');
    expect(gateway.logged.map(({ msg }) => msg)).toEqual(['a recording is damaged: left out']);
  });

  it('says what is wrong with a query', async () => {
    const { status, body } = await gateway.fetchJson('/api/games?limit=0');
    expect(status).toBe(400);
    expect(body).toEqual({
      error: { code: 'bad_query', message: 'limit="0": expected a whole number from 1 to 200' },
    });
  });
});

describe('/api/games/:id', () => {
  it('is the recording', async () => {
    const recording = recordingOf(LONG_PAST, '2025-12-01T10:00:00.000Z', 2);
    await writeDay('2025-12-01', [recording]);
    expect(await gateway.fetchJson(`/api/games/${LONG_PAST}`)).toEqual({ status: 200, body: recording });
  });

  it('comes from memory while it is not on disk yet', async () => {
    log.append(start(), tick(0, '1'), tick(1, '2'), end(2, '2'));
    await gateway.restart();
    const { status, body } = await gateway.fetchJson(`/api/games/${GAME}`);
    expect(status).toBe(200);
    expect((body as GameRecording).prices).toEqual([1, 2, 0.0123]);
  });

  it('is 404 in words when it is unknown or its file is damaged', async () => {
    await writeDay('2025-12-01', [recordingOf(LONG_PAST, '2025-12-01T10:00:00.000Z', 2)]);
    const file = join(gateway.dataDir, `recordings/2025-12-01/games/${LONG_PAST}.game.json`);
    await writeFile(file, '{"meta":');
    for (const id of [LONG_PAST, 'nobody']) {
      const { status, body } = await gateway.fetchJson(`/api/games/${id}`);
      expect(status).toBe(404);
      expect(messageOf(body)).toBe(`no recording of game ${id}`);
    }
    expect(gateway.logged).toHaveLength(1);
  });

  it('reads no file outside, whatever the id or the index says', async () => {
    for (const id of ['..%2f..%2fetc%2fpasswd', '..%5c', 'a'.repeat(65), 'x%00']) {
      expect((await gateway.fetchJson(`/api/games/${id}`)).status).toBe(400);
    }
    await writeDay('2025-12-01', []);
    const outside = {
      ...recordingOf('x1', '2025-12-01T10:00:00.000Z', 2).meta,
      file: '../../a.game.json',
      jsonl: null,
    };
    const index = { date: '2025-12-01', games: [outside] };
    await writeFile(join(gateway.dataDir, 'recordings/2025-12-01/index.json'), JSON.stringify(index));
    expect((await gateway.fetchJson('/api/games/x1')).status).toBe(404);
    expect(gateway.logged[0]?.msg).toContain('outside');
  });
});

describe('/api/games/recent', () => {
  it('joins up with the WebSocket: nothing is missing between them and nothing is there twice', async () => {
    log.append(start(), tick(0, '1'), tick(1, '1.5'));
    await gateway.restart();
    const { body } = await gateway.fetchJson('/api/games/recent');
    const { current } = body as { current: { since: string; prices: number[] } };
    expect(current.prices).toEqual([1, 1.5]);
    log.append(tick(2, '2'));
    const client = await gateway.connect();
    await client.subscribe(['game.*'], current.since);
    log.append(tick(3, '3'));
    await client.until(() => client.events.length === 2);
    expect(client.events.map(({ data }) => (data as { price: string }).price)).toEqual(['2', '3']);
  });
});

describe('/health', () => {
  it('answers at once from memory while Redis hangs, and says that it does', async () => {
    await gateway.fetchJson('/health');
    log.hangs = true;
    const took: number[] = [];
    for (;;) {
      const asked = performance.now();
      const { status, body } = await gateway.fetchJson('/health');
      took.push(performance.now() - asked);
      if ((body as { status: string }).status === 'down') {
        expect(status).toBe(503);
        expect(JSON.stringify(body)).toContain('no answer within');
        break;
      }
      await sleep(100);
    }
    // The median, so that a busy machine does not decide.
    expect(took.sort((a, b) => a - b)[Math.floor(took.length / 2)]).toBeLessThan(50);
  });
});

describe('the web app', () => {
  it('is asked for in words while it is not built', async () => {
    const response = await fetch(gateway.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('make build');
  });

  it('is served with its caching, and may load nothing from elsewhere', async () => {
    await mkdir(join(gateway.webDir, 'assets'), { recursive: true });
    await writeFile(join(gateway.webDir, 'index.html'), '<!doctype html><title>app</title>');
    await writeFile(join(gateway.webDir, 'assets/index-abc123.js'), 'let x;');
    await gateway.restart();
    const page = await fetch(gateway.url);
    expect(await page.text()).toContain('app');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const script = await fetch(`${gateway.url}/assets/index-abc123.js`);
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${gateway.url}/..%2f..%2fpackage.json`)).status).toBeGreaterThanOrEqual(400);
  });

  it('leaves an unknown path as JSON in words, without a trace of the code', async () => {
    const { status, body } = await gateway.fetchJson('/api/nothing?x=1');
    expect(status).toBe(404);
    expect(body).toEqual({ error: { code: 'not_found', message: 'there is no GET /api/nothing' } });
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GameRecording, GameSummary } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { end, FakeLog, GAME, start, tick } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';
import { recordingOf, writeDay } from '../recordingsFixture.js';

const LONG_PAST = '20251201-00000001';
let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  gateway = await startGateway(() => Promise.resolve(log));
});
afterEach(() => gateway.stop());

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
      writeDay(gateway.dataDir, '2025-12-07', [
        recordingOf('a1', '2025-12-07T10:00:00.000Z', 2),
        recordingOf('a2', '2025-12-07T11:00:00.000Z', 12),
        recordingOf('a3', '2025-12-07T11:00:00.000Z', 3),
      ]),
      writeDay(gateway.dataDir, '2025-12-08', [recordingOf('b1', '2025-12-08T00:00:00.000Z', 50)]),
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

  it('sorts by peak and by length, either way, and the header Link leads through all pages', async () => {
    await days();
    expect((await listed('?sort=peak')).ids).toEqual(['b1', 'a2', 'a3', 'a1']);
    expect((await listed('?sort=start&order=asc')).ids).toEqual(['a1', 'a2', 'a3', 'b1']);
    const ids: string[] = [];
    for (
      let path: string | undefined = '/api/games?sort=ticks&order=asc&minPeak=3&limit=2';
      path !== undefined;
    ) {
      const response: Response = await fetch(gateway.url + path);
      const { games } = (await response.json()) as { games: GameSummary[] };
      ids.push(...games.map(({ game_id }) => game_id));
      path = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(ids).toEqual(['a2', 'a3', 'b1']);
  });

  it('goes on after its cursor whatever is recorded meanwhile', async () => {
    await days();
    const first = await listed('?sort=peak&order=asc&limit=2');
    expect(first.ids).toEqual(['a1', 'a3']);
    await writeDay(gateway.dataDir, '2025-12-09', [
      recordingOf('c1', '2025-12-09T00:00:00.000Z', 1),
      recordingOf('c2', '2025-12-09T00:00:00.000Z', 20),
    ]);
    const rest = await listed(`?sort=peak&order=asc&limit=200&cursor=${first.next}`);
    expect(rest).toEqual({ ids: ['a2', 'c2', 'b1'], next: null });
  });

  it('sees a game recorded meanwhile', async () => {
    await days();
    await listed('');
    await writeDay(gateway.dataDir, '2025-12-08', [recordingOf('b2', '2025-12-08T01:00:00.000Z', 1.5)]);
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
    await writeDay(gateway.dataDir, '2025-12-01', [recording]);
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
    await writeDay(gateway.dataDir, '2025-12-01', [recordingOf(LONG_PAST, '2025-12-01T10:00:00.000Z', 2)]);
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
    await writeDay(gateway.dataDir, '2025-12-01', []);
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

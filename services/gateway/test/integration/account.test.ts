import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionRecording } from '@vectra/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { newToken } from '../../src/tokens.js';
import { FakeLog } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';
import { sessionOf, writeSessions } from '../recordingsFixture.js';

const SESSIONS = '/api/account/sessions';
let gateway: TestGateway;
afterEach(() => gateway.stop());

async function startWithDays(env: Record<string, string> = {}): Promise<void> {
  gateway = await startGateway(() => Promise.resolve(new FakeLog()), { env });
  await writeSessions(gateway.dataDir, '2025-12-07', [
    sessionOf('2025-12-07T10:00:00.000Z'),
    sessionOf('2025-12-07T22:00:00.000Z'),
  ]);
  await writeSessions(gateway.dataDir, '2025-12-08', [
    sessionOf('2025-12-08T09:00:00.000Z', { session_end: null, end_reason: null }),
  ]);
}

const [FIRST, SECOND, OPEN] = ['20251207T100000_ann', '20251207T220000_ann', '20251208T090000_ann'];

interface Page {
  sessions: { name: string; summary: SessionRecording['summary'] | null }[];
  next: string | null;
}

async function page(query = ''): Promise<Page> {
  const { status, body } = await gateway.fetchJson(`${SESSIONS}${query}`);
  expect(status).toBe(200);
  return body as Page;
}

const names = async (query = ''): Promise<string[]> => (await page(query)).sessions.map(({ name }) => name);
const wordsOf = (body: unknown): string => (body as { error: { message: string } }).error.message;

describe('/api/account/sessions', () => {
  it('is empty where the account was never recorded', async () => {
    gateway = await startGateway(() => Promise.resolve(new FakeLog()));
    expect(await page()).toEqual({ sessions: [], next: null });
  });

  it('lists the newest first, and pages through all of them', async () => {
    await startWithDays();
    expect(await names()).toEqual([OPEN, SECOND, FIRST]);
    const found: string[] = [];
    for (let cursor = ''; ;) {
      const { sessions, next } = await page(`?limit=1${cursor}`);
      found.push(...sessions.map(({ name }) => name));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(found).toEqual([OPEN, SECOND, FIRST]);
  });

  it('leads to the next page in the header Link', async () => {
    await startWithDays();
    const link = (await fetch(`${gateway.url}${SESSIONS}?limit=2`)).headers.get('link') ?? '';
    const path = /^<(.*)>; rel="next"$/.exec(link)?.[1] ?? '';
    expect(await names(path.slice(SESSIONS.length))).toEqual([FIRST]);
  });

  it('filters by the time of their start', async () => {
    await startWithDays();
    expect(await names('?to=2025-12-07')).toEqual([SECOND, FIRST]);
    expect(await names('?from=2025-12-07T12:00:00Z&to=2025-12-08T08:59:59Z')).toEqual([SECOND]);
  });

  it('gives the totals of one that is still open from its file, as they are now', async () => {
    await startWithDays();
    expect((await page()).sessions[0]?.summary).toMatchObject({ actions: 1, end_balance: '0.95' });
    await writeFile(join(gateway.dataDir, `recordings/2025-12-08/sessions/${OPEN}_session.json`), '{');
    expect((await page()).sessions[0]).toMatchObject({ name: OPEN, summary: null });
  });

  it.each([
    ['limit=0', 'limit="0": expected a whole number from 1 to 200'],
    ['from=yesterday', 'expected an ISO 8601 date or time'],
    ['from=2025-12-08&to=2025-12-07', 'from: expected no more than to'],
    ['cursor=WzEsIi4uLyJd', 'expected the `next` of an earlier answer'],
    ['minPeak=2', 'unknown parameter minPeak'],
  ])('says what is wrong with %s', async (query, words) => {
    await startWithDays();
    const { status, body } = await gateway.fetchJson(`${SESSIONS}?${query}`);
    expect(status).toBe(400);
    expect(wordsOf(body)).toContain(words);
  });
});

describe('/api/account/sessions/:name', () => {
  it('is the recording', async () => {
    await startWithDays();
    const body = sessionOf('2025-12-07T22:00:00.000Z');
    expect(await gateway.fetchJson(`${SESSIONS}/${SECOND}`)).toEqual({ status: 200, body });
  });

  it('is 404 in words when it is unknown', async () => {
    await startWithDays();
    const { status, body } = await gateway.fetchJson(`${SESSIONS}/20251207T100000_bob`);
    expect([status, wordsOf(body)]).toEqual([404, 'no recording of session 20251207T100000_bob']);
  });

  it('says that its file is damaged, and what helps', async () => {
    await startWithDays();
    await writeFile(
      join(gateway.dataDir, `recordings/2025-12-07/sessions/${FIRST}_session.json`),
      '{"meta":',
    );
    const { status, body } = await gateway.fetchJson(`${SESSIONS}/${FIRST}`);
    expect(status).toBe(500);
    expect(wordsOf(body)).toMatch(/^the file of session 20251207T100000_ann is damaged.*`recorder rebuild`/);
    expect(gateway.logged).toHaveLength(1);
  });

  it('reads no file outside, whatever the name or the index says', async () => {
    await startWithDays();
    for (const name of ['..%2f..%2findex', '20251207T100000_..%2f..%2findex', '20251207T100000_a%00', 'ann'])
      expect((await gateway.fetchJson(`${SESSIONS}/${name}`)).status).toBe(400);
    const folder = join(gateway.dataDir, 'recordings/2025-12-07');
    const { meta, summary } = sessionOf('2025-12-07T10:00:00.000Z');
    const sessions = [
      { ...meta, summary, file: '../../20251207T100000_ann_session.json' },
      { ...meta, summary, file: `sessions/${OPEN}_session.json` },
    ];
    await writeFile(join(folder, 'index.json'), JSON.stringify({ date: '2025-12-07', games: [], sessions }));
    expect(await names()).toEqual([OPEN]);
    await names();
    expect(gateway.logged).toHaveLength(2);
  });
});

it('answers 304 while a list and a session are the same', async () => {
  await startWithDays();
  for (const path of [SESSIONS, `${SESSIONS}/${FIRST}`]) {
    const tag = (await fetch(gateway.url + path)).headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    expect((await fetch(gateway.url + path, { headers: { 'if-none-match': tag } })).status).toBe(304);
  }
});

it('needs a token where there are any, also for what is known already', async () => {
  const viewer = newToken('viewer');
  await startWithDays({ GATEWAY_TOKENS: viewer.entry });
  for (const path of [SESSIONS, `${SESSIONS}/${FIRST}`]) {
    expect((await fetch(gateway.url + path, { headers: { 'if-none-match': '*' } })).status).toBe(401);
    const allowed = { headers: { authorization: `Bearer ${viewer.token}` } };
    expect((await gateway.fetchJson(path, allowed)).status).toBe(200);
  }
});

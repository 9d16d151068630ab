import type { PaperHappening } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newToken } from '../../src/tokens.js';
import { FakeLog } from '../fakeLog.js';
import { paperSession } from '../fakePaper.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

const trader = newToken('trader');
const viewer = newToken('viewer');
const game = (gameId: string, wallet: string): PaperHappening => ({
  ...{ kind: 'game', gameId, rugTick: 90, wallet, bets: 1 },
});

let log: FakeLog;
let gateway: TestGateway;

async function start(env: Record<string, string> = {}): Promise<void> {
  log = new FakeLog();
  gateway = await startGateway(() => Promise.resolve(log), { env });
}
afterEach(() => gateway.stop());

describe('a client that trades on paper', () => {
  beforeEach(() => start());

  it('joins a session, orders by hand, and goes on with events meanwhile', async () => {
    const client = await gateway.connect();
    client.say({
      ...{ action: 'join_live', session_id: 'live-1', ref: 'a' },
      strategy: { name: 'late', initial_balance: 1, entry_tick: 200, num_bets: 1, bet_sizes: [0.01] },
    });
    await expect.poll(() => log.paper.sent).toHaveLength(1);
    expect(log.paper.sent[0]).toMatchObject({
      kind: 'open',
      session: 'live-1',
      strategy: { kind: 'sidebets' },
    });
    const session = paperSession('live-1');
    const ref = log.paper.sent[0]?.ref ?? '';
    log.paper.tell({ kind: 'session', happenings: [], created: true, session, ref });
    expect(await client.reply('live_joined')).toMatchObject({ session, created: true, ref: 'a' });

    client.say({ action: 'order', session_id: 'live-1', side: 'buy', amount: '0.01' });
    await expect.poll(() => log.paper.sent).toHaveLength(2);
    expect(log.paper.sent[1]).toMatchObject({ kind: 'order', order: { side: 'buy', amount: '0.01' } });
    expect(await client.subscribe(['game.*'])).toMatchObject({ id: null });
  });

  it('is told what is wrong with a strategy, field by field, and keeps its connection', async () => {
    const client = await gateway.connect();
    client.say({
      ...{ action: 'join_live', session_id: 'live-1' },
      strategy: { name: 'late', initial_balance: -1, entry_tick: 200, num_bets: 1, bet_sizes: [0.01] },
    });
    const { code, message } = await client.reply('error');
    expect(code).toBe('bad_command');
    expect(message).toContain('strategy.initial_balance');
    client.say({ action: 'ping' });
    await client.reply('pong');
  });
});

describe('GET /api/live', () => {
  beforeEach(async () => {
    await start();
    const { paper } = log;
    paper.known = [
      paperSession('old', { created_at: 1, is_active: false }),
      paperSession('new', { created_at: 2, history_length: 3 }),
    ];
    paper.lines.push(game('g-1', '1.1'), { kind: 'failed', message: 'why' }, game('g-2', '1.2'));
    const process = { host: 'h', pid: 1, startedAt: 0, at: 0 };
    const detail = { slots: 8, sessions: 2 };
    log.serviceStates = [{ name: 'paper', instance: 'p', ok: true, ...process, detail }];
  });

  it('status says how many sessions there are, and who has them', async () => {
    expect(await gateway.fetchJson('/api/live/status')).toEqual({
      status: 200,
      body: { sessions: 2, active: 1, services: [{ instance: 'p', ok: true, slots: 8, sessions: 2 }] },
    });
  });

  it('sessions lists them, the newest first', async () => {
    const { body } = await gateway.fetchJson('/api/live/sessions');
    expect(body).toMatchObject({ sessions: [{ session_id: 'new' }, { session_id: 'old' }] });
  });

  it('sessions/:id gives the history in pages, and the wallet after each game', async () => {
    const page = async (query: string) =>
      (await gateway.fetchJson(`/api/live/sessions/new${query}`)).body as {
        history: { from: number; lines: unknown[]; next: number | null };
        equity: unknown;
      };
    const whole = await page('');
    expect(whole.history).toMatchObject({ from: 0, next: null });
    expect(whole.equity).toEqual([
      { gameId: 'g-1', wallet: '1.1' },
      { gameId: 'g-2', wallet: '1.2' },
    ]);
    expect((await page('?from=0&limit=2')).history).toMatchObject({ from: 0, next: 2 });
    expect((await page('?limit=1')).history).toMatchObject({ from: 2, next: null });
  });

  it.each([
    ['/api/live/sessions/none', 404, 'no session none'],
    ['/api/live/sessions/new?limit=0', 400, 'limit="0": expected a whole number from 1 to 10000'],
    ['/api/live/sessions/new?from=x', 400, 'from="x": expected the number of a line'],
    ['/api/live/sessions/a%2Fb', 400, 'expected a session id'],
  ])('%s is answered with %i and what was expected', async (path, status, words) => {
    const answer = await gateway.fetchJson(path);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body).replaceAll('\\"', '"')).toContain(words);
  });

  it('says so when Redis does not answer', async () => {
    log.paper.failure = new Error('gone');
    expect(await gateway.fetchJson('/api/live/sessions')).toMatchObject({
      ...{ status: 503, body: { error: { code: 'no_redis' } } },
    });
  });
});

describe('with tokens', () => {
  beforeEach(() => start({ GATEWAY_TOKENS: `${trader.entry},${viewer.entry}` }));

  it('sessions are shown to a viewer, and to nobody without a token', async () => {
    const headers = { authorization: `Bearer ${viewer.token}` };
    expect((await gateway.fetchJson('/api/live/sessions', { headers })).status).toBe(200);
    expect(await gateway.fetchJson('/api/live/sessions')).toMatchObject({
      ...{ status: 401, body: { error: { code: 'no_token' } } },
    });
  });

  it('nobody trades without the token of a trader', async () => {
    const client = await gateway.connect();
    client.say({ action: 'join_live', session_id: 'live-1' });
    expect(await client.reply('error')).toMatchObject({ code: 'no_token', action: 'join_live' });
    expect(log.paper.sent).toEqual([]);
  });
});

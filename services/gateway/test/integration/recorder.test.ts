import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ServiceState } from '@vectra/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '@vectra/protocol';
import { newToken } from '../../src/tokens.js';
import { FakeLog } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const tokens = { viewer: newToken('viewer'), trader: newToken('trader'), operator: newToken('operator') };
const GATEWAY_TOKENS = Object.values(tokens)
  .map(({ entry }) => entry)
  .join(', ');
const paused = {
  state: 'paused',
  since: 1_765_500_000_000,
  by: 'ann@box',
  gameId: null,
  says: 'paused since 2025-12-12T00:40:00.000Z by ann@box: games that start now are not recorded',
};

let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  log.serviceStates = [recorder(paused)];
  gateway = await startGateway(() => Promise.resolve(log), { env: { GATEWAY_TOKENS } });
});
afterEach(() => gateway.stop());

function recorder(recording: object): ServiceState {
  const now = Date.now();
  const process = { name: 'recorder', instance: 'r1', host: 'box', pid: 7, startedAt: now, at: now };
  return { ...process, ok: true, detail: { recording } };
}

const as = (role: Role, method = 'POST'): RequestInit => ({
  method,
  headers: { authorization: `Bearer ${tokens[role].token}` },
});

describe('/api/recorder', () => {
  it('tells the recorder what an operator wishes, and who did', async () => {
    const { status, body } = await gateway.fetchJson('/api/recorder/pause', as('operator'));
    expect(status).toBe(200);
    expect(log.wish).toMatchObject({ recording: 'paused', by: 'operator through the gateway' });
    expect(log.wish?.at).toBeGreaterThan(Date.now() - 60_000);
    expect(body).toEqual({ wish: log.wish, recorders: [{ instance: 'r1', ...paused }] });
    await gateway.fetchJson('/api/recorder/resume', as('operator'));
    expect(log.wish?.recording).toBe('on');
  });

  it('shows what is wished and done to whoever has a token', async () => {
    const { status, body } = await gateway.fetchJson('/api/recorder', as('viewer', 'GET'));
    expect({ status, body }).toEqual({
      status: 200,
      body: { wish: null, recorders: [{ instance: 'r1', ...paused }] },
    });
  });

  it.each([
    ['a pause without a token', '/pause', {}, 401],
    ['a pause with a token nobody has', '/pause', { authorization: 'Bearer wrong' }, 401],
    ['a resume by a trader', '/resume', as('trader').headers, 403],
    ['a pause by a viewer', '/pause', as('viewer').headers, 403],
    ['a look without a token', '', {}, 401],
  ])('refuses %s, and nothing changes', async (_, path, headers, expected) => {
    const method = path === '' ? 'GET' : 'POST';
    const { status, body } = await gateway.fetchJson(`/api/recorder${path}`, {
      method,
      headers: headers ?? {},
    });
    expect(status).toBe(expected);
    expect(body).toMatchObject({
      error: { message: expect.stringMatching(/^(expected|this token)/) as string },
    });
    expect(log.wish).toBeNull();
  });

  it('says that nothing is known to be done when Redis fails', async () => {
    log.failure = new Error('Connection is closed.');
    const { status, body } = await gateway.fetchJson('/api/recorder/pause', as('operator'));
    expect({ status, body }).toMatchObject({ status: 503, body: { error: { code: 'no_redis' } } });
    log.failure = undefined;
  });

  it('is of nobody where no tokens are configured', async () => {
    const bare = await startGateway(() => Promise.resolve(log));
    const { status, body } = await bare.fetchJson('/api/recorder/pause', as('operator'));
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain('GATEWAY_TOKENS');
    await bare.stop();
  });
});

describe('/health', () => {
  it('notes a recorder that was told not to record, and is well all the same', async () => {
    const answer = async () =>
      (await gateway.fetchJson('/health')).body as { status: string; notes: object[] };
    await expect
      .poll(async () => (await answer()).notes)
      .toMatchObject([
        { part: 'service recorder', message: expect.stringContaining('not recorded') as string },
      ]);
    log.serviceStates = [recorder({ ...paused, state: 'recording', says: 'recording' })];
    await expect.poll(async () => (await answer()).notes).toEqual([]);
  });
});

describe('gateway token', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [MAIN, 'token', ...args], { env: { PATH: process.env.PATH } });

  it('prints a token and the entry that lets it in', async () => {
    const { stdout } = await run('operator');
    const [, token = '', entry = ''] = /^token: +(\S+)\nGATEWAY_TOKENS: +(\S+)\n$/.exec(stdout) ?? [];
    const other = await startGateway(() => Promise.resolve(log), { env: { GATEWAY_TOKENS: entry } });
    const headers = { authorization: `Bearer ${token}` };
    expect((await other.fetchJson('/api/recorder/pause', { method: 'POST', headers })).status).toBe(200);
    await other.stop();
  });

  it('refuses a role there is not', async () => {
    await expect(run('king')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('viewer, trader, operator') as string,
    });
  });
});

it('an entry in GATEWAY_TOKENS that is none is refused at the start, without being shown', async () => {
  const starting = startGateway(() => Promise.resolve(log), { env: { GATEWAY_TOKENS: 'operator:secret' } });
  await expect(starting).rejects.toThrow(/GATEWAY_TOKENS=\(hidden\): expected <role>:sha256:<64 hex digits>/);
});

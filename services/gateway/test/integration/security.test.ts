import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newToken } from '../../src/tokens.js';
import { FakeLog } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

let gateway: TestGateway;

const start = async (env: Record<string, string> = {}) => {
  gateway = await startGateway(() => Promise.resolve(new FakeLog()), { env });
};
afterEach(() => gateway.stop());

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** With headers that fetch sets itself. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(gateway.url + path, { headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject).end();
  });
}

/** The code of the answer to an upgrade; 101 when it succeeds. */
function upgrade(headers: Record<string, string>, path = '/ws'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    // The connection is left as it is: the gateway is to end it.
    socket.on('unexpected-response', (_request, response) => {
      response.resume().on('close', () => resolve(response.statusCode ?? 0));
    });
    socket.on('error', () => undefined);
  });
}

/** Everything the server says to bytes on a connection of their own, until it closes that. */
function sendRaw(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(bytes));
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => (said += text));
    socket.on('error', () => undefined).on('close', () => resolve(said));
  });
}

const codeOf = ({ body }: Answer) => (JSON.parse(body) as { error: { code: string } }).error.code;

describe('a request under another name', () => {
  it('is refused while no tokens decide, by HTTP and WebSocket: its page could be of any site', async () => {
    await start({ GATEWAY_HOSTS: 'box.lan' });
    for (const path of ['/', '/api/games', '/health', '/docs', '/nothing']) {
      const answer = await ask(path, { host: 'evil.example' });
      expect({ path, status: answer.status, code: codeOf(answer) }).toMatchObject({
        status: 403,
        code: 'foreign_host',
      });
    }
    expect(await upgrade({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
    for (const host of ['localhost', '[::1]:80', 'box.lan'])
      expect((await ask('/api/games', { host })).status).toBe(200);
  });

  it('is answered to those who watch the process, and where tokens decide', async () => {
    await start({ GATEWAY_TOKENS: newToken('viewer').entry });
    expect((await ask('/api/games', { host: 'evil.example' })).status).toBe(200);
    await gateway.stop();
    await start();
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await ask(path, { host: 'gateway:8080' })).status).toBe(200);
  });
});

describe('a page of another site', () => {
  it('may not act, nor open a WebSocket, and is given leave to read nothing', async () => {
    await start();
    const origin = 'https://evil.example';
    expect(codeOf(await ask('/api/recorder/pause', { origin }, 'POST'))).toBe('foreign_origin');
    for (const path of ['/ws', '/healthz', '/metrics', '/nothing'])
      expect(await upgrade({ origin }, path)).toBe(403);
    const read = await ask('/api/games', { origin });
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
    expect(
      (await ask('/api/games', { origin, 'access-control-request-method': 'GET' }, 'OPTIONS')).status,
    ).toBe(404);
  });

  it('may where GATEWAY_CORS_ORIGINS lists it', async () => {
    const origin = 'https://chart.example';
    await start({ GATEWAY_CORS_ORIGINS: `${origin}/` });
    const read = await ask('/api/games', { origin });
    expect(read.headers['access-control-allow-origin']).toBe(origin);
    const preflight = await ask('/api/games', { origin, 'access-control-request-method': 'GET' }, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(await upgrade({ origin })).toBe(101);
    expect(codeOf(await ask('/api/recorder/pause', { origin }, 'POST'))).toBe('no_tokens');
    const other = await ask('/api/games', { origin: 'https://evil.example' });
    expect(other.headers['access-control-allow-origin']).not.toBe('https://evil.example');
  });
});

describe('an address', () => {
  it('is told to wait when it asks too often, also for what there is not; health is always told', async () => {
    await start({ GATEWAY_RATE_LIMIT: '5' });
    for (let i = 0; i < 5; i++)
      expect((await ask(i % 2 === 0 ? '/api/games' : '/nothing')).status).not.toBe(429);
    for (const path of ['/api/games', '/nothing', '/docs/', '/openapi.json']) {
      const answer = await ask(path);
      expect({ path, status: answer.status, code: codeOf(answer) }).toEqual({
        path,
        status: 429,
        code: 'too_many_requests',
      });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await ask('/health')).status).not.toBe(429);
    expect(await upgrade({})).toBe(101);
  });

  it('is the one a trusted proxy tells, and only such a one', async () => {
    await start({ GATEWAY_RATE_LIMIT: '1', GATEWAY_TRUST_PROXY: '127.0.0.0/8' });
    for (const client of ['10.1.1.1', '10.1.1.2'])
      expect((await ask('/api/games', { 'x-forwarded-for': client })).status).toBe(200);
    expect((await ask('/api/games', { 'x-forwarded-for': '10.1.1.1' })).status).toBe(429);
    await gateway.stop();
    await start({ GATEWAY_RATE_LIMIT: '1' });
    expect((await ask('/api/games', { 'x-forwarded-for': '10.1.1.1' })).status).toBe(200);
    expect((await ask('/api/games', { 'x-forwarded-for': '10.1.1.2' })).status).toBe(429);
  });
});

describe('every answer', () => {
  it('says to browsers what they may do with it', async () => {
    await start();
    for (const path of ['/', '/api/games', '/nothing', '/docs/', '/health', '/events?channels=%20']) {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  it('to what is wrong is of one shape, in words, without a trace of the code', async () => {
    await start();
    const wrong: [path: string, method: string, status: number][] = [
      ['/nothing', 'GET', 404],
      ['/api/games/%zz', 'GET', 400],
      [`/api/games/${'a'.repeat(65)}`, 'GET', 400],
      [`/api/games/${'a'.repeat(500)}`, 'GET', 414],
      [`/api/games?from=${'a'.repeat(5_000)}`, 'GET', 414],
      ['/api/games?limit=x', 'GET', 400],
      ['/api/games', 'DELETE', 404],
      ['/api/recorder/pause', 'POST', 403],
    ];
    for (const [path, method, status] of wrong) {
      const answer = await ask(path, {}, method);
      expect({ path, status: answer.status }).toEqual({ path, status });
      expect(JSON.parse(answer.body)).toEqual({
        error: { code: expect.stringMatching(/^[a-z_]+$/) as string, message: expect.any(String) as string },
      });
      expect(answer.body).not.toMatch(/node_modules|\.js:\d|    at |FST_/);
    }
  });

  it('to what is no HTTP, or too much of it, is a refusal in the same shape, and the end of that connection', async () => {
    await start();
    expect(await sendRaw('\x16\x03\x01\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"bad_request"/s);
    const much = await sendRaw(`GET / HTTP/1.1\r\nhost: localhost\r\nx-much: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(much).toMatch(/^HTTP\/1\.1 431 .*"too_large"/s);
  });
});

describe('a request that never comes to its end', () => {
  it('is ended by the gateway, which meanwhile serves others', async () => {
    await start();
    const slow = sendRaw('GET /api/games HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    expect((await ask('/api/games')).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 .*"too_slow"/s);
  });
});

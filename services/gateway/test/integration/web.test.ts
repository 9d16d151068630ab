import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  gateway = await startGateway(() => Promise.resolve(log));
});
afterEach(() => gateway.stop());

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
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none';script-src 'self'");
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

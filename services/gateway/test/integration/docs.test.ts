import { chromium } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
let gateway: TestGateway;

beforeEach(async () => {
  gateway = await startGateway(() => Promise.resolve(new FakeLog()));
});
afterEach(() => gateway.stop());

describe('the documentation of the routes', () => {
  it('is OpenAPI 3.1, and names every route with its parameters and answers', async () => {
    const { body } = await gateway.fetchJson('/openapi.json');
    const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, object>> };
    expect(openapi).toBe('3.1.0');
    for (const path of [
      '/health',
      '/events',
      '/api/games',
      '/api/games/recent',
      '/api/account/sessions',
      '/api/account/sessions/{name}',
      '/api/recorder/pause',
    ])
      expect(Object.keys(paths)).toContain(path);
    expect(paths['/api/games/{id}/ticks']?.get).toMatchObject({
      responses: { 200: { content: { 'text/csv': {}, 'application/vnd.apache.parquet': {} } }, 406: {} },
    });
    const names = (paths['/api/games']?.get as { parameters: { name: string }[] }).parameters;
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['from', 'maxPeak', 'sort', 'cursor']),
    );
  });

  it('is shown at /docs by a browser that obeys the content security policy, without the internet', async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      // Swagger UI sets one style inline: that is refused, and only a matter of looks.
      page.on('console', (line) => {
        if (line.type() === 'error' && !line.text().startsWith('Applying inline style'))
          complaints.push(line.text());
      });
      page.on('requestfailed', (request) => complaints.push(request.url()));
      await page.goto(`${gateway.url}/docs`);
      await page.getByText('/api/games/{id}/verify').waitFor({ timeout: 60_000 });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

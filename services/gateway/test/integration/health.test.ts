import { setTimeout as sleep } from 'node:timers/promises';
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

  it('never asks Redis for an answer, however many ask', async () => {
    log.hangs = true;
    const answers = await Promise.all(Array.from({ length: 300 }, () => gateway.fetchJson('/health')));
    // The last sign of life is what is answered; a question to Redis would have hung for ever.
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
  });

  it('is text or a page for whoever asks for that', async () => {
    const told = async (accept: string) => {
      const response = await fetch(`${gateway.url}/health`, { headers: { accept } });
      return [response.headers.get('content-type'), (await response.text()).slice(0, 15)];
    };
    expect(await told('text/plain')).toEqual([
      'text/plain; charset=utf-8',
      expect.stringMatching(/^(OK|DEGRADED)\n/),
    ]);
    expect((await told('text/html,application/xhtml+xml,*/*;q=0.8'))[1]).toContain('<!doctype html>');
    for (const accept of ['*/*', 'application/json', 'image/png'])
      expect((await told(accept))[0]).toContain('application/json');
  });
});

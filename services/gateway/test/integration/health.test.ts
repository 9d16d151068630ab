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
});

import type { GroupState } from '@vectra/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EPOCH, FakeLog, start, tick } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';

const group = (name: string, more: Partial<GroupState>): GroupState => ({
  ...{ name, delivered: 0, pending: 0, lag: 0, deadLetters: 0, ephemeral: false },
  ...more,
});

let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  log.append(start(), tick(0), tick(1));
  gateway = await startGateway(() => Promise.resolve(log), { env: { REQUIRED_GROUPS: 'recorder,absent' } });
});
afterEach(() => gateway.stop());

const metrics = async (): Promise<string> => (await fetch(`${gateway.url}/metrics`)).text();

describe('the metrics of a gateway', () => {
  it('tell of every group how far behind it is, and count those that end with their consumer together', async () => {
    log.groupStates = [
      group('recorder', { lag: 7, pending: 2, deadLetters: 1 }),
      group('gateway:aaaa', { lag: 3, ephemeral: true }),
      group('gateway:bbbb', { lag: 5, ephemeral: true }),
    ];
    log.figureStates = { ...log.figureStates, oldest: new Map([['recorder', Date.now() - 60_000]]) };
    await expect.poll(metrics).toContain('log_group_lag_events{group="recorder"} 7\n');
    const told = await metrics();
    expect(told).toContain('log_group_pending_events{group="recorder"} 2\n');
    expect(told).toContain('log_group_dead_letters{group="recorder"} 1\n');
    expect(told).toContain('log_group_lag_events{group="gateway"} 5\n');
    expect(told).not.toContain('gateway:');
    const age = Number(/log_group_oldest_age_seconds\{group="recorder"\} (\S+)/.exec(told)?.[1]);
    expect(age).toBeGreaterThanOrEqual(60);
    expect(told).toContain('log_required_group_missing{group="recorder"} 0\n');
    expect(told).toContain('log_required_group_missing{group="absent"} 1\n');
    expect(told).toContain('log_events 3\n');
  });

  it('have no figures of a Redis that does not answer', async () => {
    log.groupStates = [group('recorder', { lag: 7 })];
    await expect.poll(metrics).toContain('log_redis_up 1\n');
    log.failure = new Error('gone');
    await expect.poll(metrics).toContain('log_redis_up 0\n');
    const told = await metrics();
    expect(told).toContain('log_events Nan\n');
    expect(told).toContain('log_redis_memory_used_bytes Nan\n');
    expect(told).not.toContain('log_group_lag_events{');
  });

  it('count clients that come back, by whether they could go on', async () => {
    for (const since of [`${EPOCH}:1`, 'bbbb:1']) {
      const client = await gateway.connect();
      await client.subscribe(['*'], since);
    }
    const told = await metrics();
    expect(told).toContain('gateway_resumes_total{outcome="recovered"} 1\n');
    expect(told).toContain('gateway_resumes_total{outcome="epoch_changed"} 1\n');
    expect(told).toContain('gateway_clients 2\n');
  });
});

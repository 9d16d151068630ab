import { expect, it } from 'vitest';
import type { HealthReport } from '../../src/health.js';
import { healthPage, healthText } from '../../src/healthText.js';

const NOW = 1_765_500_000_000;
const process = { host: 'box', pid: 7, startedAt: NOW - 60_000, at: NOW - 500, ok: true, detail: {} };
const group = { lag: 0, pending: 0, deadLetters: 0, required: false };
const report: HealthReport = {
  status: 'degraded',
  problems: [{ part: 'service feed', message: 'The feed <is> & "stays" away.', remedy: 'Start feed.' }],
  notes: [{ part: 'service recorder', message: 'The recorder is paused.', remedy: 'Resume it.' }],
  services: {
    feed: { ok: false, instances: [] },
    recorder: { ok: true, instances: [{ ...process, name: 'recorder', instance: 'r1', fresh: true }] },
  },
  sources: [
    {
      ...{ service: 'feed', instance: 'f1', source: 'public', connected: true, reconnects: 2 },
      ...{ lastEventAt: NOW - 250, latencyMs: { p50: 3, p95: 5, p99: 9 } },
    },
  ],
  log: { epoch: 'aaaa', first: 1, last: 100, reachable: true },
  groups: [
    { ...group, name: 'recorder', required: true },
    { ...group, name: 'paper:0', lag: 4, pending: 1 },
    { ...group, name: 'paper:1', lag: 9, deadLetters: 2 },
  ],
  gateway: { clients: 2, latencyMs: { p50: 1, p95: 2, p99: 3 }, position: 100 },
  at: NOW,
};

it('is read at a glance: first what is ill and what to do, then every part in a line', () => {
  expect(healthText(report)).toBe(`DEGRADED

! service feed: The feed <is> & "stays" away.
    Start feed.
i service recorder: The recorder is paused.
    Resume it.

services
  feed      not heard of
  recorder  ok            process 7 on box  heard of 0.5 s ago

sources
  public  connected  2 reconnects  last event 0.3 s ago  latency p50 3 p95 5 p99 9 ms

log
  Redis answers  epoch aaaa  events 1 to 100

groups
  recorder     lag 0            pending 0  dead letters 0  required
  paper:* (2)  lag 9 (paper:1)  pending 1  dead letters 2

gateway
  2 clients  at 100  latency p50 1 p95 2 p99 3 ms
`);
});

it('is the same as a page, which takes no text for markup', () => {
  const page = healthPage(report);
  expect(page).toContain('<dd>The feed &lt;is&gt; &amp; &quot;stays&quot; away.<br><i>Start feed.</i></dd>');
  expect(page).toContain('<td>paper:* (2)</td>');
  expect(page).not.toMatch(/<script|<style| style=/);
});

import type { Health, ServiceInstance } from '@vectra/client';
import { describe, expect, it } from 'vitest';
import { ageWords } from '../../src/health/ages.js';
import { partOf, systemOf } from '../../src/health/system.js';
import { checksOf, factsOf } from '../../src/health/told.js';

const AT = 1_765_117_822_000;

function instance(name: string, detail: Record<string, unknown> = {}, change = {}): ServiceInstance {
  const id = `${name}-1`;
  return {
    name,
    instance: id,
    host: 'h',
    pid: 7,
    startedAt: AT,
    at: AT,
    ok: true,
    fresh: true,
    detail,
    ...change,
  };
}

const LATENCY = { p50: 8, p95: 32, p99: 55 };
const WELL: Health = {
  status: 'ok',
  problems: [],
  notes: [],
  services: {
    gateway: { ok: true, instances: [instance('gateway', { clients: 3 })] },
    feed: { ok: true, instances: [instance('feed', { role: 'leader', mode: 'normal', waiting: 0 })] },
    recorder: { ok: true, instances: [instance('recorder', { recording: { says: 'recording' } })] },
  },
  sources: [
    {
      source: 'public',
      service: 'feed',
      instance: 'feed-1',
      connected: true,
      reconnects: 2,
      lastEventAt: AT - 100,
      latencyMs: LATENCY,
    },
  ],
  log: { epoch: 'aaaa', first: 11, last: 1_210, reachable: true },
  groups: [
    { name: 'my-bot', lag: 4, pending: 1, deadLetters: 0, required: false },
    { name: 'paper:0', lag: 0, pending: 0, deadLetters: 0, required: false },
    { name: 'recorder', lag: 1, pending: 1, deadLetters: 0, required: true },
  ],
  gateway: { clients: 3, latencyMs: LATENCY, position: 1_210 },
  at: AT,
};

describe('the drawing of the system', () => {
  it('has the parts in the direction of the events, the consumers in a steady order, all well', () => {
    const { sources, feed, log, consumers } = systemOf(WELL);
    expect(sources.map(({ name }) => name)).toEqual(['Public socket']);
    expect([feed.says, log.says]).toEqual(['Writes the log', 'Redis answers']);
    expect(consumers.map(({ id }) => id)).toEqual([
      'service recorder',
      'service gateway',
      'group my-bot',
      'group paper',
    ]);
    expect(new Set([...sources, feed, log, ...consumers].map(({ state }) => state))).toEqual(
      new Set(['well']),
    );
  });

  it('gives each part its figures: ages, reconnects, latency, lag, instances', () => {
    const { sources, feed, log, consumers } = systemOf(WELL);
    expect(sources[0]?.figures).toEqual([
      { label: 'Reconnects', value: '2' },
      { label: 'Last event', at: AT - 100 },
    ]);
    expect(feed.figures).toContainEqual({ label: 'Latency p99', value: '55 ms' });
    expect(log.figures).toContainEqual({ label: 'Kept', value: '1,200 events' });
    expect(consumers[0]?.figures).toContainEqual({ label: 'Lag', value: '1 event' });
    expect(consumers[1]?.figures).toContainEqual({ label: 'Clients', value: '3' });
  });

  it('shows a problem at the part that it is about, also where it is about one of its groups', () => {
    const problem = { part: 'group recorder', message: 'It is behind.', remedy: 'Look at it.' };
    const system = systemOf({ ...WELL, status: 'degraded', problems: [problem] });
    expect(partOf(system, problem)).toMatchObject({
      id: 'service recorder',
      state: 'problem',
      told: [problem],
    });
    expect(system.feed.state).toBe('well');
  });

  it('shows what was wished as a note', () => {
    const note = { part: 'service recorder', message: 'The recorder is paused.', remedy: 'Resume it.' };
    expect(systemOf({ ...WELL, notes: [note] }).consumers[0]?.state).toBe('note');
  });

  it('shows a service that was not heard of, and one that is silent', () => {
    const silent = { ok: false, instances: [instance('recorder', {}, { fresh: false })] };
    const services = { ...WELL.services, recorder: silent, paper: { ok: false, instances: [] } };
    const [recorder, paper] = systemOf({ ...WELL, services }).consumers;
    expect([recorder?.state, recorder?.says]).toEqual(['problem', 'Silent']);
    expect([paper?.state, paper?.says]).toEqual(['problem', 'Not heard of']);
    expect(recorder?.figures).toContainEqual({ label: 'Instances', value: '0 (1 silent)' });
  });

  it('counts those on standby, and takes the mode from the feed that writes', () => {
    const standby = instance('feed', { role: 'standby', mode: 'minimal' }, { instance: 'feed-0' });
    const leader = instance('feed', {
      role: 'leader',
      mode: 'degraded',
      reasons: [{ code: 'spare_followed', message: 'chrome is followed' }],
    });
    const services = { ...WELL.services, feed: { ok: true, instances: [standby, leader] } };
    const { feed } = systemOf({ ...WELL, services });
    expect([feed.state, feed.says]).toEqual(['note', 'In degraded mode: chrome is followed']);
    expect(feed.figures).toContainEqual({ label: 'Instances', value: '2 (1 on standby)' });
  });

  it('claims to know nothing of the others while Redis does not answer', () => {
    const problem = { part: 'redis', message: 'Redis has not answered.', remedy: 'Start it.' };
    const log = { ...WELL.log, reachable: false };
    const system = systemOf({ ...WELL, status: 'down', log, problems: [problem] });
    expect(system.log).toMatchObject({ state: 'problem', says: 'Redis does not answer' });
    expect(partOf(system, problem)).toBe(system.log);
    expect([system.feed, ...system.sources, ...system.consumers].map(({ state }) => state)).not.toContain(
      'well',
    );
  });

  it('has a box for the sources also while no feed tells of any', () => {
    expect(systemOf({ ...WELL, sources: [] }).sources).toMatchObject([{ state: 'unknown' }]);
  });
});

describe('what an instance tells', () => {
  const told = instance('feed', {
    role: 'leader',
    latencySpikes: 1_200,
    gameId: null,
    owned: [0, 3],
    upstreamEvents: { noise: 4 },
    recording: { since: AT },
    checks: { history: { ok: true }, data: { ok: false, detail: 'no frame for 9 s' } },
  });

  it('is put into words, whatever it is', () => {
    expect(factsOf(told)).toEqual([
      { label: 'role', value: 'leader' },
      { label: 'latency spikes', value: '1,200' },
      { label: 'owned', value: '0, 3' },
      { label: 'upstream events, noise', value: '4' },
      { label: 'recording, since', value: '2025-12-07T14:30:22.000Z' },
    ]);
  });

  it('has the conditions that fail first', () => {
    expect(checksOf(told).map(({ name, ok }) => [name, ok])).toEqual([
      ['data', false],
      ['history', true],
    ]);
  });
});

describe('an age', () => {
  it.each([
    [0, 'just now'],
    [1_400, 'just now'],
    [12_300, '12 s ago'],
    [119_000, '119 s ago'],
    [180_000, '3 min ago'],
    [7_300_000, '2 h ago'],
    [200_000_000, '2 days ago'],
  ])('of %i ms is %s', (ms, words) => {
    expect(ageWords(ms)).toBe(words);
  });
});

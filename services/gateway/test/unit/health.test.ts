import type { GroupState, ServiceState } from '@vectra/stream';
import { describe, expect, it } from 'vitest';
import { assess, FORGOTTEN_LAG, FRESH_MS, LAG_LIMIT, type HealthQuestion } from '../../src/health.js';

const NOW = 1_765_500_000_000;

function service(name: string, more: Partial<ServiceState> = {}): ServiceState {
  const base = { name, instance: `${name}1`, host: 'box', pid: 7, startedAt: NOW - 60_000, at: NOW - 500 };
  return { ...base, ok: true, detail: {}, ...more };
}

const source = { source: 'public', connected: true, reconnects: 0, lastEventAt: NOW, latencyMs: null };
const feed = service('feed', { detail: { sources: [source] } });
const recorder: GroupState = {
  name: 'recorder',
  delivered: 100,
  pending: 0,
  lag: 0,
  deadLetters: 0,
  ephemeral: false,
};

function question(change: Partial<HealthQuestion['observation']> = {}): HealthQuestion {
  const log = { epoch: 'aaaa', first: 1, last: 100 };
  const services = [feed, service('recorder')];
  return {
    observation: { failure: null, answeredAt: NOW, log, groups: [recorder], services, ...change },
    gateway: { clients: 2, latencyMs: { p50: 1, p95: 2, p99: 3 }, position: 100 },
    expectedServices: ['feed', 'recorder'],
    requiredGroups: ['recorder'],
    redis: '127.0.0.1:6379',
    now: NOW,
  };
}

const partsOf = (asked: HealthQuestion) => assess(asked).problems.map(({ part }) => part);

describe('the health of the system', () => {
  it('is ok when everything is', () => {
    const report = assess(question());
    expect(report).toMatchObject({ status: 'ok', problems: [], log: { reachable: true, last: 100 } });
    expect(report.sources).toMatchObject([{ source: 'public', connected: true, service: 'feed' }]);
    expect(report.groups).toEqual([{ name: 'recorder', lag: 0, pending: 0, deadLetters: 0, required: true }]);
  });

  it('says in which mode the feed works and why, unless its connections or checks say so already', () => {
    const reasons = [
      { code: 'spare_followed', message: 'chrome is followed in place of public' },
      { code: 'waiting', message: '900 events wait to be stored' },
    ];
    const detail = { sources: [source], role: 'leader', mode: 'degraded', reasons };
    const { status, problems } = assess(
      question({ services: [service('feed', { detail }), service('recorder')] }),
    );
    expect(status).toBe('degraded');
    expect(problems.map(({ message }) => message)).toEqual([
      'The feed is in degraded mode: 900 events wait to be stored.',
    ]);
  });

  it('is down when Redis does not answer, and blames nobody else for that', () => {
    const asked = question({ failure: 'connect ECONNREFUSED', answeredAt: NOW - 40_000, services: [] });
    const { status, problems } = assess(asked);
    expect(status).toBe('down');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toBe(
      'Redis at 127.0.0.1:6379 has not answered for 40 s (connect ECONNREFUSED).',
    );
  });

  it.each([
    ['that has never reported', [feed], 'recorder has not reported: it is not running'],
    ['that is silent', [feed, service('recorder', { at: NOW - FRESH_MS - 1 })], 'has not reported for 15 s'],
    [
      'that says so',
      [
        feed,
        service('recorder', { ok: false, detail: { checks: { disk: { ok: false, detail: 'is full' } } } }),
      ],
      'recorder (process 7 on box) says it is not well: disk is full.',
    ],
  ])('is degraded by an expected service %s', (_name, services, message) => {
    const { status, problems } = assess(question({ services }));
    expect(status).toBe('degraded');
    expect(problems[0]?.part).toBe('service recorder');
    expect(problems[0]?.message).toContain(message);
  });

  it('accepts a service of which one instance is well', () => {
    const services = [feed, service('recorder', { ok: false }), service('recorder', { instance: 'b' })];
    expect(partsOf(question({ services }))).toEqual([]);
  });

  it('is degraded by a source that no feed has connected', () => {
    const lost = service('feed', { detail: { sources: [{ ...source, connected: false }] } });
    expect(partsOf(question({ services: [lost, service('recorder')] }))).toEqual(['source public']);
    expect(partsOf(question({ services: [lost, feed, service('recorder')] }))).toEqual([]);
  });

  it('is degraded by dead letters of any group, and says how to see them', () => {
    const [problem] = assess(question({ groups: [{ ...recorder, deadLetters: 2 }] })).problems;
    expect(problem).toMatchObject({
      part: 'group recorder',
      message: expect.stringMatching(/^2 entries/) as string,
    });
    expect(problem?.remedy).toContain('dead-letters list recorder');
  });

  it('is degraded by any other group that seems forgotten, for which the log keeps everything', () => {
    const bot = { ...recorder, name: 'bot', lag: FORGOTTEN_LAG };
    expect(partsOf(question({ groups: [recorder, bot] }))).toEqual([]);
    expect(partsOf(question({ groups: [recorder, { ...bot, lag: FORGOTTEN_LAG + 1 }] }))).toEqual([
      'group bot',
    ]);
    const gateway = { ...bot, lag: FORGOTTEN_LAG + 1, ephemeral: true };
    expect(partsOf(question({ groups: [recorder, gateway] }))).toEqual([]);
  });

  it('is degraded by a required group that lags or is absent, but not before there is a log', () => {
    expect(partsOf(question({ groups: [{ ...recorder, lag: LAG_LIMIT }] }))).toEqual([]);
    expect(partsOf(question({ groups: [{ ...recorder, lag: LAG_LIMIT + 1 }] }))).toEqual(['group recorder']);
    expect(partsOf(question({ groups: [{ ...recorder, name: 'bot', lag: LAG_LIMIT + 1 }] }))).toEqual([
      'group recorder',
    ]);
    expect(partsOf(question({ groups: [], log: { epoch: null, first: 1, last: 0 } }))).toEqual([]);
  });

  it('is degraded by this gateway being behind', () => {
    expect(partsOf(question({ log: { epoch: 'aaaa', first: 1, last: 100 + LAG_LIMIT + 1 } }))).toEqual([
      'gateway',
    ]);
  });

  it('survives whatever a service says of itself', () => {
    const odd = [
      service('feed', { detail: { sources: 'none' } }),
      service('recorder', { detail: { checks: 3 } }),
    ];
    expect(partsOf(question({ services: odd }))).toEqual([]);
  });

  it('says once of a service that runs which of its slots are behind', () => {
    const slots = [0, 1, 2].map((slot) => ({
      ...recorder,
      name: `paper:${slot}`,
      lag: slot * (LAG_LIMIT + 1),
    }));
    const asked = (services: ServiceState[]) =>
      assess(question({ groups: [recorder, ...slots], services: [feed, service('recorder'), ...services] }));
    const [problem, ...others] = asked([service('paper'), service('paper', { instance: 'paper2' })]).problems;
    expect(problem).toMatchObject({
      part: 'service paper',
      message: expect.stringContaining('2 slots') as string,
    });
    expect(others).toEqual([]);
    expect(asked([]).status).toBe('ok');
  });
});

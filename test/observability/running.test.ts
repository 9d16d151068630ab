import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connect } from '@vectra/client';
import type { Event } from '@vectra/protocol';
import { eventually, metric, testSystem, type TestSystem } from '../harness.js';
import { alerts, dashboardsIn, hasPromtool, promtool, ROOT } from './files.js';
import { isIn, samplesIn, selectionsIn } from './promql.js';

const SERVICES = ['feed', 'recorder', 'paper', 'gateway', 'simulator'] as const;
type Service = (typeof SERVICES)[number];
/** Of every process of Node, or known to Prometheus itself. */
const COMMON = /^(process|nodejs)_|^up$/;

let test: TestSystem;
const scrapes = new Map<Service, string>();

beforeAll(async () => {
  test = await testSystem({
    env: { SIMULATOR_SPEED: '10', LOG_LEVEL: 'debug', RECORDER_RAW_CAPTURE: 'true' },
  });
  const recorder = test.system.url('recorder');
  await eventually(
    'a game is recorded',
    async () => (await metric(recorder, 'recorder_games_written_total')) > 0,
    120_000,
  );
  const gateway = test.system.url('gateway');
  await eventually('the gateway knows the groups', async () =>
    (await scrape(gateway)).includes('log_group_lag_events{'),
  );
  await eventually('files are listed', async () => (await scrape(recorder)).includes('recorder_kept_bytes{'));
  for (const service of SERVICES) scrapes.set(service, await scrape(test.system.url(service)));
});
afterAll(() => test.stop());

async function scrape(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

/** The names that a scrape declares: of a histogram its own, without those of its parts. */
function declaredBy(service: Service): string[] {
  return [...(scrapes.get(service) ?? '').matchAll(/^# TYPE (\S+) /gm)]
    .map(([, name = '']) => name)
    .filter((name) => !COMMON.test(name));
}

describe('the metrics of the running system', () => {
  it.skipIf(!hasPromtool).each(SERVICES)('of %s are named as promtool expects', (service) => {
    expect(promtool(['check', 'metrics'], scrapes.get(service))).toBe('');
  });

  it('have units, and are counters where they say so', () => {
    for (const service of SERVICES) {
      const types = [...(scrapes.get(service) ?? '').matchAll(/^# TYPE (\S+) (\S+)$/gm)];
      for (const [, name = '', type] of types) {
        if (/^(process|nodejs)_/.test(name)) continue;
        expect(name.endsWith('_total'), name).toBe(type === 'counter');
        expect(name, name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/);
        if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      }
    }
  });

  it('are all on the page about monitoring, and no others', () => {
    const page = readFileSync(join(ROOT, 'docs/monitoring.md'), 'utf8');
    const [section = ''] = page.split('\n## Metrics\n').at(1)?.split('\n## ') ?? [];
    const rows = section.split('\n').filter((line) => /^\| `[a-z]/.test(line));
    const documented = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([a-z_]+)/g)].map(([, name]) => name),
    );
    const told = new Set(SERVICES.flatMap(declaredBy));
    // The sidecar of Chrome is not part of the demo.
    const others = documented.filter((name) => name !== undefined && !name.startsWith('chrome_'));
    expect(others.toSorted()).toEqual([...told].toSorted());
  });

  const queries = [
    ...alerts().map(({ name, expr }) => [`alert ${name}`, expr] as const),
    ...[...dashboardsIn().values()].flatMap(({ title, panels }) =>
      panels.flatMap((panel) => panel.targets.map(({ expr }) => [`${title}, ${panel.title}`, expr] as const)),
    ),
  ];

  it.each(queries)('have what is asked for by %s: %s', (_name, expr) => {
    const samples = [...scrapes.values()].flatMap(samplesIn);
    for (const selection of selectionsIn(expr).filter((of) => of.metric !== 'up'))
      expect(isIn(selection, samples), JSON.stringify(selection)).toBe(true);
  });
});

describe('an event', () => {
  const lines = (): Record<string, unknown>[] =>
    test
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const linesSaying = (what: string): Record<string, unknown>[] => lines().filter(({ msg }) => msg === what);
  /** What each service logged of an event, by the fields that its lines have in common. */
  const linesOf = (event: Event): Record<string, unknown>[] => {
    const [epoch] = event.id.split(':');
    return lines().filter((line) => line.epoch === epoch && line.seq === event.seq && 'type' in line);
  };

  it('that a browser got is found in the log of every service that it went through, from its upstream event on', async () => {
    const events: Event[] = [];
    const url = test.system.url('gateway');
    const connection = connect({ url, channels: ['game.tick'], WebSocket });
    connection.on('event', (event) => events.push(event));
    const event = await eventually('an event comes', () => events[0]);
    connection.close();
    const told = (): string[] =>
      linesOf(event).map(({ service, msg }) => `${String(service)}: ${String(msg)}`);
    const way = [
      'feed: given a place',
      'feed: stored',
      'recorder: recorded',
      'paper: followed',
      'gateway: handed to clients',
    ];
    await eventually('all have logged it', () => way.every((step) => told().includes(step)));
    for (const line of linesOf(event)) expect(line).toMatchObject({ gameId: event.gameId, type: event.type });
    expect(linesOf(event).find(({ msg }) => msg === 'given a place')).toMatchObject({
      upstream: 'gameStateUpdate',
    });
  });

  it('on which a session of paper trading bets is named beside the session', async () => {
    const strategy = { name: 'test', initial_balance: 1, entry_tick: 0, num_bets: 1, bet_sizes: [0.01] };
    const socket = new WebSocket(`${test.system.url('gateway').replace('http', 'ws')}/ws`);
    socket.on('open', () =>
      socket.send(JSON.stringify({ action: 'join_live', session_id: 'followed', strategy })),
    );
    const placed = await eventually(
      'it bets',
      () =>
        linesSaying('bets are placed').find(({ sessions }) => (sessions as string[]).includes('followed')),
      120_000,
    );
    socket.close();
    const { epoch, seq, gameId, type } = placed;
    const ofTheEvent = expect.objectContaining({ epoch, seq, gameId, type }) as unknown;
    await expect.poll(() => linesSaying('recorded')).toContainEqual(ofTheEvent);
  });

  it('that matters is told at info: a game that begins, ends and is recorded, and a client that resumes', async () => {
    const first = (msg: string) => linesSaying(msg).find(({ level }) => level === 30);
    const ended = await eventually('a game ends', () => first('a game ends'));
    expect(first('a game begins')).toMatchObject({ service: 'feed', type: 'game.start' });
    expect(ended).toMatchObject({ service: 'feed', type: 'game.end', reason: 'rugged' });
    const { gameId, epoch, seq } = ended;
    await eventually('it is recorded', () =>
      linesSaying('game recorded').some((line) => line.gameId === gameId && line.epoch === epoch),
    );

    const socket = new WebSocket(`${test.system.url('gateway').replace('http', 'ws')}/ws`);
    socket.on('open', () =>
      socket.send(
        JSON.stringify({ action: 'subscribe', channels: ['*'], since: `${String(epoch)}:${String(seq)}` }),
      ),
    );
    const resumed = await eventually('the client resumes', () => first('a client resumes'));
    socket.close();
    expect(resumed).toMatchObject({ service: 'gateway', epoch, seq, recovered: true });
  });
});

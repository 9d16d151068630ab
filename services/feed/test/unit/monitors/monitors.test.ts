import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataWatch } from '../../../src/monitors/dataAge.js';
import { LatencyMonitor } from '../../../src/monitors/latency.js';
import { Limiter } from '../../../src/monitors/limiter.js';
import { modeOf, type Condition } from '../../../src/monitors/mode.js';
import { FakeGame } from '../frames.js';

const NOW = 1_767_225_600_000;
const game = FakeGame.lasting(10);

describe('a connection', () => {
  const watch = (payload?: object): DataWatch => {
    const data = new DataWatch();
    data.connected(NOW);
    if (payload !== undefined) data.heard({ name: 'gameStateUpdate', args: [payload], receivedAt: NOW });
    return data;
  };
  const okAfter = (payload: object | undefined, ms: number): boolean => watch(payload).assess(NOW + ms).ok;

  it('that is silent in play is ill within 10 s', () => {
    expect(okAfter(game.tick(3), 7_900)).toBe(true);
    expect(watch(game.tick(3)).assess(NOW + 9_000)).toMatchObject({
      ok: false,
      ageMs: 9_000,
      problem: 'connected, and silent for 9 s in play',
    });
  });

  it('that is silent in a countdown, or between the frames of a rug, is given longer', () => {
    expect(okAfter(game.countdown(15_000), 15_000)).toBe(true);
    expect(okAfter({ ...game.tick(3), rugged: true }, 15_000)).toBe(true);
    expect(okAfter(game.countdown(15_000), 21_000)).toBe(false);
  });

  it('is not ill while the game is paused, however long', () => {
    expect(okAfter({ ...game.countdown(9_000), cooldownPaused: true }, 86_400_000)).toBe(true);
    expect(okAfter({ ...game.tick(1), pauseMessage: 'maintenance' }, 86_400_000)).toBe(true);
  });

  it('that never gives a frame is ill; one that is lost is not silent', () => {
    expect(okAfter(undefined, 9_000)).toBe(false);
    const lost = watch(game.tick(3));
    lost.lost();
    expect(lost.assess(NOW + 60_000)).toEqual({ ok: true, ageMs: null, problem: null });
  });

  it('is judged anew when it is there again', () => {
    const data = watch(game.tick(3));
    data.lost();
    data.connected(NOW + 60_000);
    expect(data.assess(NOW + 61_000).ok).toBe(true);
    expect(data.assess(NOW + 70_000).problem).toMatch(/connected for 10 s, and no frame/);
  });
});

describe('the limiter', () => {
  it('never lets more through than its rate allows beyond one burst, and never less when fewer come', () => {
    const steps = fc.array(fc.nat({ max: 400 }), { maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (rate, gaps) => {
        const limiter = new Limiter(rate, 2);
        let at = NOW;
        let admitted = 0;
        for (const gap of gaps) {
          at += gap;
          if (limiter.admits(at)) admitted++;
        }
        const elapsed = (at - NOW) / 1_000;
        expect(admitted).toBeLessThanOrEqual(Math.ceil(2 * rate + rate * elapsed) + 1);
        if (gaps.length <= 2 * rate) expect(admitted).toBe(gaps.length);
      }),
    );
  });

  it('gives nothing for a clock that goes back', () => {
    const limiter = new Limiter(1, 1);
    expect([NOW, NOW - 60_000, NOW - 30_000, NOW].map((at) => limiter.admits(at))).toEqual([
      ...[true, false, false, false],
    ]);
  });
});

describe('the latency', () => {
  it('is that of the newest samples, and a spike is one that springs far above them', () => {
    const latency = new LatencyMonitor();
    expect(latency.quantiles(NOW)).toBeNull();
    for (let sample = 0; sample < 1_000; sample++) latency.add(2, NOW);
    expect([99, 101, 2, 5_000].map((ms) => latency.add(ms, NOW))).toEqual([false, true, false, true]);
    expect(latency.spikes).toBe(2);
    expect(latency.quantiles(NOW)).toMatchObject({ p50: 2, p95: 2 });
    for (let sample = 0; sample < 1_000; sample++) latency.add(300, NOW);
    expect(latency.quantiles(NOW)).toEqual({ p50: 300, p95: 300, p99: 300 });
    expect(latency.add(300, NOW)).toBe(false);
  });

  it('says nothing any more of what was a minute ago: a feed that stands by has none', () => {
    const latency = new LatencyMonitor();
    for (let sample = 0; sample < 100; sample++) latency.add(7_909, NOW);
    for (let sample = 0; sample < 10; sample++) latency.add(3, NOW + 50_000);
    expect(latency.quantiles(NOW + 60_000)).toMatchObject({ p99: 7_909 });
    expect(latency.quantiles(NOW + 60_001)).toEqual({ p50: 3, p95: 3, p99: 3 });
    expect(latency.quantiles(NOW + 110_001)).toBeNull();
  });
});

describe('the operating mode', () => {
  const well: Condition = {
    connections: [
      { name: 'public', connected: true },
      { name: 'chrome', connected: true },
    ],
    ...{ preferred: 'public', followed: 'public', silence: null, logProblem: null, waiting: 0, p99: 4 },
  };
  const none = well.connections.map((one) => ({ ...one, connected: false }));

  it.each<[string, Partial<Condition>, string[]]>([
    ['normal', {}, []],
    [
      'degraded',
      {
        connections: [
          { name: 'public', connected: false },
          { name: 'chrome', connected: true },
        ],
        followed: 'chrome',
      },
      ['connection_lost', 'spare_followed'],
    ],
    ['degraded', { waiting: 1_000 }, ['waiting']],
    ['degraded', { p99: 900 }, ['latency']],
    ['minimal', { connections: none }, ['no_connection']],
    ['minimal', { silence: 'silent for 9 s' }, ['silent']],
    ['minimal', { logProblem: 'Redis is away', waiting: 1_000 }, ['log', 'waiting']],
  ])('is %s with %j, and says why', (mode, change, codes) => {
    const found = modeOf({ ...well, ...change });
    expect(found.mode).toBe(mode);
    expect(found.reasons.map(({ code }) => code)).toEqual(codes);
  });
});

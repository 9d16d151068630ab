import { describe, expect, it } from 'vitest';
import { Observation } from '../../../src/check/observation.js';
import { render } from '../../../src/check/render.js';
import { judge } from '../../../src/check/verdict.js';
import type { SourceName, UpstreamEvent } from '../../../src/wire.js';
import { range } from '../drafts.js';
import { FakeGame } from '../frames.js';

const START = 1_767_225_600_000;
const upstream = 'https://game.example';
const game = FakeGame.lasting(60);

function observe(sources: SourceName[] = ['public']) {
  const observation = new Observation(START, sources);
  let now = START;
  const told = {
    connect: (via: SourceName = 'public', afterMs = 40) =>
      observation.status({ status: 'connected', attempt: 0, reason: null, receivedAt: START + afterMs, via }),
    lose: (reason: string, via: SourceName = 'public') =>
      observation.status({ status: 'reconnecting', attempt: 1, reason, receivedAt: now, via }),
    hear: (payload: unknown, event: Partial<UpstreamEvent> = {}) => {
      now += 250;
      observation.event({ name: 'gameStateUpdate', args: [payload], receivedAt: now, ...event });
    },
    wait: (ms: number) => (now += ms),
    problems: () => judge(observation.result(now), { upstream, chrome: 'http://127.0.0.1:9222' }),
    result: () => observation.result(now),
    report: () => render(observation.result(now), told.problems()),
  };
  return told;
}

describe('a connection that is well', () => {
  it('has no problem, and every event is accounted for', () => {
    const told = observe();
    told.connect();
    for (const ms of [300, 200, 100]) told.hear(game.countdown(ms));
    for (const tick of range(0, 20)) told.hear(game.tick(tick));
    told.hear({ message: 'hi' }, { name: 'newChatMessage' });
    expect(told.problems()).toEqual([]);
    const { byName, ticks, phases, tickIntervals, connections } = told.result();
    expect(ticks).toEqual({ received: 21, missed: 0, regressions: 0 });
    expect(phases.map(({ phase }) => phase)).toEqual(['PRESALE', 'GAME_ACTIVATION', 'ACTIVE_GAMEPLAY']);
    expect(tickIntervals).toMatchObject({ p50: 250, max: 250, count: 20 });
    expect(connections).toMatchObject([{ connectedAfterMs: 40, connected: true, losses: 0 }]);
    for (const { received, logged, noise } of byName)
      expect(received).toBe(logged + Object.values(noise).reduce((sum, one) => sum + one, 0));
    expect(told.report()).toContain('All is well.');
  });

  it('is not thought silent in a pause of the game', () => {
    const told = observe();
    told.connect();
    told.hear({ ...game.countdown(9_000), cooldownPaused: true });
    told.wait(60_000);
    expect(told.problems()).toEqual([]);
  });

  it('may tell a snapshot after a newer tick', () => {
    const told = observe();
    told.connect();
    for (const frame of [game.tick(41), game.snapshot(40), game.tick(42)]) told.hear(frame);
    expect(told.problems()).toEqual([]);
    expect(told.result().ticks).toMatchObject({ missed: 0, regressions: 0 });
  });
});

describe('what is wrong is said with its remedy', () => {
  it.each([
    ['the server answered 429', /too many requests/],
    ['the server answered 403', /UPSTREAM_ORIGIN/],
    ['connect ECONNREFUSED 127.0.0.1:1', /Nothing listens/],
    ['getaddrinfo ENOTFOUND game.example', /DNS/],
    ['self-signed certificate', /certificate/],
    ['timeout', /UPSTREAM_URL/],
  ])('no connection: %s', (reason, remedy) => {
    const told = observe();
    told.lose(reason);
    expect(told.problems()).toMatchObject([{ message: expect.stringContaining(reason) as string }]);
    expect(told.problems()[0]?.remedy).toMatch(remedy);
    expect(told.report()).toContain(`not connected: ${reason}`);
  });

  it('connected, and never a frame', () => {
    const told = observe();
    told.connect();
    told.wait(15_000);
    expect(told.problems()[0]?.message).toMatch(/no frame of the game came in 15 s/);
  });

  it('connected, and silent for more than ten seconds', () => {
    const told = observe();
    told.connect();
    told.hear(game.tick(3));
    told.wait(9_000);
    expect(told.problems()).toEqual([]);
    told.wait(2_000);
    expect(told.problems()[0]?.message).toMatch(/newest frame of the game is 11 s old/);
  });

  it('ticks that were missed, that came late, and that went back', () => {
    const told = observe();
    told.connect();
    for (const tick of [0, 1, 20]) told.hear(game.tick(tick));
    for (const tick of range(21, 23)) {
      told.wait(1_500);
      told.hear(game.tick(tick));
    }
    told.hear(game.tick(12));
    const messages = told.problems().map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringMatching(/Ticks come late/),
      expect.stringMatching(/9 ticks were missed/),
      expect.stringMatching(/went back 1 times/),
    ]);
  });

  it('events that cannot be read', () => {
    const told = observe();
    told.connect();
    told.hear(game.tick(1));
    told.hear({ ...game.tick(2), tickCount: 'two' });
    expect(told.problems()[0]?.message).toMatch(/cannot be read: gameStateUpdate: .*tickCount/);
  });

  it('a page that nobody is logged in to; one that is, is well', () => {
    const told = observe(['public', 'chrome']);
    told.connect();
    told.connect('chrome', 900);
    told.hear(game.tick(1));
    expect(told.problems()[0]).toMatchObject({ remedy: expect.stringContaining('Log in') as string });
    told.hear({ id: 'p1', username: 'dutch', hasUsername: true }, { name: 'usernameStatus', via: 'chrome' });
    expect(told.problems()).toEqual([]);
    expect(told.report()).toMatch(/account +dutch: usernameStatus/);
  });
});

it('the delay of events is told only when both clocks agree', () => {
  const told = observe();
  told.connect();
  told.hear({ timestamp: START + 100 }, { name: 'newSideBet' });
  expect(told.report()).toMatch(/delay +p50 150 ms/);
  const apart = observe();
  apart.connect();
  apart.hear({ timestamp: START - 86_400_000 * 30 }, { name: 'newSideBet' });
  expect(apart.report()).toMatch(/delay +not known: .* 30 days apart/);
});

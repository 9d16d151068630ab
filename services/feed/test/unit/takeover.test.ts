import { placeEvent, type Draft, type Event } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
// The generated games of the stand-in: the most like real traffic that there is without end.
import { fullFrame } from '../../../simulator/src/generator/frames.js';
import { Script } from '../../../simulator/src/generator/script.js';
import { Held, type Heard } from '../../src/held.js';
import { Normalizer } from '../../src/normalizer.js';
import { catchUp } from '../../src/takeover.js';
import type { UpstreamEvent } from '../../src/wire.js';
import { captures, upstreamEventsOf } from './captures.js';
import { FakeGame } from './frames.js';

const RECEIVED_AT = 1_767_225_600_000;
const HELD_MS = 60_000;

const normalizer = (): Normalizer => new Normalizer({ source: 'simulator', rawEvents: ['newChatMessage'] });
const placed = (drafts: readonly Draft[]): Event[] =>
  drafts.map((draft, index) => placeEvent(draft, 'abcd', index + 1));

function restored(log: readonly Draft[]): Normalizer {
  const into = normalizer();
  // As from Redis: through JSON.
  for (const event of placed(log)) into.restore(JSON.parse(JSON.stringify(event)) as Event);
  return into;
}

/** What makes an event one. Undefined for those without a natural key: they tell a state, not something that happened. */
function keyOf({ type, gameId, data }: Event): string | undefined {
  switch (type) {
    case 'game.tick':
      return [type, gameId, data.tickCount, data.price, data.rugged].join(' ');
    case 'game.end':
      return [type, gameId, data.reason, data.rugTick, data.peakMultiplier].join(' ');
    case 'game.start':
      return [type, gameId, data.joinedAtTick, data.serverSeedHash].join(' ');
    case 'game.sealed':
      return [type, gameId, data.verdict, data.complete].join(' ');
    case 'player.trade':
      return [type, data.tradeId].join(' ');
    case 'sidebet.placed':
    case 'sidebet.result':
      return [type, gameId, data.playerId, data.startTick].join(' ');
    default:
      return undefined;
  }
}

const rawOf = (drafts: readonly Draft[]): string[] =>
  drafts.flatMap(({ type, data }) => (type.startsWith('raw.') ? JSON.stringify([type, data]) : [])).sort();
const keysOf = (drafts: readonly Draft[]): string[] =>
  placed(drafts)
    .flatMap((event) => keyOf(event) ?? [])
    .sort();

/** What a feed that stops has to say of the game. */
const signingOff = (log: readonly Draft[]): Draft[] =>
  placed(log)
    .flatMap((event) => (event.type === 'game.phase' ? [event] : []))
    .slice(-1)
    .map((event) => ({
      ...event,
      data: { phase: 'UNKNOWN', previous: event.data.phase, cooldownTimer: 0 },
    }));

/** In this many upstream events is at least one frame that is logged. */
const OVERLAP = 60;

/** A stretch of traffic, and what one feed that hears all of it logs at each of its events. */
interface Traffic {
  name: string;
  events: UpstreamEvent[];
  logged: Draft[][];
  /** What a connection made before an event is sent first, if it is known. */
  snapshotAt: (index: number) => UpstreamEvent[];
}

function traffic(name: string, events: UpstreamEvent[], snapshotAt: Traffic['snapshotAt']): Traffic {
  const one = normalizer();
  return { name, events, snapshotAt, logged: events.map((event) => one.ingest(event).drafts) };
}

function generated(seed: string, count: number): Traffic {
  const script = new Script({ seed, startsAt: RECEIVED_AT });
  let before = script.opening;
  const snapshots: UpstreamEvent[] = [];
  const events: UpstreamEvent[] = [];
  for (const { at, event: name, args, moment } of script.messages()) {
    if (events.length === count) break;
    const receivedAt = Math.round(at);
    snapshots.push({ name: 'gameStateUpdate', args: [fullFrame(before, 'prices')], receivedAt });
    events.push({ name, args, receivedAt });
    before = moment;
  }
  return traffic(`generated games ${seed}`, events, (index) => snapshots.slice(index, index + 1));
}

const everyTraffic = [
  ...captures.map((capture) => traffic(capture, upstreamEventsOf(capture), () => [])),
  ...['a', 'b', 'c'].map((seed) => generated(seed, 1_500)),
];

describe.each(everyTraffic)('a feed that takes over in $name', ({ events, logged, snapshotAt }) => {
  const whole = keysOf(logged.flat());
  const raw = rawOf(logged.flat());

  it('leaves every event in the log once, as if one feed had heard all', () => {
    const place = fc.nat({ max: events.length - 1 });
    const choice = fc.record({
      died: place,
      /** How far before that the standby joined, and how long after it took over, in upstream events. */
      joinedBefore: fc.nat({ max: 300 }),
      tookAfter: fc.nat({ max: 60 }),
      /** How many of the events that came of the last upstream event reached the log. */
      part: fc.nat({ max: 5 }),
      /** It was stopped instead of killed: all reached the log, and that it does not know the phase any more. */
      stopped: fc.boolean(),
      withSnapshot: fc.boolean(),
    });
    fc.assert(
      fc.property(choice, ({ died, joinedBefore, tookAfter, part, stopped, withSnapshot }) => {
        const joined = Math.max(0, died - joinedBefore);
        const took = Math.min(events.length, died + tookAfter);
        const log = [
          ...logged.slice(0, died).flat(),
          ...(logged[died] ?? []).slice(0, stopped ? undefined : part),
        ];
        if (stopped) log.push(...signingOff(log));
        const held = new Held();
        const opening = withSnapshot ? snapshotAt(joined) : [];
        for (const event of [...opening, ...events.slice(joined, took)]) {
          held.push(event);
          held.expire(event.receivedAt);
        }
        const next = restored(log);
        const missing = catchUp(next, held.heard);
        const later = events.slice(took).flatMap((event) => next.ingest(event).drafts);
        const union = [...log, ...missing, ...later];
        expect(keysOf(union)).toEqual(whole);
        // What has no key is told apart by its place beside a frame that both have heard.
        if (died - joined >= OVERLAP || joined === 0) expect(rawOf(union)).toEqual(raw);
        expect(next.games.illegalTransitions).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('never lets the game go back', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: events.length - 1 }),
        fc.integer({ min: OVERLAP, max: 200 }),
        (died, joinedBefore) => {
          const heard = events.slice(Math.max(0, died - joinedBefore), died + 1);
          const next = restored(logged.slice(0, died + 1).flat());
          const missing = placed(catchUp(next, heard));
          // The log had everything: nothing is left to say.
          expect(missing.filter(({ type }) => type !== 'error')).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a feed that takes over', () => {
  const game = FakeGame.lasting(60);
  const frame = (payload: object, receivedAt = RECEIVED_AT): UpstreamEvent => ({
    name: 'gameStateUpdate',
    args: [payload],
    receivedAt,
  });
  const ticks = (from: number, to: number): UpstreamEvent[] =>
    Array.from({ length: to - from + 1 }, (_, index) => frame(game.tick(from + index)));
  const logOf = (...heard: Heard[]): Draft[] => catchUp(normalizer(), heard);
  const ticksIn = (drafts: readonly Draft[]): number[] =>
    placed(drafts).flatMap((event) => (event.type === 'game.tick' ? [event.data.tickCount] : []));

  it('takes everything in order when the log has none of it', () => {
    const drafts = catchUp(restored([]), ticks(3, 20));
    expect(ticksIn(drafts)).toEqual(Array.from({ length: 21 }, (_, tick) => tick));
    expect(drafts.filter(({ type }) => type === 'game.start')).toHaveLength(1);
  });

  it('fills in what the log lacks from before the newest frame it has', () => {
    const log = logOf(...ticks(0, 9), ...ticks(31, 40));
    const missing = catchUp(restored(log), ticks(5, 40));
    expect(ticksIn(missing)).toEqual(Array.from({ length: 17 }, (_, index) => 10 + index));
    expect(ticksIn([...log, ...missing])).toHaveLength(41);
    expect(missing.at(-1)).toMatchObject({ type: 'game.gap', data: { healed: true } });
  });

  it('ends a game whose rug the last feed logged without its end', () => {
    const log = logOf(...ticks(0, game.rugTick));
    const cut = log.slice(
      0,
      log.findIndex(({ type }) => type === 'game.end'),
    );
    const missing = catchUp(restored(cut), ticks(game.rugTick - 3, game.rugTick));
    expect(missing.map(({ type }) => type)).toEqual(['game.end']);
  });

  it('does not begin the countdown again that the log is in', () => {
    const next = new FakeGame('next');
    const countdown = Array.from({ length: 60 }, (_, n) => frame(next.countdown(14_900 - n * 100)));
    const heard = [...ticks(game.rugTick - 3, game.rugTick), ...countdown];
    const log = logOf(...ticks(0, game.rugTick), ...countdown.slice(0, 30));
    const told = placed(catchUp(restored(log), heard)).flatMap((event) =>
      event.type === 'game.phase' ? [event.data.cooldownTimer] : [],
    );
    expect(told).toEqual([11_000, 10_000, 9_000]);
  });

  it('tells the phase again when the last feed, stopping, said that it does not know it', () => {
    const stopped = normalizer();
    const log = [
      ...catchUp(stopped, ticks(0, 9)),
      ...stopped.games.connectionLost({ source: 'simulator', timestamp: RECEIVED_AT }),
    ];
    expect(catchUp(restored(log), ticks(0, 9))).toMatchObject([
      { type: 'game.phase', data: { phase: 'ACTIVE_GAMEPLAY', previous: 'UNKNOWN' } },
    ]);
  });

  it('takes a state that comes back later for news', () => {
    const says = (cash: number): UpstreamEvent => ({
      name: 'playerUpdate',
      args: [{ positionQty: 0, cash, avgCost: 0 }],
      receivedAt: RECEIVED_AT,
    });
    const heard = [...ticks(0, 3), says(1), says(2)];
    const next = restored(logOf(...heard));
    expect(catchUp(next, heard)).toEqual([]);
    expect(next.ingest(says(2)).noise).toBe('repeated');
    expect(next.ingest(says(1)).drafts[0]).toMatchObject({ type: 'player.update', data: { cash: '1' } });
  });

  it('knows after a loss of its own connection that anything may follow', () => {
    const lost = {
      status: 'disconnected',
      attempt: 1,
      reason: 'transport close',
      receivedAt: RECEIVED_AT,
    } as const;
    const next = new FakeGame('next');
    const into = restored([]);
    const drafts = catchUp(into, [...ticks(0, 5), lost, frame(next.countdown(9_000))]);
    const phases = placed(drafts).flatMap((event) => (event.type === 'game.phase' ? [event.data.phase] : []));
    expect(phases).toEqual(['GAME_ACTIVATION', 'ACTIVE_GAMEPLAY', 'UNKNOWN', 'PRESALE']);
    expect(into.games.illegalTransitions).toBe(0);
  });

  it('does not repeat what is stated over and over', () => {
    const account = {
      name: 'playerUpdate',
      args: [{ positionQty: 0, cash: 1.5, avgCost: 0, levelInfo: { xp: 3, level: 14 } }],
      receivedAt: RECEIVED_AT,
    };
    const identity = { name: 'usernameStatus', args: [{ username: 'x', id: 'a' }], receivedAt: RECEIVED_AT };
    const place = {
      name: 'gameStatePlayerUpdate',
      args: [{ gameId: game.gameId, leaderboardEntry: { pnl: 1, id: 'a' } }],
      receivedAt: RECEIVED_AT,
    };
    const stated = [account, identity, place];
    const log = logOf(...ticks(0, 3), ...stated);
    expect(log.slice(-3).map(({ type }) => type)).toEqual([
      'player.update',
      'player.identity',
      'player.leaderboard',
    ]);
    expect(catchUp(restored(log), [...ticks(0, 3), ...stated])).toEqual([]);
    const changed = { ...account, args: [{ positionQty: 0, cash: 1.25, avgCost: 0 }] };
    expect(catchUp(restored(log), [changed])).toMatchObject([{ data: { cash: '1.25' } }]);
  });

  it("does not repeat the account's own sidebets, and tells them beside everybody's", () => {
    const bet = {
      gameId: game.gameId,
      playerId: 'a',
      betAmount: 0.001,
      xPayout: 5,
      startTick: 2,
      endTick: 42,
    };
    const heard = ['newSideBet', 'currentSidebet'].map((name) => ({
      name,
      args: [bet],
      receivedAt: RECEIVED_AT,
    }));
    const log = logOf(...ticks(0, 3), ...heard);
    expect(log.filter(({ type }) => type === 'sidebet.placed')).toHaveLength(2);
    expect(catchUp(restored(log), heard)).toEqual([]);
  });
});

describe('what is held', () => {
  it('is the last minute in the order it was heard, and nothing older', () => {
    const time = fc.integer({ min: 0, max: 30_000 });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 200 }), (pauses) => {
        const held = new Held();
        const all: UpstreamEvent[] = [];
        let now = RECEIVED_AT;
        for (const [index, pause] of pauses.entries()) {
          now += pause;
          const event = { name: 'any', args: [index], receivedAt: now };
          all.push(event);
          held.push(event);
          held.expire(now);
          expect(held.heard).toEqual(all.filter(({ receivedAt }) => receivedAt >= now - HELD_MS));
        }
        expect(held.size).toBe(held.heard.length);
      }),
    );
  });

  it('waits while it is not told to expire, and is bounded all the same', () => {
    const held = new Held();
    for (let index = 0; index < 20_010; index++) {
      held.push({ name: 'any', args: [index], receivedAt: RECEIVED_AT + index * 1_000 });
    }
    expect(held.size).toBe(20_000);
    expect(held.heard[0]).toMatchObject({ args: [10] });
  });
});

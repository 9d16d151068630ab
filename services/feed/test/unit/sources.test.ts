import { placeEvent, type Draft, type Event } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullFrame } from '../../../simulator/src/generator/frames.js';
import { Script } from '../../../simulator/src/generator/script.js';
import { Normalizer } from '../../src/normalizer.js';
import type { SourceHandlers, UpstreamSource } from '../../src/source.js';
import { Sources, type MakeSource } from '../../src/sources.js';
import { Following } from '../../src/takeover.js';
import type { SourceName, UpstreamEvent } from '../../src/wire.js';

const STARTED = 1_767_225_600_000;

/** A connection that a test speaks through. */
class FakeSource implements UpstreamSource {
  readonly name: SourceName;
  readonly present = true;
  readonly reconnects = 0;
  readonly lastEventAt = null;
  readonly #handlers: SourceHandlers;
  connected = true;

  constructor(name: SourceName, handlers: SourceHandlers) {
    this.name = name;
    this.#handlers = handlers;
  }

  open(): void {
    this.connected = true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  say({ name, args }: Pick<UpstreamEvent, 'name' | 'args'>, receivedAt: number): void {
    if (this.connected) this.#handlers.onEvent({ name, args, receivedAt, via: this.name });
  }

  lose(receivedAt: number): void {
    this.connected = false;
    this.#handlers.onStatus({
      status: 'disconnected',
      attempt: 1,
      reason: 'test',
      receivedAt,
      via: this.name,
    });
  }

  find(receivedAt: number): void {
    this.connected = true;
    this.#handlers.onStatus({ status: 'connected', attempt: 0, reason: null, receivedAt, via: this.name });
  }
}

/** Both connections into one log. */
class Both {
  readonly log: Draft[] = [];
  readonly switches: string[] = [];
  readonly normalizer = new Normalizer({ source: 'simulator', rawEvents: ['newChatMessage'] });
  readonly following = new Following(this.normalizer);
  readonly sources: Sources;
  public!: FakeSource;
  chrome!: FakeSource;

  constructor() {
    const make =
      (name: SourceName): MakeSource =>
      (handlers) =>
        (this[name] = new FakeSource(name, handlers));
    this.sources = new Sources([make('public'), make('chrome')], {
      onEvent: (event, use) => this.log.push(...this.following.receive(event, use).drafts),
      onStatus: (change, blind) => this.log.push(...(blind ? this.normalizer.connection(change) : [])),
      onSwitch: ({ to }, heard) => {
        this.switches.push(to);
        this.log.push(...this.following.cross(heard));
      },
    });
  }

  /** Does all of it in the order of its times. */
  play(actions: { at: number; run: () => void }[]): void {
    for (const { run } of actions.sort((a, b) => a.at - b.at)) run();
  }

  get events(): Event[] {
    return this.log.map((draft, index) => placeEvent(draft, 'abcd', index + 1));
  }
}

interface Said extends UpstreamEvent {
  /** What a connection made before it is sent first. */
  snapshot: UpstreamEvent;
}

function generated(seed: string, count: number): Said[] {
  const script = new Script({ seed, startsAt: STARTED });
  let before = script.opening;
  const said: Said[] = [];
  for (const { at, event: name, args, moment } of script.messages()) {
    if (said.length === count) break;
    const receivedAt = Math.round(at);
    const snapshot = { name: 'gameStateUpdate', args: [fullFrame(before, 'prices')], receivedAt };
    said.push({ name, args, receivedAt, snapshot });
    before = moment;
  }
  return said;
}

/** What makes an event one; undefined for those that tell a state. */
function keyOf({ type, gameId, data }: Event): string | undefined {
  switch (type) {
    case 'game.tick':
      return [type, gameId, data.tickCount, data.price, data.rugged].join(' ');
    case 'game.end':
      return [type, gameId, data.reason, data.rugTick, data.peakMultiplier].join(' ');
    case 'game.start':
      return [type, gameId, data.joinedAtTick].join(' ');
    case 'game.sealed':
      return [type, gameId, data.verdict, data.complete].join(' ');
    case 'player.trade':
      return [type, data.tradeId].join(' ');
    case 'sidebet.placed':
    case 'sidebet.result':
      return [type, gameId, data.playerId, data.startTick].join(' ');
    default:
      return type === 'raw.newChatMessage' ? JSON.stringify([type, data]) : undefined;
  }
}

const keysOf = (events: readonly Event[]): string[] => events.flatMap((event) => keyOf(event) ?? []).sort();

function alone(said: readonly Said[]): string[] {
  const normalizer = new Normalizer({ source: 'simulator', rawEvents: ['newChatMessage'] });
  const log = said.flatMap((event) => normalizer.ingest(event).drafts);
  return keysOf(log.map((draft, index) => placeEvent(draft, 'abcd', index + 1)));
}

/** An outage of one connection while the other is well; they do not overlap. */
interface Outage {
  name: SourceName;
  /** ms after the last one's end, and how long. */
  after: number;
  lasts: number;
  /** Known to be lost; silent, and then all comes at once; or silent, and then known to be lost. */
  kind: 'lost' | 'stalled' | 'dropped';
}

const outage = fc.record({
  name: fc.constantFrom('public' as const, 'chrome' as const),
  after: fc.integer({ min: 6_000, max: 40_000 }),
  lasts: fc.integer({ min: 200, max: 30_000 }),
  kind: fc.constantFrom('lost' as const, 'stalled' as const, 'dropped' as const),
});

describe.each(['a', 'b', 'c'])('of two connections to generated games (%s)', (seed) => {
  const said = generated(seed, 2_500);
  const whole = alone(said);

  it('the log has everything once, however far one is behind the other, and whichever fails when', () => {
    const delay = fc.nat({ max: 3_000 });
    fc.assert(
      fc.property(fc.array(outage, { maxLength: 6 }), delay, delay, (outages, slowPublic, slowChrome) => {
        const both = new Both();
        const late = { public: slowPublic, chrome: slowChrome };
        const gone: (Outage & { from: number; to: number })[] = [];
        const actions: { at: number; run: () => void }[] = [];
        let now = STARTED;
        for (const one of outages) {
          const { name, kind } = one;
          const from = now + one.after;
          const to = from + one.lasts;
          gone.push({ ...one, from, to });
          now = to;
          if (kind === 'lost') actions.push({ at: from, run: () => both[name].lose(from) });
          if (kind === 'stalled') continue;
          actions.push({
            at: to,
            run: () => {
              if (kind === 'dropped') both[name].lose(to);
              both[name].find(to);
              const next = said.find(({ receivedAt }) => receivedAt + late[name] >= to);
              if (next !== undefined) both[name].say(next.snapshot, to);
            },
          });
        }
        for (const name of ['public', 'chrome'] as const) {
          for (const event of said) {
            const due = event.receivedAt + late[name];
            const away = gone.find((one) => one.name === name && due >= one.from && due < one.to);
            if (away !== undefined && away.kind !== 'stalled') continue;
            const at = away?.to ?? due;
            actions.push({ at, run: () => both[name].say(event, at) });
          }
        }
        both.play(actions);
        expect(keysOf(both.events)).toEqual(whole);
        expect(both.normalizer.games.illegalTransitions).toBe(0);
        for (const told of countdowns(both.events)) expect(told).toEqual([...told].sort((x, y) => y - x));
      }),
      { numRuns: 60 },
    );
  });
});

/** The time left as it is told in each countdown. */
function countdowns(events: readonly Event[]): number[][] {
  const told = new Map<string, number[]>();
  for (const event of events) {
    if (event.type !== 'game.phase' || event.data.cooldownTimer === 0) continue;
    told.set(event.gameId ?? '', [...(told.get(event.gameId ?? '') ?? []), event.data.cooldownTimer]);
  }
  return [...told.values()];
}

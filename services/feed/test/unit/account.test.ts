import type { Draft, EventData } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
// The generated games of the stand-in, and the account of its logged-in page.
import { Owner } from '../../../simulator/src/generator/owner.js';
import { Script } from '../../../simulator/src/generator/script.js';
import { Normalizer } from '../../src/normalizer.js';
import { catchUp } from '../../src/takeover.js';
import type { UpstreamEvent } from '../../src/wire.js';
import { captures, upstreamEventsOf } from './captures.js';
import { normalizer, of, RECEIVED_AT } from './drafts.js';

type Drift = EventData<'player.drift'>;
type Field = Drift['field'];

const driftsOf = (drafts: readonly Draft[]): Drift[] => of(drafts, 'player.drift').map(({ data }) => data);

/** What the logged-in page and the public connection hear of so many games, in order. */
function hear(seed: string, games: number): UpstreamEvent[] {
  const script = new Script({ seed, startsAt: RECEIVED_AT });
  const owner = new Owner(seed, script.opening);
  const heard: UpstreamEvent[] = [];
  const seen = new Set<string>();
  const own = (events: { event: string; payload: unknown }[], receivedAt: number): void => {
    for (const { event, payload } of events)
      heard.push({ name: event, args: [structuredClone(payload)], receivedAt, via: 'chrome' });
  };
  own(owner.welcome(script.opening), RECEIVED_AT);
  for (const { event, args, moment, at } of script.messages()) {
    seen.add(moment.game.id);
    if (seen.size > games) break;
    const receivedAt = Math.round(at);
    if (event !== 'gameStateUpdate') continue;
    heard.push({ name: event, args, receivedAt });
    own(owner.observe(moment, at), receivedAt);
  }
  return heard;
}

const ingest = (into: Normalizer, events: readonly UpstreamEvent[]): Draft[] =>
  events.flatMap((event) => into.ingest(event).drafts);

const updates = (events: readonly UpstreamEvent[]): number[] =>
  events.flatMap(({ name }, index) => (name === 'playerUpdate' ? [index] : []));

/** The same, but that from the statement at `from` to before the one at `to` a figure is off. */
function tampered(
  events: readonly UpstreamEvent[],
  [from, to]: [number, number],
  [field, by]: [Field, number],
): UpstreamEvent[] {
  return events.map((event, index) => {
    if (event.name !== 'playerUpdate' || index < from || index >= to) return event;
    const payload = event.args[0] as Record<string, unknown>;
    return { ...event, args: [{ ...payload, [field]: Number(payload[field]) + by }] };
  });
}

const fifty = hear('fifty', 50);
/** The first of them. */
const some = fifty.slice(0, 6_000);

describe('an honest account', () => {
  it('shows no drift over fifty games, in which it trades, bets and is rugged', () => {
    const drafts = ingest(normalizer(), fifty);
    expect(driftsOf(drafts)).toEqual([]);
    const trades = of(drafts, 'player.trade');
    const ends = new Set(of(drafts, 'game.end').map(({ gameId, data }) => `${gameId} ${data.rugTick}`));
    expect(
      trades.filter(({ gameId, data }) => ends.has(`${gameId} ${data.tickIndex}`)).length,
    ).toBeGreaterThan(5);
    expect(of(drafts, 'sidebet.result').some(({ data }) => data.own && data.won)).toBe(true);
    expect(of(drafts, 'player.update').length).toBeGreaterThan(100);
  });

  it.each(captures)('shows none in the captured session %s', (capture) => {
    expect(driftsOf(ingest(normalizer(), upstreamEventsOf(capture)))).toEqual([]);
  });

  it('shows none when each statement comes before what led to it', () => {
    const swapped: UpstreamEvent[] = [];
    for (const event of fifty) {
      const place =
        event.name === 'playerUpdate'
          ? swapped.findLastIndex(({ name }) => name === 'gameStatePlayerUpdate')
          : -1;
      if (place === -1) swapped.push(event);
      else swapped.splice(place + 1, 0, event);
    }
    expect(swapped).not.toEqual(fifty);
    expect(driftsOf(ingest(normalizer(), swapped))).toEqual([]);
  });

  it("shows none when the rug's own sale is never told", () => {
    const rugs = new Map(
      of(ingest(normalizer(), fifty), 'game.end').map(({ gameId, data }) => [gameId, data.rugTick]),
    );
    const untold = fifty.filter(({ name, args }) => {
      const trade = args[0] as { type?: string; gameId: string; tickIndex: number };
      return (
        name !== 'standard/newTrade' || trade.type !== 'sell' || rugs.get(trade.gameId) !== trade.tickIndex
      );
    });
    expect(untold.length).toBeLessThan(fifty.length - 5);
    expect(driftsOf(ingest(normalizer(), untold))).toEqual([]);
  });

  it('shows none when the public connection tells the same trades, before or after the page does', () => {
    const ahead = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(ahead, fc.nat({ max: 4 }), (by, kept) => {
        const both = [...some.entries()].flatMap(([index, event]) => {
          const told = some[index + by];
          if (told?.name !== 'standard/newTrade' || index % 5 > kept) return [event];
          return [{ ...told, via: 'public' as const }, event];
        });
        expect(driftsOf(ingest(normalizer(), both))).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  it('shows none over losses of the page, whatever it did meanwhile', () => {
    const gap = fc.record({ at: fc.nat({ max: some.length }), length: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 6 }), (gaps) => {
        const into = normalizer();
        const lost = (index: number): boolean =>
          gaps.some(({ at, length }) => index >= at && index < at + length);
        const drafts = some.flatMap((event, index) => {
          if (event.via !== 'chrome' || !lost(index)) return into.ingest(event).drafts;
          const change = { status: 'disconnected', receivedAt: event.receivedAt, via: 'chrome' } as const;
          return into.connection(change, false);
        });
        expect(driftsOf(drafts)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('shows none when another feed takes over, and none twice when it was seen before', () => {
    const index = updates(some)[60] ?? 0;
    const off = tampered(some, [index, Infinity], ['cash', -0.01]);
    const place = fc.integer({ min: Math.max(0, index - 100), max: index + 400 });
    for (const [events, most] of [
      [some, 0],
      [off, 1],
    ] as const) {
      fc.assert(
        fc.property(place, fc.nat({ max: 300 }), fc.nat({ max: 60 }), (died, joinedBefore, tookAfter) => {
          const log = ingest(normalizer(), events.slice(0, died));
          const next = new Normalizer({ source: 'simulator', rawEvents: [] });
          for (const event of log.map((draft, at) => ({ ...draft, v: 1, id: `a:${at + 1}`, seq: at + 1 })))
            next.restore(JSON.parse(JSON.stringify(event)) as Parameters<Normalizer['restore']>[0]);
          const took = died + tookAfter;
          const missing = catchUp(next, events.slice(Math.max(0, died - joinedBefore), took));
          const later = ingest(next, events.slice(took));
          expect(driftsOf([...log, ...missing, ...later]).length).toBeLessThanOrEqual(most);
        }),
        { numRuns: 10 },
      );
    }
  });
});

describe('an account that is tampered with', () => {
  const all = updates(some);

  it.each([
    ['cash', 0.01],
    ['cash', -0.000_002],
  ] as const)('shows one drift when its %s is off by %d from some statement on', (field, by) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: all.length - 5 }), (which) => {
        const into = normalizer();
        const drafts = ingest(into, tampered(some, [all[which] ?? 0, Infinity], [field, by]));
        const drifts = driftsOf(drafts);
        expect(drifts.map((one) => one.field)).toEqual([field]);
        expect(Number(drifts[0]?.server) - Number(drifts[0]?.local)).toBeCloseTo(by, 8);
        expect(into.account.drifts).toBe(1);
      }),
      { numRuns: 20 },
    );
  });

  it('shows no drift of 0.000001', () => {
    expect(
      driftsOf(ingest(normalizer(), tampered(some, [all[7] ?? 0, Infinity], ['cash', 0.000_000_99]))),
    ).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  channelMatcher,
  channelPattern,
  command,
  decodeEvent,
  encodeEvent,
  EVENT_TYPES,
  formatPosition,
  InvalidEventError,
  parsePosition,
  placeEvent,
  recordingNames,
  toDecimal,
  type Draft,
} from '../../src/index.js';

const draft: Draft = {
  type: 'game.tick',
  timestamp: 1_736_956_800_000,
  gameId: '20251212-6114b2ff44ef4b71',
  source: 'public',
  data: {
    tickCount: 42,
    price: '1.234567',
    active: true,
    rugged: false,
    phase: 'ACTIVE_GAMEPLAY',
    cooldownTimer: 0,
    tradeCount: 12,
  },
};

describe('a decimal string', () => {
  it('has no exponent and reads back to exactly the number it was made from', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = toDecimal(number);
        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(text)).toBe(Object.is(number, -0) ? 0 : number);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [1e-7, '0.0000001'],
    [1.5e-9, '0.0000000015'],
    [-2.5e-8, '-0.000000025'],
    [1e21, '1000000000000000000000'],
    [1.25e22, '12500000000000000000000'],
    [0.00925864293410624, '0.00925864293410624'],
  ])('of %d is %s', (number, text) => expect(toDecimal(number)).toBe(text));

  it('is refused for what is no finite number', () => {
    expect(() => toDecimal(Number.NaN)).toThrow(RangeError);
    expect(() => toDecimal(Infinity)).toThrow(RangeError);
  });
});

describe('an event', () => {
  it('carries its place in the log as its id', () => {
    expect(placeEvent(draft, '8f3a', 1042)).toMatchObject({ v: 1, id: '8f3a:1042', seq: 1042 });
  });

  it('is the same after encoding and decoding, and its text does not depend on the order of its fields', () => {
    const event = placeEvent(draft, '8f3a', 7);
    const text = encodeEvent(event);
    expect(decodeEvent(text)).toEqual(event);
    const shuffled = Object.fromEntries(Object.entries(event).reverse()) as typeof event;
    expect(encodeEvent(shuffled)).toBe(text);
  });

  it('of every type of the protocol has a schema that refuses nonsense', () => {
    for (const type of EVENT_TYPES) {
      const text = JSON.stringify({ ...placeEvent(draft, '8f3a', 1), type, data: 'nonsense' });
      expect(() => decodeEvent(text)).toThrow(InvalidEventError);
    }
  });

  it('of an upstream event without a type of its own is raw', () => {
    const raw: Draft = { ...draft, type: 'raw.newChatMessage', data: { payload: { message: 'hi' } } };
    expect(decodeEvent(encodeEvent(placeEvent(raw, '8f3a', 1)))).toMatchObject({
      data: { payload: { message: 'hi' } },
    });
  });

  it.each([
    ['{"v":1', /not JSON/],
    ['[]', /expected object/],
    [
      JSON.stringify({ ...placeEvent(draft, '8f3a', 1), type: 'game.tock' }),
      /unknown event type "game.tock"/,
    ],
    [JSON.stringify({ ...placeEvent(draft, '8f3a', 1), gameId: '../../etc' }), /game id/],
    [JSON.stringify({ ...placeEvent(draft, '8f3a', 1), v: 2 }), /v/],
    [JSON.stringify({ ...placeEvent(draft, '8f3a', 1), data: { ...draft.data, price: '1e-7' } }), /price/],
  ])('is refused, with the reason, when it is %s', (text, reason) =>
    expect(() => decodeEvent(text)).toThrow(reason),
  );
});

describe('a resume token', () => {
  it('reads back to the place it was made from', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{4,32}$/), fc.maxSafeNat(), (epoch, seq) => {
        fc.pre(seq < 1e16);
        expect(parsePosition(formatPosition({ epoch, seq }))).toEqual({ epoch, seq });
      }),
    );
  });

  it.each(['', '8f3a', '8f3a:', ':7', '8f3a:07', '8f3a:-1', 'xyz1:3', '8f3a:1:2'])('is not "%s"', (text) =>
    expect(parsePosition(text)).toBeUndefined(),
  );
});

describe('a channel', () => {
  it('selects one type, a family, or everything', () => {
    const matches = channelMatcher(['game.*', 'player.trade']);
    expect(EVENT_TYPES.filter(matches)).toEqual([
      ...['game.start', 'game.tick', 'game.phase', 'game.end', 'game.sealed', 'game.gap', 'player.trade'],
    ]);
    expect(EVENT_TYPES.filter(channelMatcher(['*']))).toEqual(EVENT_TYPES);
    expect(EVENT_TYPES.filter(channelMatcher([]))).toEqual([]);
    expect(channelMatcher(['raw.*'])('raw.standard/newTrade')).toBe(true);
    expect(channelMatcher(['game.*'])('gamer.tick')).toBe(false);
  });

  it.each(['', '**', 'game.', '.game', 'game.*.tick', 'Game', 'game .*'])('is not "%s"', (text) =>
    expect(channelPattern.safeParse(text).success).toBe(false),
  );

  it.each(['*', 'game.*', 'game.tick', 'error', 'raw.standard/newTrade'])('may be "%s"', (text) =>
    expect(channelPattern.safeParse(text).success).toBe(true),
  );
});

describe('a command', () => {
  it('is checked before it is obeyed', () => {
    expect(command.safeParse({ action: 'subscribe', channels: ['game.*'], since: '8f3a:7' }).success).toBe(
      true,
    );
    expect(command.safeParse({ action: 'subscribe', channels: [] }).success).toBe(false);
    expect(command.safeParse({ action: 'subscribe', channels: ['*'], since: 'yesterday' }).success).toBe(
      false,
    );
    expect(command.safeParse({ action: 'dance' }).success).toBe(false);
  });
});

describe("the names of a game's files", () => {
  it('come from its start in UTC and the end of its id', () => {
    expect(recordingNames('20251207-1e01ac417e9ac71e7', Date.parse('2025-12-07T14:30:22.118Z'))).toEqual({
      date: '2025-12-07',
      game: 'games/20251207T143022_e9ac71e7.game.json',
      jsonl: 'jsonl/game_20251207_143022_e9ac71e7.jsonl',
    });
  });
});

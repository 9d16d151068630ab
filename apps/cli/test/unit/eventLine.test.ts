import type { Event } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { EventLines, titles } from '../../src/eventLine.js';
import { paintFor, plain, type Paint } from '../../src/paint.js';

const GAME = '20251212-6114b2ff44ef4b71';
/** Shows what is painted how: `<red|text>`. */
const marked: Paint = (format, text) => `<${[format].flat().join('+')}|${text}>`;

function event(type: string, data: unknown, source = 'public'): Event {
  const place = { v: 1, id: 'aaaa:1', seq: 1, timestamp: Date.UTC(2025, 11, 7, 14, 30, 22, 118) };
  return { ...place, type, gameId: GAME, source, data } as Event;
}

function tick(tickCount: number, price: string, changes = {}): Event {
  const state = { active: true, rugged: false, phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: 1 };
  return event('game.tick', { tickCount, price, ...state, ...changes });
}

const rugged = event('game.end', {
  ...{ reason: 'rugged', rugTick: 128, rugPrice: '0.0213', peakMultiplier: '5.21', tickCount: 128 },
});

describe('a line of an event', () => {
  it('stands in columns below the titles, numbers to the right', () => {
    const lines = new EventLines(plain);
    expect([titles(plain), lines.line(tick(42, '1.234567')), lines.line(tick(1042, '123.456'))]).toEqual([
      'time (UTC)    type                game       tick       price',
      '14:30:22.118  game.tick           44ef4b71     42     1.2346x',
      '14:30:22.118  game.tick           44ef4b71   1042     123.46x',
    ]);
  });

  it('has rug, start and phases in words that need no colour', () => {
    const lines = new EventLines(plain);
    expect(lines.line(rugged)).toBe(
      '14:30:22.118  game.end            44ef4b71    128     0.0213x   RUGGED   peak 5.2100x',
    );
    const phase = { phase: 'PRESALE', previous: 'COOLDOWN', cooldownTimer: 8_200 };
    expect(lines.line(event('game.phase', phase))).toMatch(/PRESALE {2}9 s left$/);
    const start = { serverSeedHash: null, gameVersion: null, joinedAtTick: 12 };
    expect(lines.line(event('game.start', start))).toMatch(/START {3}joined at tick 12$/);
  });

  it('paints a price green above the one before it and red below, and a rug white on red', () => {
    const lines = new EventLines(marked);
    expect(lines.line(tick(1, '1'))).not.toContain('<green');
    expect(lines.line(tick(2, '1.1'))).toContain('<green|   1.1000x>');
    expect(lines.line(tick(3, '1.05'))).toContain('<red|   1.0500x>');
    expect(lines.line(rugged)).toContain('<bold+white+bgRed| RUGGED >');
  });

  it.each([
    ['game.gap', { fromTick: 3, toTick: 9, healed: false, by: null }, 'ticks 3 to 9 missed'],
    ['game.gap', { fromTick: 3, toTick: 9, healed: true, by: 'seed' }, 'ticks 3 to 9 filled from seed'],
    ['error', { code: 'A', message: 'broken' }, 'A  broken'],
    ['raw.chat', { payload: { text: 'hello' } }, '{"payload":{"text":"hello"}}'],
    [
      'connection.status',
      { status: 'reconnecting', source: 'public', attempt: 1, reason: 'timeout' },
      'reconnecting  public: timeout',
    ],
  ])('of %s says what happened', (type, data, text) => {
    expect(new EventLines(plain).line(event(type, data)).endsWith(text)).toBe(true);
  });
});

it('has colours on a terminal only, and where nothing speaks against them', () => {
  expect(paintFor({ isTTY: true }, {})('red', 'x')).not.toBe('x');
  expect(paintFor({ isTTY: false }, {})('red', 'x')).toBe('x');
  expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })('red', 'x')).toBe('x');
  expect(paintFor({ isTTY: true }, { TERM: 'dumb' })('red', 'x')).toBe('x');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginFault, Line, type Packet } from '../../src/faults/line.js';
import { faultRequest, type FaultRequest, type LineRequest } from '../../src/faults/request.js';
import { framesOf, play, shapeOf } from './messages.js';

const packet = (number: number, event = 'gameStateUpdate'): Packet => ({ event, args: [{ number }] });
const numbers = (packets: readonly Packet[]): unknown[] =>
  packets.map(({ args }) => (args[0] as { number: unknown }).number);

function lineRequest(given: unknown): LineRequest {
  const request = faultRequest.parse(given);
  if (request.kind === 'drift') throw new Error('expected a fault between the server and its clients');
  return request;
}

function lineWith(request: unknown, now = 0): Line {
  const line = new Line();
  line.add(beginFault(1, lineRequest(request), now));
  return line;
}

/** What arrives when packets 1 to `count` are sent at once. */
function send(line: Line, count: number): Packet[] {
  return Array.from({ length: count }, (_, index) => line.pass(packet(index + 1), 0)).flat();
}

const frames: Packet[] = framesOf(play('faults', 3)).map((frame) => ({
  event: 'gameStateUpdate',
  args: [frame],
}));
const shapes = (packets: readonly Packet[]): string[] =>
  packets.map(({ args }) => shapeOf(args[0] as Parameters<typeof shapeOf>[0]));

describe('a line', () => {
  it('without a fault passes every packet on as it is', () => {
    const line = new Line();
    for (const one of frames) expect(line.pass(one, 0)).toEqual([one]);
  });

  it('loses nothing and changes no order whatever stalls there are, once they are cleared', () => {
    const stalls = fc.array(
      fc.record({
        at: fc.nat(30),
        extent: fc.oneof(
          fc.record({ count: fc.integer({ min: 1, max: 9 }) }),
          fc.record({ durationMs: fc.integer({ min: 1, max: 9 }) }),
        ),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(stalls, (requests) => {
        const line = new Line();
        const arrived: Packet[] = [];
        for (let now = 0; now < 30; now++) {
          for (const { at, extent } of requests)
            if (at === now) line.add(beginFault(now, lineRequest({ kind: 'stall', ...extent }), now));
          arrived.push(...line.pass(packet(now), now));
        }
        arrived.push(...line.clear());
        expect(numbers(arrived)).toEqual(Array.from({ length: 30 }, (_, number) => number));
      }),
    );
  });
});

describe('a fault that is counted', () => {
  it('drop: that many frames never arrive', () => {
    expect(numbers(send(lineWith({ kind: 'drop', count: 3 }), 5))).toEqual([4, 5]);
  });

  it('drop: concerns the event it names, or any', () => {
    const line = lineWith({ kind: 'drop', event: 'newSideBet' });
    expect(line.pass(packet(1), 0)).toHaveLength(1);
    expect(line.pass(packet(2, 'newSideBet'), 0)).toEqual([]);
    expect(lineWith({ kind: 'drop', event: '*' }).pass(packet(1, 'whatever'), 0)).toEqual([]);
  });

  it('duplicate: each arrives twice', () => {
    expect(numbers(send(lineWith({ kind: 'duplicate', count: 2 }), 3))).toEqual([1, 1, 2, 2, 3]);
  });

  it('stall: they arrive together with the last of them', () => {
    const line = lineWith({ kind: 'stall', count: 3 });
    expect([1, 2].flatMap((number) => line.pass(packet(number), 0))).toEqual([]);
    expect(numbers(line.pass(packet(3), 0))).toEqual([1, 2, 3]);
    expect(numbers(line.pass(packet(4), 0))).toEqual([4]);
  });

  it('malformed: arrives cut', () => {
    expect(send(lineWith({ kind: 'malformed' }), 2).map(({ cut }) => cut)).toEqual([true, undefined]);
  });

  it('oversized: the payload grows by that many bytes and keeps what it had', () => {
    const [big] = send(lineWith({ kind: 'oversized', bytes: 5000 }), 1);
    expect(big?.args[0]).toEqual({ number: 1, padding: 'x'.repeat(5000) });
  });

  it('a snapshot for one client is no frame that all get', () => {
    const line = lineWith({ kind: 'drop' });
    expect(line.pass({ ...packet(1), to: 'client' }, 0)).toHaveLength(1);
    expect(line.faults).toHaveLength(1);
  });
});

describe('a fault that lasts', () => {
  it('ends with its time, and what it held back arrives', () => {
    const line = lineWith({ kind: 'stall', durationMs: 100 }, 1000);
    expect(line.pass(packet(1), 1050)).toEqual([]);
    expect(numbers(line.pass(packet(2), 1100))).toEqual([1, 2]);
    expect(line.faults).toEqual([]);
  });

  it('disconnect: refuses connections meanwhile', () => {
    const line = lineWith({ kind: 'disconnect', durationMs: 100 }, 0);
    expect([line.refuses(99), line.refuses(100)]).toEqual([true, false]);
  });

  it('disconnect: when counted, cuts that many connections', () => {
    const line = lineWith({ kind: 'disconnect', count: 2 });
    expect([line.cuts(0), line.cuts(0), line.cuts(0)]).toEqual([true, true, false]);
    expect(line.refuses(0)).toBe(false);
  });
});

describe('faults of the changeover', () => {
  const gameIds = (packets: readonly Packet[]): string[] =>
    packets
      .map(({ args }) => (args[0] as { gameId: string }).gameId)
      .filter((id, index, ids) => id !== ids[index - 1]);

  it('reorder: the game id goes from the old to the new, back, and to the new again', () => {
    const line = lineWith({ kind: 'reorder' });
    const first = frames.findIndex((_, index) => shapes(frames)[index] === 'presale opening');
    const arrived = frames.slice(0, first).flatMap((one) => line.pass(one, 0));
    const [ended, next] = [...new Set(gameIds(arrived))];
    expect(gameIds(arrived)).toEqual([ended, next, ended, next]);
    expect(arrived).toHaveLength(first);
    expect(line.faults).toEqual([]);
  });

  it('no-frame-c: the frame that reveals the seed never arrives', () => {
    const line = lineWith({ kind: 'no-frame-c', count: 10 });
    const arrived = frames.flatMap((one) => line.pass(one, 0));
    expect(shapes(frames)).toContain('new game');
    expect(shapes(arrived)).not.toContain('new game');
    expect(shapes(arrived)).toContain('second rug');
  });

  it('history-without-prices: the games of the history have none, as in February 2026', () => {
    const line = lineWith({ kind: 'history-without-prices', count: 10 });
    const full = frames.filter(
      ({ args }) => (args[0] as { gameHistory?: unknown }).gameHistory !== undefined,
    );
    for (const { args } of full.flatMap((one) => line.pass(one, 0))) {
      const frame = args[0] as Record<string, unknown> & { gameHistory: Record<string, unknown>[] };
      expect(frame.gameHistory).toHaveLength(10);
      for (const game of frame.gameHistory) {
        expect(game.prices).toBeUndefined();
        expect(game.provablyFair).toBeDefined();
      }
      expect(frame).not.toHaveProperty('highestTodayPrices');
      expect(frame).not.toHaveProperty('godCandle50xPrices');
      expect(frame).toHaveProperty('partialPrices');
    }
    expect(full.length).toBeGreaterThan(3);
  });
});

describe('a request', () => {
  it('is once, for all connections, unless it says otherwise', () => {
    expect(faultRequest.parse({ kind: 'drop' })).toEqual({
      kind: 'drop',
      event: 'gameStateUpdate',
      sockets: 'all',
    } satisfies FaultRequest);
  });

  const bad: unknown[] = [
    {},
    { kind: 'meteor' },
    { kind: 'drop', count: 0 },
    { kind: 'drop', count: 1.5 },
    { kind: 'drop', count: 1, durationMs: 1 },
    { kind: 'stall', durationMs: 3_600_001 },
    { kind: 'stall', event: 'x' },
    { kind: 'oversized', bytes: 1e9 },
    { kind: 'disconnect', sockets: 'nobody' },
    'drop',
    null,
  ];
  it.each(bad)('%j is refused', (request) => {
    expect(faultRequest.safeParse(request).success).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recoverRows } from '../../../src/import/damaged.js';
import { gather, LegacyGame } from '../../legacyScript.js';

const game = new LegacyGame('20251031-a2f8825cbf2148f4', [1, 0.9856880258688809, 1.004681788427, 0.02]);
const [a, b, c] = [game.tick(0), game.tick(1), game.tick(2)] as const;
const read = (line: string): unknown => JSON.parse(line);

/** As found in real recordings: the closing bracket and the line's end gave way to the first two bytes of the next row. */
const overwritten = (line: string): string => `${line.slice(0, -1)}{"`;

describe('a line two recorders wrote to', () => {
  it('gives every row when each lost its end to the next', () => {
    const { rows, lost, brokenOff } = recoverRows(overwritten(a) + overwritten(b) + c);
    expect(rows).toEqual([read(a), read(b), read(c)]);
    expect(lost).toBe(0);
    expect(rows.map((row) => brokenOff.has(row))).toEqual([true, true, false]);
  });

  it('gives every row when it begins with the first two bytes of an overwritten one', () => {
    expect(recoverRows(`{"${overwritten(a)}${b.slice(0, -1)}${c}`).rows).toEqual([read(a), read(b), read(c)]);
  });

  it('gives both rows wherever one was cut open by the other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: a.length - 1 }), (cut) => {
        const { rows, lost } = recoverRows(a.slice(0, cut) + b + a.slice(cut));
        expect(rows).toEqual([read(a), read(b)]);
        expect(lost).toBe(0);
      }),
    );
  });

  it('gives rows nested three deep', () => {
    const inner = b.slice(0, 40) + c + b.slice(40);
    expect(recoverRows(a.slice(0, 90) + inner + a.slice(90)).rows).toEqual([read(a), read(b), read(c)]);
  });

  it('counts a row as lost whose start is gone', () => {
    expect(recoverRows(a.slice(91))).toMatchObject({ rows: [], lost: 1 });
  });

  it('counts a row as lost that breaks off in the middle, and keeps the next', () => {
    expect(recoverRows(a.slice(0, 100) + b)).toMatchObject({ rows: [read(b)], lost: 1 });
  });

  it('never gives a price that lost digits', () => {
    fc.assert(
      fc.property(fc.nat(a.length), fc.nat(b.length), fc.nat(c.length), (from, to, end) => {
        const line = a.slice(from) + b.slice(0, to) + c.slice(0, end);
        const { prices } = gather([line]).gathering.games.get(game.id) ?? {};
        prices?.prices().forEach((price, tick) => expect([undefined, game.prices[tick]]).toContain(price));
      }),
    );
  });

  it('of the countdown gives no tick, however it breaks off', () => {
    const countdown = game.countdown();
    fc.assert(
      fc.property(fc.nat(countdown.length), (to) => {
        expect(
          gather([countdown.slice(0, to) + b])
            .gathering.games.get(game.id)
            ?.prices.has(0),
        ).toBe(false);
      }),
    );
  });

  it.each(['', 'null', '[1,2', '{"type"', '}}}{{{', '\u0000\u0000'])('survives %j', (line) => {
    expect(recoverRows(line).rows).toEqual([]);
  });
});

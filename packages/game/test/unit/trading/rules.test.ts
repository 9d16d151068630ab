import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  expectedChangePerTick,
  SIDEBET_TICKS,
  sidebetOdds,
  sidebetResult,
} from '../../../src/trading/rules.js';

interface Payouts {
  columns: string[];
  rows: (string | number | null)[][];
}

const file = new URL('../../../../../../shared/rugs/sidebet_payouts.json', import.meta.url);
const { columns, rows } = JSON.parse(readFileSync(file, 'utf8')) as Payouts;
const value = (row: (string | number | null)[], column: string) => row[columns.indexOf(column)] ?? null;
/** Some rows do not say the tick of the rug; a won bet of the same game does. */
const rugTicks = new Map(
  rows
    .filter((row) => Number(value(row, 'payout')) > 0)
    .map((row) => [value(row, 'gameId'), Number(value(row, 'tickIndex'))]),
);
const real = rows.flatMap((row) => {
  const of = (column: string): number => Number(value(row, column));
  const rugTick = value(row, 'rugTick') ?? rugTicks.get(value(row, 'gameId'));
  if (rugTick === undefined) return [];
  const ticks = { rugTick: Number(rugTick), startTick: of('startTick'), endTick: of('endTick') };
  return [{ ...ticks, amount: of('betAmount'), payout: of('payout'), profit: of('profit') }];
});

describe('a sidebet', () => {
  it('is settled as each of the real ones was', () => {
    expect(real).toHaveLength(rows.length);
    for (const { rugTick, startTick, endTick, amount, payout, profit } of real) {
      expect(endTick).toBe(startTick + SIDEBET_TICKS);
      const result = sidebetResult({ startTick, amount }, rugTick);
      expect(result.won).toBe(payout > 0);
      // The server multiplies doubles, so that its last digit may be off.
      expect(Number(result.payout)).toBeCloseTo(payout, 9);
      expect(Number(result.profit)).toBeCloseTo(profit, 9);
    }
  });

  it('wins at its last tick, and not one later', () => {
    expect(sidebetResult({ startTick: 7, amount: '0.003' }, 47)).toEqual({
      ...{ won: true, payout: '0.015', profit: '0.012' },
    });
    expect(sidebetResult({ startTick: 7, amount: '0.003' }, 48)).toEqual({
      ...{ won: false, payout: '0', profit: '-0.003' },
    });
  });

  it('is expected to bring back 0.908 of its stake', () => {
    expect(sidebetOdds().winProbability).toBeCloseTo(0.1817, 4);
    expect(sidebetOdds().expectedReturn).toBeCloseTo(0.9084, 4);
  });
});

it('a position is expected to lose about 0.05 % a tick', () => {
  expect(expectedChangePerTick()).toBeCloseTo(-0.00056, 5);
});

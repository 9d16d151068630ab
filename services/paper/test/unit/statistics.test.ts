import type { Effect } from '@vectra/game';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterGame,
  counted,
  meanReturnInterval,
  noStatistics,
  profitFactor,
  sharpe,
  winRate,
} from '../../src/index.js';

const settled = (profit: string): Effect => ({
  ...{
    kind: 'settled',
    gameId: 'a',
    startTick: 0,
    amount: '0.1',
    rugTick: 5,
    cash: '1',
    payout: '0',
    profit,
  },
  won: Number(profit) > 0,
});

describe('the figures of a session', () => {
  it('count what was won and lost', () => {
    const after = ['0.4', '-0.1', '-0.1'].map(settled).reduce(counted, noStatistics('1'));
    expect(after).toMatchObject({ wins: 1, losses: 2, grossProfit: '0.4', grossLoss: '0.2' });
    expect(winRate(after)).toBeCloseTo(1 / 3);
    expect(profitFactor(after)).toBe(2);
  });

  it('are unknown rather than invented before there is anything', () => {
    const none = noStatistics('1');
    expect([winRate(none), profitFactor(none), sharpe(none), meanReturnInterval(none)]).toEqual([
      ...[null, null, null, null],
    ]);
  });

  it('have the drawdown from the peak', () => {
    let figures = noStatistics('1');
    let before = '1';
    for (const after of ['2', '1.5', '3', '1.2', '1.8']) {
      figures = afterGame(figures, { before, after, staked: true });
      before = after;
    }
    expect(figures).toMatchObject({ gamesPlayed: 5, peakWallet: '3' });
    expect(figures.maxDrawdown).toBeCloseTo(0.6);
  });

  it('have the mean and the deviation of the returns as if all had been kept', () => {
    const wallet = fc.integer({ min: 1, max: 1_000_000 }).map((units) => String(units / 1_000));
    fc.assert(
      fc.property(fc.array(wallet, { minLength: 3, maxLength: 50 }), (wallets) => {
        let figures = noStatistics(wallets[0] ?? '1');
        const returns: number[] = [];
        for (let index = 1; index < wallets.length; index++) {
          const [before = '1', after = '1'] = wallets.slice(index - 1, index + 1);
          returns.push(Number(after) / Number(before) - 1);
          figures = afterGame(figures, { before, after, staked: true });
        }
        const mean = returns.reduce((sum, one) => sum + one, 0) / returns.length;
        const squares = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0);
        const deviation = Math.sqrt(squares / (returns.length - 1));
        const scale = Math.max(1, ...returns.map(Math.abs));
        expect(Math.abs(figures.returns.mean - mean) / scale).toBeLessThan(1e-9);
        if (deviation > scale * 1e-6) expect((sharpe(figures) ?? 0) / (mean / deviation)).toBeCloseTo(1, 6);
      }),
    );
  });
});

import type { PaperHappening } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { distributionOf, drawingOf, niceTicks } from '../../src/app/curves.js';
import { gainTone, percent, plainSol, signedSol, sol } from '../../src/app/figures.js';
import { backtestsOf, parseReport, Rows, type ReportGame } from '../../src/reports/report.js';

const game = (index: number, profit: string, wallet: string, bets = 1): ReportGame => ({
  ...{
    gameId: `20251207-${index}`,
    startTime: `2025-12-07T00:0${index}:00.000Z`,
    rugTick: 100,
    peak: 2,
    bets,
    profit,
    wallet,
  },
});
const GAMES = [
  game(1, '0.1', '1.1'),
  game(2, '-0.55', '0.55'),
  game(3, '0', '0.55', 0),
  game(4, '0.55', '1.1'),
];
const BET: PaperHappening = {
  kind: 'sidebet',
  gameId: '20251207-2',
  startTick: 60,
  amount: '0.01',
  cash: '1',
};
const SUMMARY = {
  strategy: { kind: 'observer', name: 'by hand', initial_balance: '1' },
  ...{
    games: 4,
    leftOut: 0,
    gamesStaked: 3,
    initial: '1',
    wallet: '1.1',
    profit: '0.1',
    betsPlaced: 3,
    refused: 0,
  },
  ...{
    staked: '0.03',
    broughtBack: 1.1,
    winRate: 0.5,
    winRateInterval: null,
    sidebets: null,
    profitFactor: null,
  },
  ...{ peakWallet: '1.1', maxDrawdown: 0.5, sharpe: null, meanReturn: null, brokeAfter: null, error: null },
  house: { changePerTick: -0.00056, sidebetChance: 0.1817, sidebetReturn: 0.908 },
};
const REPORT = { backtests: [{ summary: SUMMARY, games: GAMES, history: [BET] }] };

describe('a report of a backtest', () => {
  it('gives its curves and the returns of games with a stake', () => {
    const [one] = backtestsOf(parseReport(JSON.stringify(REPORT)));
    expect([...(one?.wallets ?? [])]).toEqual([1, 1.1, 0.55, 0.55, 1.1]);
    expect([...(one?.drawdowns ?? [])]).toEqual([0, 0, -0.5, -0.5, 0]);
    expect(one?.returns.map((value) => Number(value.toFixed(3)))).toEqual([0.1, -0.5, 1]);
  });

  it('gives its games by page, in the order wanted, with their bets', () => {
    const [first] = parseReport(JSON.stringify(REPORT)).backtests;
    if (first === undefined) throw new Error('expected a backtest');
    const rows = new Rows(first);
    const ids = (query: Partial<Parameters<Rows['page']>[0]>): string[] =>
      rows
        .page({ order: 'newest', stakedOnly: false, offset: 0, limit: 10, ...query })
        .rows.map(({ gameId }) => gameId.slice(-1));
    expect(ids({})).toEqual(['4', '3', '2', '1']);
    expect(ids({ stakedOnly: true })).toEqual(['4', '2', '1']);
    expect(ids({ order: 'worst', limit: 1 })).toEqual(['2']);
    expect(ids({ order: 'best', offset: 1, limit: 1 })).toEqual(['1']);
    expect(rows.page({ order: 'worst', stakedOnly: true, offset: 0, limit: 1 })).toMatchObject({
      total: 3,
      rows: [{ happenings: [BET] }],
    });
  });

  it.each([
    ['', /was an empty file$/],
    ['<!doctype html>', /was a page: .*report\.json/],
    ['{"backtests":', /as JSON; /],
    ['[1]', /was a list$/],
    ['{"combinations":[]}', /that of a sweep, .*paper sweep --out report\.html/],
    ['{"meta":{},"prices":[]}', /was a recorded game/],
    ['{"name":"late","initial_balance":1}', /was a strategy/],
    ['{"version":1}', /it has no "backtests", but "version"$/],
  ])('names what %j is instead', (text, message) => {
    expect(() => parseReport(text)).toThrow(message);
  });

  it('names the place of what is wrong in it', () => {
    const bad = { backtests: [{ ...REPORT.backtests[0], games: [GAMES[0], { ...GAMES[1], wallet: 7 }] }] };
    expect(() => parseReport(JSON.stringify(bad))).toThrow(
      /does not fit at backtests\[0\]\.games\[1\]\.wallet: /,
    );
  });
});

describe('curves', () => {
  it('hide neither the lowest nor the highest of many values, and end at the last one', () => {
    const values = Array.from({ length: 10_000 }, (_, index) =>
      index === 5_001 ? 9 : index === 7_003 ? -9 : 1,
    );
    const { paths, ticks, games } = drawingOf([{ name: 'wallet', values }], 0);
    expect(games).toBe(9_999);
    expect(paths[0]?.line).toMatch(/ 0\.00L/); // the highest is at the top
    expect(paths[0]?.line).toMatch(/ 100\.00L/);
    expect(paths[0]?.line).toMatch(/L1000\.0 44\.44$/);
    expect(paths[0]?.line.length).toBeLessThan(40_000);
    expect(ticks.map(({ value }) => value)).toEqual([-5, 0, 5]);
  });

  it('have round values at their edge', () => {
    expect(niceTicks(0.98, 1.04)).toEqual([0.98, 1, 1.02, 1.04]);
    expect(niceTicks(1, 1)).toEqual([1]);
  });

  it('count how often which value came', () => {
    const { bars, low, high } = distributionOf([-1, -1, -1, -1, 3]) ?? { bars: [], low: 0, high: 0 };
    expect([low, high]).toEqual([-1, 3]);
    expect(bars[0]).toMatchObject({ games: 4, share: 1 });
    expect(bars.at(-1)).toMatchObject({ games: 1, share: 0.5 });
    expect(distributionOf([])).toBeNull();
  });
});

describe('figures', () => {
  it('align, and show signs only of what is something', () => {
    expect([sol('1.080978185'), signedSol('0.01'), signedSol('-0.01'), signedSol('-0.00000001')]).toEqual([
      ...['1.0810', '+0.0100', '−0.0100', '0.0000'],
    ]);
    expect([plainSol('0.010000000'), percent(0.1817), percent(null), percent(-0.5, 0)]).toEqual([
      '0.01',
      '18.2 %',
      '–',
      '−50 %',
    ]);
    expect([gainTone('0.01'), gainTone(-1), gainTone('0.00000001')]).toEqual(['gain', 'loss', '']);
  });
});

import type { PaperHappening, PaperSession } from '@vectra/protocol';
import { GatewayError } from '@vectra/client';
import { describe, expect, it } from 'vitest';
import { EMPTY, newGame, type LiveState } from '../../src/connection/state.js';
import { betsOf, betsWords } from '../../src/paper/bets.js';
import { equityOf, nextLine, stakedIn, withOlder, withPage } from '../../src/paper/history.js';
import { blockedBecause, closedBecause, standingOf } from '../../src/paper/orderRules.js';
import { happeningWords, openWords, refusalWords, resultWords } from '../../src/paper/words.js';

const GAME = '20251207-1c1ca4cce9ac71e7';

function session(change: Partial<PaperSession> = {}): PaperSession {
  return {
    session_id: 'mine',
    strategy: { kind: 'observer', name: 'by hand', initial_balance: '1' },
    ...{
      is_active: true,
      error: null,
      created_at: 1,
      initial_balance: '1',
      cash: '1',
      wallet: '1',
      peak_wallet: '1',
    },
    ...{
      realized_pnl: '0',
      unrealized_pnl: '0',
      drawdown: 0,
      max_drawdown: 0,
      games_played: 0,
      total_wins: 0,
    },
    ...{
      total_losses: 0,
      total_bets_placed: 0,
      bets_this_game: 0,
      win_rate: null,
      profit_factor: null,
      sharpe: null,
    },
    ...{ mean_return: null, active_bet: null, position: null, waiting: 0, history_length: 0 },
    ...change,
  };
}

const BOUGHT: PaperHappening = {
  ...{ kind: 'bought', gameId: GAME, tick: 7, price: 1.25, qty: '0.04', amount: '0.05', cash: '0.95' },
};
const SOLD: PaperHappening = {
  ...{
    kind: 'sold',
    by: 'order',
    gameId: GAME,
    tick: 30,
    price: 1.5,
    qty: '0.04',
    amount: '0.06',
    profit: '0.01',
    cash: '1.01',
  },
};
const SETTLED: PaperHappening = {
  ...{
    kind: 'settled',
    gameId: GAME,
    startTick: 60,
    amount: '0.01',
    rugTick: 100,
    won: true,
    payout: '0.05',
  },
  ...{ profit: '0.04', cash: '1.05' },
};
const BET: PaperHappening = { kind: 'sidebet', gameId: GAME, startTick: 60, amount: '0.01', cash: '1' };
const over = (wallet: string): PaperHappening => ({
  kind: 'game',
  gameId: GAME,
  rugTick: 100,
  wallet,
  bets: 2,
});
const position = { game_id: GAME, qty: '0.04', avg_cost: '1.25', cost: '0.05' };
const bet = { game_id: GAME, start_tick: 60, end_tick: 100, amount: '0.01' };

function playing(prices: number[], change: Partial<LiveState> = {}): LiveState {
  return { ...EMPTY, phase: 'ACTIVE_GAMEPLAY', games: [{ ...newGame(GAME), prices }], ...change };
}

describe('the history of a session', () => {
  const page = (from: number, lines: PaperHappening[], created_at = 1) => ({
    ...{ session: session({ created_at }), history: { from, lines, next: null }, equity: [] },
  });

  it('goes on where the known lines end, and begins anew when it can not', () => {
    const first = withPage(null, page(0, [BET, SETTLED]));
    expect(nextLine(null)).toBeUndefined();
    expect(nextLine(first)).toBe(2);
    const more = withPage(first, page(2, [over('1.04')]));
    expect(more.lines).toEqual([BET, SETTLED, over('1.04')]);
    // The oldest were dropped meanwhile, or it is another session of that name.
    expect(withPage(more, page(7, [BET]))).toMatchObject({ first: 7, lines: [BET] });
    expect(withPage(more, page(3, [BET], 2))).toMatchObject({ first: 3, lines: [BET] });
  });

  it('takes older lines before those it has, each once', () => {
    const known = withPage(null, page(2, [over('1.04')]));
    expect(withOlder(known, page(0, [BET, SETTLED, over('1.04')]))).toMatchObject({
      ...{ first: 0, lines: [BET, SETTLED, over('1.04')] },
    });
  });

  it('gives the wallet after each game, from the start where that is known', () => {
    const lines = [BOUGHT, SOLD, over('1.01'), over('0.99')];
    expect(equityOf({ session: session(), first: 0, lines })).toEqual([1, 1.01, 0.99]);
    expect(equityOf({ session: session(), first: 9, lines })).toEqual([1.01, 0.99]);
    expect(stakedIn([...lines, BET])).toBeCloseTo(0.06);
  });
});

describe('what is drawn of the bets in a game', () => {
  it('is each sidebet over its 40 ticks, each order, and the price of what is held', () => {
    const bets = betsOf(GAME, [BOUGHT, SOLD, BET, SETTLED], session());
    expect(bets.windows).toEqual([{ from: 60, to: 100, state: 'won' }]);
    expect(bets.marks.map(({ tick, side }) => [tick, side])).toEqual([
      [7, 'buy'],
      [30, 'sell'],
    ]);
    expect(bets.entry).toBeNull();
    const open = betsOf(GAME, [BOUGHT, BET], session({ position, active_bet: bet }));
    expect(open).toMatchObject({ windows: [{ from: 60, to: 100, state: 'open' }], entry: 1.25 });
    expect(betsWords(open)).toBe('sidebet from tick 60 to 100 open, bought at tick 7, held at 1.25x');
  });

  it('is nothing of other games, and not what the rug sold', () => {
    const rug = { ...SOLD, by: 'rug' } as PaperHappening;
    expect(betsOf('another', [BOUGHT, SETTLED], session({ position, active_bet: bet }))).toEqual({
      ...{ windows: [], marks: [], entry: null },
    });
    expect(betsOf(GAME, [rug], session()).marks).toEqual([]);
  });
});

describe('whether something can be ordered', () => {
  const live = playing([1, 1.1]);

  it('says why nothing can', () => {
    expect(closedBecause(session(), live, true)).toBeNull();
    expect(closedBecause(session(), live, false)).toMatch(/not connected/);
    expect(closedBecause(session({ is_active: false }), live, true)).toMatch(/stopped/);
    expect(closedBecause(session(), playing([], { phase: 'COOLDOWN' }), true)).toMatch(/no game is in play/);
    expect(closedBecause(session(), { ...live, feed: { a: 'disconnected' } }, true)).toMatch(/feed/);
  });

  it('says why an amount does not fit', () => {
    expect(blockedBecause('buy', '0.01', session(), live)).toBeNull();
    expect(blockedBecause('buy', '', session(), live)).toBe('expected 0.001 to 5 SOL, was nothing');
    expect(blockedBecause('sidebet', '0,01', session(), live)).toBe('expected 0.001 to 5 SOL, was "0,01"');
    expect(blockedBecause('sidebet', '0.0001', session(), live)).toMatch(/^expected/);
    expect(blockedBecause('buy', '2', session(), live)).toBe('more than the 1 SOL of cash');
    expect(blockedBecause('buy', '0.01', session({ cash: '0.0001' }), live)).toBe('no cash is left');
    expect(blockedBecause('sidebet', '0.01', session({ active_bet: bet }), live)).toBe(
      'a sidebet runs to tick 100',
    );
  });

  it('says why nothing can be sold', () => {
    expect(blockedBecause('sell', '', session(), live)).toBe('nothing is held');
    expect(blockedBecause('sell', '', session({ position }), live)).toBeNull();
    expect(blockedBecause('sell', '0.02', session({ position }), live)).toBeNull();
    expect(blockedBecause('sell', '1', session({ position }), live)).toBe('more than the 0.04 held');
    expect(blockedBecause('sell', '-1', session({ position }), live)).toMatch(/^expected a quantity/);
    expect(blockedBecause('sell', '', session({ position }), { ...live, phase: 'PRESALE' })).toMatch(
      /presale/,
    );
  });
});

describe('how a session stands at the newest price', () => {
  it('reckons what is held, and the ticks that a sidebet has left', () => {
    const now = standingOf(session({ position, active_bet: bet }), playing(new Array<number>(71).fill(1.5)));
    expect(now.unrealized).toBeCloseTo(0.01);
    expect(now.worth).toBeCloseTo(1.01);
    expect(now.ticksLeft).toBe(30);
  });

  it('knows nothing of a game that was lost sight of', () => {
    const other = { ...position, game_id: 'another' };
    expect(standingOf(session({ position: other }), playing([2]))).toEqual({
      worth: 1,
      unrealized: 0,
      ticksLeft: null,
    });
  });
});

describe('the words of paper trading', () => {
  it('say what happened', () => {
    expect(happeningWords(BOUGHT)).toBe('Bought for 0.05 SOL at 1.25x');
    expect(resultWords(SOLD)).toBe('Sold at 1.50x for 0.0600 SOL, +0.0100 SOL');
    expect(happeningWords(BET)).toBe('Sidebet of 0.01 SOL on a rug by tick 100');
    expect(happeningWords(SETTLED)).toBe('Sidebet of 0.01 SOL won: rug at tick 100');
    expect(happeningWords(over('1'))).toBe('Game over at tick 100, 2 bets');
    expect(openWords(session())).toBeNull();
    expect(openWords(session({ position, active_bet: bet }))).toBe(
      'Sidebet of 0.01 SOL to tick 100, 0.05 SOL held at 1.25x',
    );
  });

  it('do not claim to know what became of an order without an answer', () => {
    expect(refusalWords(new GatewayError('not_enough_cash', '2 SOL is more than the 1 there are'))).toBe(
      'Refused: 2 SOL is more than the 1 there are',
    );
    for (const code of ['unavailable', 'disconnected', 'no_answer'] as const)
      expect(refusalWords(new GatewayError(code, 'x'))).toMatch(/may have been carried out all the same/);
  });
});

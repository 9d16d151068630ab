import type { Market } from '@vectra/game';
import { strategy } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import {
  advance,
  builtIn,
  close,
  inGame,
  openSession,
  order,
  reopen,
  summaryOf,
  type Happening,
  type Session,
} from '../../src/index.js';

const ladder = strategy.parse({
  name: 'l',
  initial_balance: 1,
  entry_tick: 5,
  num_bets: 9,
  bet_sizes: [0.01],
});
if (ladder.kind !== 'sidebets') throw new Error('expected a ladder');
const behaviour = builtIn(ladder);

const ticks = (gameId: string, from: number, to: number): Market[] =>
  Array.from({ length: to - from }, (_, at) => ({ kind: 'tick', gameId, tick: from + at, price: 1 }));
const rug = (gameId: string, tick: number): Market => ({ kind: 'rug', gameId, tick, price: 0.01 });

function follow(given: Session, markets: readonly Market[]): { session: Session; happenings: Happening[] } {
  const happenings: Happening[] = [];
  let session = given;
  for (const market of markets) {
    const step = advance(session, market, { behaviour, prices: [], recentGames: [], tradable: true });
    session = step.session;
    happenings.push(...step.happenings);
  }
  return { session, happenings };
}

const kinds = (happenings: readonly Happening[]): string[] => happenings.map(({ kind }) => kind);

describe('a session opened while a game runs', () => {
  const midway = [...ticks('a', 30, 60), rug('a', 60)];

  it('has no part in it', () => {
    const { session, happenings } = follow(openSession('s', ladder), midway);
    expect(happenings).toEqual([]);
    expect(session.statistics.gamesPlayed).toBe(0);
  });

  it.each([
    ['its presale', [{ kind: 'presale', gameId: 'b' } as const, ...ticks('b', 0, 10)]],
    ['its tick 0', ticks('b', 0, 10)],
  ])('begins with the next one, that it sees from %s', (_, next) => {
    const { happenings } = follow(openSession('s', ladder), [...midway, ...next]);
    expect(happenings).toMatchObject([{ kind: 'sidebet', gameId: 'b', startTick: 5 }]);
  });

  it('does not begin with one that it sees from its middle', () => {
    const { happenings } = follow(openSession('s', ladder), [...midway, ...ticks('b', 3, 30)]);
    expect(happenings).toEqual([]);
  });

  it('takes orders by hand at once, and counts the game then', () => {
    const opened = inGame(openSession('s', ladder), { id: 'a', tick: 29, price: 2 });
    const bought = order(opened, { side: 'buy', amount: '0.1' });
    expect(bought.happenings).toMatchObject([{ kind: 'bought', tick: 29, price: 2 }]);
    const { session, happenings } = follow(bought.session, midway);
    expect(happenings).toMatchObject([
      { kind: 'sold', by: 'rug' },
      { kind: 'game', bets: 1 },
    ]);
    expect(session.statistics.gamesPlayed).toBe(1);
    expect(follow(session, ticks('b', 0, 10)).happenings).toMatchObject([{ kind: 'sidebet', startTick: 5 }]);
  });

  it('does not count it for an order that was refused', () => {
    const opened = inGame(openSession('s', ladder), { id: 'a', tick: 29, price: 2 });
    const { session } = order(opened, { side: 'buy', amount: '7' });
    expect(kinds(follow(session, midway).happenings)).toEqual([]);
  });

  it('by an order in the presale keeps its strategy from nothing', () => {
    const opened = inGame(openSession('s', ladder), { id: 'b', tick: null, price: 1 });
    const { session } = order(opened, { side: 'buy', amount: '0.1' });
    const { happenings } = follow(session, [...ticks('b', 0, 10), rug('b', 10)]);
    expect(happenings.at(-1)).toMatchObject({ kind: 'game', bets: 2 });
  });
});

describe('a session that was left', () => {
  it('goes on with the next game after it is opened again, not in the middle of one', () => {
    const playing = follow(openSession('s', ladder), ticks('a', 0, 20)).session;
    const left = follow(close(playing), ticks('a', 20, 60)).session;
    const again = follow(reopen(left), [...ticks('a', 60, 120), rug('a', 120)]);
    expect(kinds(again.happenings)).toEqual(['game']);
    expect(follow(again.session, ticks('b', 0, 10)).happenings).toMatchObject([{ kind: 'sidebet' }]);
  });

  it('is changed by neither when it is so already', () => {
    const session = openSession('s', ladder);
    expect(reopen(session)).toBe(session);
    expect(close(close(session))).toEqual(close(session));
  });

  it('because its strategy failed is tried again', () => {
    const session: Session = { ...openSession('s', ladder), active: false, error: 'x is not defined' };
    expect(reopen(session)).toMatchObject({ active: true, error: null, waits: true });
  });
});

describe('the summary of a session', () => {
  it('tells what is open, what it would bring now, and how far the wallet is below its peak', () => {
    const opened = inGame(openSession('s', ladder), { id: 'a', tick: 10, price: 2 });
    const { session: bought } = order(opened, { side: 'buy', amount: '0.5' });
    const { session: bet } = order(bought, { side: 'sidebet', amount: '0.1' });
    const at = inGame(bet, { id: 'a', tick: 12, price: 3 });
    expect(summaryOf(at, { createdAt: 5, historyLength: 2 })).toMatchObject({
      ...{
        session_id: 's',
        created_at: 5,
        history_length: 2,
        cash: '0.4',
        wallet: '1',
        unrealized_pnl: '0.25',
      },
      active_bet: { game_id: 'a', start_tick: 10, end_tick: 50, amount: '0.1' },
      position: { game_id: 'a', qty: '0.25', avg_cost: '2', cost: '0.5' },
    });
    const { session: over } = follow(at, [...ticks('a', 13, 60), rug('a', 60)]);
    const summary = summaryOf(over, { createdAt: 5, historyLength: 5 });
    expect(summary).toMatchObject({ active_bet: null, position: null, total_losses: 2, games_played: 1 });
    expect(summary.drawdown).toBeCloseTo(1 - Number(summary.wallet), 12);
    expect(summary.max_drawdown).toBe(summary.drawdown);
  });
});

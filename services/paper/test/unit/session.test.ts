import { decimal, derivePrices, type Market } from '@vectra/game';
import { strategy, type Strategy } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  builtIn,
  openSession,
  walletOf,
  type Behaviour,
  type Happening,
  type Session,
} from '../../src/index.js';

const spec = (given: object): Strategy => strategy.parse({ name: 'test', initial_balance: 1, ...given });

/** A game as a session sees it: presale, its prices, its rug. */
function game(gameId: string, prices: readonly number[], rugPrice = 0.01): Market[] {
  return [
    { kind: 'presale', gameId },
    ...prices.map((price, tick): Market => ({ kind: 'tick', gameId, tick, price })),
    { kind: 'rug', gameId, tick: prices.length, price: rugPrice },
  ];
}

const flat = (length: number): number[] => Array.from({ length }, () => 1);

function behaviourOf(given: Strategy): Behaviour {
  return given.kind === 'plugin' ? {} : builtIn(given);
}

function play(given: Strategy, markets: readonly Market[], behaviour = behaviourOf(given)) {
  let session = openSession('s', given);
  const happenings: Happening[] = [];
  const prices: number[] = [];
  for (const market of markets) {
    if (market.kind === 'presale') prices.length = 0;
    if (market.kind === 'tick') prices[market.tick] = market.price;
    const step = advance(session, market, { behaviour, prices, recentGames: [], tradable: true });
    session = step.session;
    happenings.push(...step.happenings);
  }
  return { session, happenings };
}

const startsOf = (happenings: readonly Happening[]): number[] =>
  happenings.flatMap((one) => (one.kind === 'sidebet' ? [one.startTick] : []));

describe('a ladder of sidebets', () => {
  const ladder = spec({ entry_tick: 10, num_bets: 3, bet_sizes: [0.001, '0.002'] });

  it('as the first systems wrote it bets at its tick and every 45 after that, the last size for the rest', () => {
    const { happenings } = play(ladder, game('a', flat(200)));
    expect(happenings.filter(({ kind }) => kind === 'sidebet')).toMatchObject([
      { startTick: 10, amount: '0.001' },
      { startTick: 55, amount: '0.002' },
      { startTick: 100, amount: '0.002' },
    ]);
  });

  it('begins anew with each game', () => {
    const { happenings } = play(ladder, [...game('a', flat(60)), ...game('b', flat(30))]);
    expect(startsOf(happenings)).toEqual([10, 55, 10]);
  });

  it('from tick 0 bets in the presale', () => {
    const { happenings } = play(spec({ entry_tick: 0, num_bets: 1, bet_sizes: [0.01] }), game('a', flat(20)));
    expect(happenings).toMatchObject([
      { kind: 'sidebet', startTick: 0 },
      { kind: 'settled', won: true, payout: '0.05' },
      { kind: 'game', wallet: '1.04', bets: 1 },
    ]);
  });

  it('whose tick was missed bets at the next one', () => {
    const markets = game('a', flat(30)).filter((one) => one.kind !== 'tick' || one.tick < 8 || one.tick > 14);
    expect(startsOf(play(ladder, markets).happenings)).toEqual([15]);
  });

  it('does not bet by Kelly, as a sidebet has no edge; one who believes in one does', () => {
    const bet = (p: number): number => {
      const sizing = { by: 'kelly', p, b: 4 };
      return play(spec({ entry_tick: 0, num_bets: 1, sizing }), game('a', flat(20))).happenings.length;
    };
    expect(bet(0.1817)).toBe(1);
    expect(bet(0.25)).toBe(3);
  });
});

describe('a strategy with a position', () => {
  const enter = { kind: 'position', entry_tick: 2, sizing: { by: 'fixed', amount: '0.1' } };
  const sales = (given: object, prices: readonly number[]) =>
    play(spec({ ...enter, ...given }), game('a', prices)).happenings.flatMap((one) =>
      one.kind === 'sold' ? [[one.tick, one.by]] : [],
    );

  it.each([
    ['take_profit', { take_profit: 1.5 }, [1, 1, 1, 1.2, 1.6, 2], [[4, 'order']]],
    ['stop_loss', { stop_loss: 0.8 }, [1, 1, 1, 0.9, 0.7, 2], [[4, 'order']]],
    ['trailing_stop', { trailing_stop: 0.1 }, [1, 1, 1, 2, 1.9, 1.8], [[5, 'order']]],
    ['exit_tick', { exit_tick: 3 }, [1, 1, 1, 1.1, 1], [[3, 'order']]],
    ['no exit', {}, [1, 1, 1, 1.1, 1], [[5, 'rug']]],
  ])('sells by %s', (_, exit, prices, expected) => {
    expect(sales(exit, prices)).toEqual(expected);
  });

  it('waits for its price, and enters once a game', () => {
    const { happenings } = play(
      spec({ ...enter, entry_below: 0.9, take_profit: 1.1 }),
      game('a', [1, 1, 1, 0.95, 0.9, 1, 0.8]),
    );
    expect(happenings.flatMap((one) => (one.kind === 'bought' ? [one.tick] : []))).toEqual([4]);
  });
});

describe('a strategy that fails', () => {
  it('stops its session with its message, and what is open is still settled', () => {
    const behaviour: Behaviour = {
      onTick: ({ tick }) => {
        if (tick === 3) throw new Error('no idea');
        return tick === 1 ? [{ side: 'sidebet', amount: '0.01' }] : undefined;
      },
    };
    const { session, happenings } = play(spec({ kind: 'observer' }), game('a', flat(10)), behaviour);
    expect(session).toMatchObject({ active: false, error: 'no idea' });
    expect(happenings.map(({ kind }) => kind)).toEqual(['sidebet', 'failed', 'settled', 'game']);
  });
});

describe('a session', () => {
  it('that is told too late orders nothing, and is settled all the same', () => {
    const given = spec({ entry_tick: 1, num_bets: 1, bet_sizes: [0.01] });
    const around = { behaviour: behaviourOf(given), prices: [], recentGames: [] };
    let session = openSession('s', given);
    const kinds: string[] = [];
    for (const market of game('a', flat(10))) {
      const late = market.kind === 'tick' && market.tick < 5;
      const step = advance(session, market, { ...around, tradable: !late });
      session = step.session;
      kinds.push(...step.happenings.map(({ kind }) => kind));
    }
    expect(kinds).toEqual(['sidebet', 'settled', 'game']);
    expect(session.statistics).toMatchObject({ gamesPlayed: 1, betsPlaced: 1, wins: 1 });
  });

  it('goes on from its JSON as it would have gone on, whatever the games and wherever it stopped', () => {
    const given = fc.constantFrom(
      spec({ entry_tick: 5, num_bets: 4, sizing: { by: 'fraction', of: 0.05 } }),
      spec({
        kind: 'position',
        entry_tick: 3,
        sizing: { by: 'fraction', of: 0.3 },
        take_profit: 1.2,
        trailing_stop: 0.2,
      }),
    );
    fc.assert(
      fc.property(given, fc.nat({ max: 10_000 }), fc.nat({ max: 500 }), (one, seed, stop) => {
        const markets = [0, 1, 2].flatMap((index) => {
          const { prices } = derivePrices(`seed ${seed}`, `20260101-${index}`, 'v3');
          return game(String(index), prices.slice(0, 300));
        });
        const whole = play(one, markets);
        let session = openSession('s', one);
        const happenings: Happening[] = [];
        const prices: number[] = [];
        markets.forEach((market, index) => {
          if (market.kind === 'presale') prices.length = 0;
          if (market.kind === 'tick') prices[market.tick] = market.price;
          if (index === stop % markets.length) session = JSON.parse(JSON.stringify(session)) as Session;
          const around = { behaviour: behaviourOf(one), prices, recentGames: [], tradable: true };
          const step = advance(session, market, around);
          session = step.session;
          happenings.push(...step.happenings);
          const { trading } = session;
          const tied = decimal(trading.position?.cost ?? 0).plus(trading.sidebet?.amount ?? 0);
          expect(decimal(trading.cash).plus(tied).toFixed()).toBe(walletOf(trading));
        });
        expect(happenings).toEqual(whole.happenings);
        expect(session).toEqual(whole.session);
      }),
      { numRuns: 40 },
    );
  });
});

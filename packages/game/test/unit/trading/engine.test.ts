import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/position.js';
import {
  observe,
  openTrading,
  place,
  worth,
  type Effect,
  type Market,
  type Order,
  type Trading,
} from '../../../src/trading/engine.js';

const presale = (gameId = 'a'): Market => ({ kind: 'presale', gameId });
const tick = (at: number, price: number, gameId = 'a'): Market => ({ kind: 'tick', gameId, tick: at, price });
const rug = (at: number, price = 0.01, gameId = 'a'): Market => ({ kind: 'rug', gameId, tick: at, price });
const buy = (amount: string): Order => ({ side: 'buy', amount });
const sell = (qty?: string): Order => (qty === undefined ? { side: 'sell' } : { side: 'sell', qty });
const sidebet = (amount: string): Order => ({ side: 'sidebet', amount });

/** Plays what the game does and what is ordered, in turn. */
function play(
  steps: readonly (Market | Order)[],
  from = openTrading('1'),
): { state: Trading; effects: Effect[] } {
  let state = from;
  const effects: Effect[] = [];
  for (const step of steps) {
    const outcome = 'side' in step ? place(state, step) : observe(state, step);
    state = outcome.state;
    effects.push(...outcome.effects);
  }
  return { state, effects };
}

describe('a position', () => {
  it('is bought and sold at the price of the tick, without fee', () => {
    const { state, effects } = play([tick(3, 2), buy('0.5'), tick(4, 3), sell()]);
    expect(effects).toMatchObject([
      { kind: 'bought', tick: 3, price: 2, qty: '0.25', amount: '0.5', cash: '0.5' },
      {
        kind: 'sold',
        by: 'order',
        tick: 4,
        price: 3,
        qty: '0.25',
        amount: '0.75',
        profit: '0.25',
        cash: '1.25',
      },
    ]);
    expect(state).toMatchObject({ cash: '1.25', realized: '0.25', position: null });
  });

  it('costs its average, whatever part of it is sold', () => {
    const { state } = play([tick(1, 1), buy('0.2'), tick(2, 2), buy('0.2'), tick(3, 3), sell('0.15')]);
    expect(state.position).toEqual({ gameId: 'a', qty: '0.15', avgCost: '1.333333333', cost: '0.2' });
    expect(state).toMatchObject({ cash: '1.05', realized: '0.25' });
  });

  it('is sold at the price of the rug', () => {
    const { state, effects } = play([presale(), buy('0.5'), tick(0, 1), tick(1, 1.5), rug(2, 0.02)]);
    expect(effects[1]).toMatchObject({ kind: 'sold', by: 'rug', tick: 2, price: 0.02, profit: '-0.49' });
    expect(state).toMatchObject({ cash: '0.51', position: null, game: null });
  });

  it('that was bought in the presale costs 1 and is sold only once the game runs', () => {
    const { effects } = play([presale(), buy('0.5'), sell(), tick(0, 1), tick(1, 1.1), sell()]);
    expect(effects).toMatchObject([
      { kind: 'bought', tick: 0, price: 1, qty: '0.5' },
      { kind: 'refused', code: 'no_game' },
      { kind: 'sold', tick: 1, amount: '0.55' },
    ]);
  });
});

describe('a sidebet', () => {
  it('wins when the rug falls within 40 ticks, the fortieth included, and is settled by the rug, not by the time', () => {
    const { state, effects } = play([tick(5, 1.2), sidebet('0.01'), tick(44, 2), rug(45)]);
    expect(effects[1]).toMatchObject({
      kind: 'settled',
      rugTick: 45,
      won: true,
      payout: '0.05',
      cash: '1.04',
    });
    expect(state.realized).toBe('0.04');
  });

  it('is lost when the fortieth tick is no rug, and the next may start there', () => {
    const { effects } = play([tick(5, 1.2), sidebet('0.01'), tick(45, 2), sidebet('0.02'), rug(46)]);
    expect(effects).toMatchObject([
      { kind: 'sidebet', startTick: 5 },
      { kind: 'settled', startTick: 5, won: false, rugTick: null, profit: '-0.01' },
      { kind: 'sidebet', startTick: 45 },
      { kind: 'settled', startTick: 45, won: true, rugTick: 46, profit: '0.08' },
    ]);
  });

  it('is one at a time', () => {
    const { effects } = play([tick(5, 1.2), sidebet('0.01'), tick(44, 2), sidebet('0.01')]);
    expect(effects[1]).toMatchObject({ kind: 'refused', code: 'sidebet_active' });
    expect(effects[1]).toHaveProperty('message', expect.stringContaining('tick 45'));
  });

  it('of the presale starts at tick 0', () => {
    const { effects } = play([presale(), sidebet('0.01'), tick(0, 1), rug(40)]);
    expect(effects[1]).toMatchObject({ kind: 'settled', startTick: 0, won: true });
  });
});

describe('what is open in a game that was lost sight of', () => {
  const lost = play([
    tick(5, 2),
    buy('0.1'),
    sidebet('0.01'),
    { kind: 'lost', gameId: 'a' },
    tick(3, 1, 'b'),
  ]);

  it('waits, while the next game is traded', () => {
    expect(lost.state).toMatchObject({ position: null, sidebet: null, cash: '0.89' });
    const { effects } = play([buy('0.2'), sidebet('0.1')], lost.state);
    expect(effects.map(({ kind }) => kind)).toEqual(['bought', 'sidebet']);
  });

  it('is settled when its rug becomes known, however much later', () => {
    const { state, effects } = play([rug(9, 0.02, 'b'), tick(0, 1, 'c'), rug(44, 0.02, 'a')], lost.state);
    expect(effects).toMatchObject([
      { kind: 'sold', by: 'rug', gameId: 'a', amount: '0.001' },
      { kind: 'settled', gameId: 'a', won: true, payout: '0.05' },
    ]);
    expect(state).toMatchObject({
      cash: '0.941',
      game: { id: 'c' },
      waiting: { positions: [], sidebets: [] },
    });
  });

  it('is open again when the game is seen again', () => {
    const { state, effects } = play([tick(30, 4, 'a'), sell()], lost.state);
    expect(effects).toMatchObject([{ kind: 'sold', by: 'order', amount: '0.2' }]);
    expect(state.sidebet).toMatchObject({ gameId: 'a', startTick: 5 });
  });
});

describe('an order', () => {
  it.each([
    [buy('0.0009'), 'below_minimum'],
    [buy('5.000000001'), 'above_maximum'],
    [buy('1.1'), 'not_enough_cash'],
    [sidebet('-1'), 'no_number'],
    [sidebet('1e-2'), 'no_number'],
    [buy('0.0010000000001'), 'no_number'],
    [buy('ten'), 'no_number'],
    [sell(), 'nothing_to_sell'],
  ])('%j is refused: %s', (order, code) => {
    const { state, effects } = play([tick(1, 1.2), order]);
    expect(effects).toMatchObject([{ kind: 'refused', code, order }]);
    expect(state.cash).toBe('1');
  });

  it('for more than is held, or for nothing, is refused', () => {
    const { effects } = play([tick(1, 1), buy('0.1'), sell('0.100000001'), sell('0'), sell('all')]);
    expect(effects.slice(1)).toMatchObject([
      { kind: 'refused', code: 'more_than_held' },
      { kind: 'refused', code: 'no_number' },
      { kind: 'refused', code: 'no_number' },
    ]);
  });

  it('is refused between games', () => {
    expect(play([buy('0.1')]).effects).toMatchObject([{ code: 'no_game' }]);
    expect(play([tick(1, 1), rug(2), sidebet('0.1')]).effects).toMatchObject([{ code: 'no_game' }]);
  });
});

describe('whatever is ordered, whatever the game does', () => {
  const amount = fc.integer({ min: 0, max: 6_000_000_000 }).map((units) => decimal(units).div(1e9).toFixed());
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('tick' as const),
        by: fc.integer({ min: 1, max: 30 }),
        price: fc.double({ min: 0.001, max: 200, noNaN: true }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('rug' as const, 'lost' as const),
        price: fc.double({ min: 0, max: 0.02, noNaN: true }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ side: fc.constantFrom('buy' as const, 'sidebet' as const), amount }),
    },
    { weight: 2, arbitrary: fc.oneof(fc.constant(sell()), amount.map(sell)) },
  );

  it('cash, costs and stakes are what there was at the start and what was made since; none is ever negative', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let state = openTrading('10');
        let game = 0;
        let at = -1;
        const lost: number[] = [];
        const check = (outcome: { state: Trading; effects: Effect[] }): void => {
          state = outcome.state;
          const { cash, position, sidebet, waiting, initial, realized } = state;
          const positions = [...waiting.positions, ...(position === null ? [] : [position])];
          const bets = [...waiting.sidebets, ...(sidebet === null ? [] : [sidebet])];
          const tied = [...positions.map(({ cost }) => cost), ...bets.map((one) => one.amount)];
          const sum = tied.reduce((total, one) => total.plus(one), decimal(cash));
          expect(sum.toFixed()).toBe(decimal(initial).plus(realized).toFixed());
          for (const value of [cash, ...tied, ...positions.map(({ qty }) => qty)])
            expect(decimal(value).gte(0)).toBe(true);
          for (const effect of outcome.effects) {
            if (effect.kind !== 'bought' && effect.kind !== 'sidebet') continue;
            expect(decimal(effect.amount).gte('0.001') && decimal(effect.amount).lte(5)).toBe(true);
          }
          expect(decimal(worth(state)).gte(0)).toBe(true);
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        };
        for (const one of steps) {
          const gameId = String(game);
          if ('side' in one) check(place(state, one));
          else if (one.kind === 'tick')
            check(observe(state, { kind: 'tick', gameId, tick: (at += one.by), price: one.price }));
          else if (at >= 0) {
            if (one.kind === 'lost') lost.push(game);
            check(
              observe(state, one.kind === 'lost' ? { kind: 'lost', gameId } : rug(at + 1, one.price, gameId)),
            );
            game += 1;
            at = -1;
          }
        }
        for (const late of lost) check(observe(state, rug(300, 0.01, String(late))));
        if (at >= 0) check(observe(state, rug(at + 1, 0.01, String(game))));
        expect(state.waiting).toEqual({ positions: [], sidebets: [] });
        expect(decimal(state.cash).minus(state.initial).toFixed()).toBe(state.realized);
      }),
      { numRuns: 300 },
    );
  });
});

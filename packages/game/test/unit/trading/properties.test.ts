import fc from 'fast-check';
import { expect, it } from 'vitest';
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

const GAMES = ['a', 'b', 'c', 'd'];

/** What a careless or malicious client may send in place of a number. */
const malformed = fc.oneof(
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '',
    ' ',
    '-1',
    '-0',
    '+1',
    '1e-2',
    '1E3',
    '0x10',
    '1,5',
    '.5',
    '5.',
  ),
  fc.constantFrom(
    '00000000000000000001',
    '9'.repeat(400),
    `0.${'0'.repeat(300)}1`,
    '1 ',
    '1\n',
    '１',
    'null',
  ),
  fc.double().map(String),
  fc.string(),
);
const sol = fc.integer({ min: 0, max: 6_000_000_000 }).map((units) => decimal(units).div(1e9).toFixed());
const amount = fc.oneof({ weight: 3, arbitrary: sol }, { weight: 1, arbitrary: malformed });
const order: fc.Arbitrary<Order> = fc.oneof(
  fc.record({ side: fc.constantFrom('buy' as const, 'sidebet' as const), amount }),
  fc.record({ side: fc.constant('sell' as const), qty: amount }),
  fc.constant<Order>({ side: 'sell' }),
);
/** In any order: games are lost and found, their rugs known much later, twice, or never. */
const gameId = fc.constantFrom(...GAMES);
const price = fc.double({ min: 0.0001, max: 500, noNaN: true });
const market: fc.Arbitrary<Market> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('presale' as const), gameId }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('tick' as const), gameId, tick: fc.nat(300), price }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rug' as const), gameId, tick: fc.nat(300), price }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lost' as const), gameId }) },
);
const steps = fc.array(fc.oneof(market, order), { maxLength: 150 });

function play(
  given: readonly (Market | Order)[],
  check: (before: Trading, after: Trading, effects: Effect[]) => void,
) {
  let state = openTrading('7.5');
  for (const step of given) {
    const outcome = 'side' in step ? place(state, step) : observe(state, step);
    check(state, outcome.state, outcome.effects);
    state = outcome.state;
  }
  return state;
}

/** Cash, and what is open at its cost. */
function owned({ cash, position, sidebet, waiting }: Trading): string {
  const costs = [position, ...waiting.positions].map((one) => one?.cost ?? 0);
  const stakes = [sidebet, ...waiting.sidebets].map((one) => one?.amount ?? 0);
  return [...costs, ...stakes].reduce((sum, one) => sum.plus(one), decimal(cash)).toFixed();
}

it('what a session owns is what it had at the start and the sum of its profits, at every event', () => {
  fc.assert(
    fc.property(steps, (given) => {
      let profits = decimal(0);
      play(given, (_before, after, effects) => {
        for (const effect of effects)
          if (effect.kind === 'sold' || effect.kind === 'settled') profits = profits.plus(effect.profit);
        expect(after.realized).toBe(profits.toFixed());
        expect(owned(after)).toBe(profits.plus(after.initial).toFixed());
      });
    }),
    { numRuns: 300 },
  );
});

it('nothing is ever negative, and effects say the cash there is', () => {
  fc.assert(
    fc.property(steps, (given) => {
      play(given, (_before, after, effects) => {
        const { cash, position, sidebet, waiting } = after;
        for (const one of [position, ...waiting.positions])
          if (one !== null) {
            expect(decimal(one.qty).gt(0)).toBe(true);
            expect(decimal(one.cost).gte(0)).toBe(true);
          }
        for (const one of [sidebet, ...waiting.sidebets])
          if (one !== null) expect(decimal(one.amount).gt(0)).toBe(true);
        expect(decimal(cash).gte(0)).toBe(true);
        expect(decimal(worth(after)).gte(0)).toBe(true);
        const last = effects.findLast((effect) => effect.kind !== 'refused');
        if (last !== undefined) expect(last.cash).toBe(cash);
      });
    }),
    { numRuns: 300 },
  );
});

it('no order outside 0.001 to 5 SOL is filled, whatever it is written as; one that is refused changes nothing', () => {
  fc.assert(
    fc.property(steps, (given) => {
      play(given, (before, after, effects) => {
        for (const effect of effects) {
          if (effect.kind === 'refused') expect(after).toEqual(before);
          if (effect.kind !== 'bought' && effect.kind !== 'sidebet') continue;
          expect(effect.amount).toMatch(/^\d+(\.\d{1,9})?$/);
          expect(decimal(effect.amount).gte('0.001') && decimal(effect.amount).lte(5)).toBe(true);
          expect(decimal(effect.amount).lte(before.cash)).toBe(true);
        }
      });
    }),
    { numRuns: 300 },
  );
});

it('a sidebet is settled exactly once, though its game is lost and found, and its rug told twice', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const open = new Map<string, number>();
      const count = (key: string, by: number): void => void open.set(key, (open.get(key) ?? 0) + by);
      const rugs = GAMES.flatMap((id): Market[] => {
        const rug: Market = { kind: 'rug', gameId: id, tick: 301, price: 0.01 };
        return [rug, rug];
      });
      const state = play([...given, ...rugs], (_before, after, effects) => {
        for (const effect of effects) {
          if (effect.kind === 'sidebet') count(`${effect.gameId}/${effect.startTick}/${effect.amount}`, 1);
          if (effect.kind === 'settled') count(`${effect.gameId}/${effect.startTick}/${effect.amount}`, -1);
        }
        const stakes = [after.sidebet, ...after.waiting.sidebets].filter((one) => one !== null);
        const unsettled = [...open.values()].reduce((sum, one) => sum + one, 0);
        expect(stakes).toHaveLength(unsettled);
        expect([...open.values()].every((one) => one >= 0)).toBe(true);
      });
      expect(state).toMatchObject({
        sidebet: null,
        position: null,
        waiting: { positions: [], sidebets: [] },
      });
      expect([...open.values()].every((one) => one === 0)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bought, buyAt, decimal, NO_POSITION, sellAt, sold, soldAtRug } from '../../src/position.js';

const captures = new URL('../../../../../shared/rugs/captures/', import.meta.url);

interface Trade {
  id: string;
  type: string;
  price: number;
  qty: number;
  amount: number;
}

/** The trades of the captured sessions that are whole. */
const trades = readdirSync(captures)
  .flatMap((name) => readFileSync(new URL(name, captures), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as { event: string; data: unknown })
  .filter(({ event }) => event === 'standard/newTrade')
  .map(({ data }) => (Array.isArray(data) ? data.at(-1) : data) as Trade)
  .filter(({ id }) => typeof id === 'string');

describe('a real trade', () => {
  it('buys its amount at its price, cut to nine decimals', () => {
    const buys = trades.filter(({ type }) => type === 'buy');
    expect(buys.length).toBeGreaterThan(20);
    for (const { price, qty, amount } of buys) expect(buyAt(price, amount).qty.toNumber()).toBe(qty);
  });

  it('sells its quantity at its price, cut to nine decimals or less by at most 0.000000004', () => {
    const sales = trades.filter(({ type }) => type === 'sell');
    expect(sales.length).toBeGreaterThan(20);
    for (const { price, qty, amount } of sales) {
      const less = sellAt(price, qty).amount.minus(amount);
      expect(less.gte(0) && less.lt('0.000000004')).toBe(true);
    }
  });

  it.each([
    [0.9889522576185739, 0.101117115, '0.988952257'],
    [0.8109786423487848, 0.151668605, '0.810978642'],
    [0.5799041862, 0.155198051, '0.579904186'],
  ])('at %d leaves its price as the average cost, cut', (price, qty, avgCost) => {
    const amount = decimal(price).times(qty);
    const position = bought(NO_POSITION, { price: decimal(price), qty: decimal(qty), amount });
    expect(position.avgCost.toFixed()).toBe(avgCost);
  });
});

describe('the rug', () => {
  it('leaves 0.000021027 of 0.002, as it did on 2025-12-28: a loss of 0.001978972', () => {
    // What was held cost 0.001999999, the quantity being cut.
    const held = { ...NO_POSITION, qty: decimal('0.002273142'), avgCost: decimal('0.879839271') };
    const { position, fill } = soldAtRug(held, 0.009250309566210552);
    expect(fill.amount.toFixed()).toBe('0.000021027');
    expect(position.realizedPnl.toFixed()).toBe('-0.001978972');
    expect(position.qty.toFixed()).toBe('0');
    expect(position.avgCost.toFixed()).toBe('0');
  });

  it('sells nothing of nothing', () => {
    expect(soldAtRug(NO_POSITION, 0.01)).toMatchObject({ position: NO_POSITION });
  });
});

describe('a position', () => {
  const price = fc.double({ min: 0.001, max: 500, noNaN: true });
  const amount = fc.integer({ min: 1, max: 5_000 }).map((thousandths) => thousandths / 1_000);

  it('costs on average between its lowest and its highest price', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(price, amount), { minLength: 1, maxLength: 8 }), (buys) => {
        const position = buys.reduce((held, [at, paid]) => bought(held, buyAt(at, paid)), NO_POSITION);
        const prices = buys.map(([at]) => at);
        const rounding = decimal(buys.length).times('1e-9');
        expect(position.avgCost.plus(rounding).gte(Math.min(...prices))).toBe(true);
        expect(position.avgCost.lte(Math.max(...prices))).toBe(true);
      }),
    );
  });

  it('keeps its average cost when a part is sold, and forgets it with the last', () => {
    fc.assert(
      fc.property(price, amount, price, fc.integer({ min: 1, max: 99 }), (at, paid, later, percent) => {
        const held = bought(NO_POSITION, buyAt(at, paid));
        const part = held.qty.times(percent).div(100);
        const rest = sold(held, sellAt(later, part));
        expect(rest.avgCost.eq(held.avgCost)).toBe(true);
        const none = sold(rest, sellAt(later, rest.qty));
        expect([none.qty.toFixed(), none.avgCost.toFixed()]).toEqual(['0', '0']);
      }),
    );
  });

  it('gains what its sales bring beyond what they cost', () => {
    fc.assert(
      fc.property(price, amount, price, (at, paid, later) => {
        const held = bought(NO_POSITION, buyAt(at, paid));
        const sale = sellAt(later, held.qty);
        const gain = sold(held, sale).realizedPnl;
        const exact = sale.amount.minus(held.qty.times(at));
        // The average cost is cut, and so is what was held at it.
        expect(gain.minus(exact).abs().lte(held.qty.plus(1).times('1e-9'))).toBe(true);
      }),
    );
  });

  it('cannot sell more than it is, nor be bought for nothing', () => {
    const held = bought(NO_POSITION, buyAt(2, 1));
    expect(() => sold(held, sellAt(1, '0.500000001'))).toThrow(RangeError);
    expect(() => buyAt(0, 1)).toThrow(RangeError);
  });

  it('reads back exactly: no digit of its figures is lost as text', () => {
    fc.assert(
      fc.property(price, amount, (at, paid) => {
        const { qty, avgCost } = bought(NO_POSITION, buyAt(at, paid));
        for (const figure of [qty, avgCost]) {
          expect(figure.toFixed()).toMatch(/^\d+(\.\d{1,9})?$/);
          expect(decimal(figure.toFixed()).eq(figure)).toBe(true);
        }
      }),
    );
  });
});

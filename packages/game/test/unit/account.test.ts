import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountAfter,
  accountDifferences,
  accountStated,
  Ledger,
  type AccountAction,
  type AccountFigures,
  type Difference,
} from '../../src/account.js';

/** A server as it is: in doubles, and by rules of its own making. */
class Server {
  cash = 1;
  qty = 0;
  cost = 0;

  get figures(): AccountFigures {
    const avgCost = this.qty === 0 ? 0 : nine(this.cost / this.qty);
    return { cash: this.cash, bonusBalance: null, positionQty: this.qty, avgCost };
  }

  buy(price: number, amount: number): number {
    const qty = nine(amount / price);
    this.cash = nine(this.cash - amount);
    this.cost += qty * price;
    this.qty = nine(this.qty + qty);
    return qty;
  }

  sell(price: number, share: number): [qty: number, amount: number] {
    // No sale is too small to be seen in the account.
    const part = nine(this.qty * share);
    const qty = Math.min(part, this.qty - part) < 0.000_02 ? this.qty : part;
    const amount = nine(qty * price);
    this.cost = qty === this.qty ? 0 : this.cost * (1 - qty / this.qty);
    this.cash = nine(this.cash + amount);
    this.qty = nine(this.qty - qty);
    return [qty, amount];
  }
}

const nine = (value: number): number => Math.round(value * 1e9) / 1e9;

interface Wish {
  kind: AccountAction['kind'];
  price: number;
  share: number;
}

/** What the server does for a wish, and what it tells of that; undefined when it can't. */
function grant(server: Server, wish: Wish, index: number): AccountAction | undefined {
  const id = `action ${index}`;
  // No two are alike: which of them a statement includes can be told.
  const amount = nine(0.001 + wish.share / 1_000 + index * 0.000_017_3);
  if (wish.kind === 'stake' || wish.kind === 'payout') {
    server.cash = nine(server.cash + (wish.kind === 'stake' ? -amount : amount));
    return { kind: wish.kind, id, amount };
  }
  const { price } = wish;
  const trade = { id, gameId: 'game', tick: index, price };
  if (wish.kind === 'buy') return { kind: 'buy', ...trade, qty: server.buy(price, amount), amount };
  if (server.qty === 0) return undefined;
  const [qty, sum] = server.sell(price, wish.share);
  return { kind: 'sell', ...trade, qty, amount: sum };
}

const share = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 1, max: 999_999 }).map((part) => part / 1_000_000),
);
const price = fc.double({ min: 0.02, max: 60, noNaN: true });
const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom('buy', 'sell', 'buy', 'sell', 'stake', 'payout'),
  price,
  share,
});
/** How far a statement is from its action, in frames: before it, or after. */
const OFF = 4;
const step = fc.record({
  wish,
  /** Frames of the game since the last action. */
  pause: fc.integer({ min: 1, max: 30 }),
  off: fc.integer({ min: -OFF, max: OFF }),
  /** Whether the server states the account after it. */
  stated: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** `made`: when the server stated it. */
type Told = { at: number; action: AccountAction } | { at: number; figures: AccountFigures; made: number };

/** What is told of an account: actions in order, statements in order, but the ones before or after the others. */
function story(steps: readonly Step[]): Told[] {
  const server = new Server();
  const told: Told[] = [{ at: 0, figures: server.figures, made: 0 }];
  let now = 20 + OFF;
  let stated = 0;
  for (const [index, { wish, pause, off, stated: says }] of steps.entries()) {
    now += pause;
    const action = grant(server, wish, index);
    if (action === undefined) continue;
    told.push({ at: now, action });
    stated = Math.max(stated, now + off);
    if (says) told.push({ at: stated, figures: server.figures, made: now });
  }
  return told.sort((a, b) => a.at - b.at);
}

/** What a ledger says of a story, with a frame of the game at each time. */
function tell(ledger: Ledger, told: readonly Told[], end = (told.at(-1)?.at ?? 0) + 40): Difference[] {
  const found: Difference[] = [];
  const waiting = [...told];
  for (let now = 0; now < end; now++) {
    found.push(...ledger.pass('game'));
    while (waiting[0]?.at === now) {
      const one = waiting.shift();
      if (one !== undefined)
        found.push(...('action' in one ? ledger.act(one.action) : ledger.state(one.figures)));
    }
  }
  return found;
}

const steps = fc.array(step, { minLength: 1, maxLength: 40 });

describe('an honest account', () => {
  it('never differs, whether statements come before or after what led to them, or not at all', () => {
    fc.assert(
      fc.property(steps, (done) => {
        expect(tell(new Ledger(), story(done))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('never differs when everything is told twice', () => {
    fc.assert(
      fc.property(steps, (done) => {
        expect(
          tell(
            new Ledger(),
            story(done).flatMap((one) => [one, one]),
          ),
        ).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('never differs after it was lost sight of, whatever was missed', () => {
    fc.assert(
      fc.property(steps, fc.nat(900), fc.nat(300), (done, from, length) => {
        const ledger = new Ledger();
        const told = story(done);
        const before = told.filter(({ at }) => at < from);
        const found = tell(ledger, before, from);
        ledger.forget();
        // A connection that is new is told nothing old.
        const again = from + length;
        const later = told.filter((one) => ('made' in one ? Math.min(one.at, one.made) : one.at) >= again);
        found.push(
          ...tell(
            ledger,
            later.map((one) => ({ ...one, at: one.at - again })),
          ),
        );
        expect(found).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('an account that is tampered with', () => {
  const off = 0.012_345_678;
  /** From one statement to before another the cash is more. */
  const tampered = (told: readonly Told[], from: number, to = Infinity): Told[] => {
    let statement = 0;
    return told.map((one) => {
      if ('action' in one || statement++ < from || statement > to) return one;
      return { ...one, figures: { ...one.figures, cash: nine(Number(one.figures.cash) + off) } };
    });
  };
  const statementsIn = (told: readonly Told[]): number => told.filter((one) => 'figures' in one).length;

  it('differs once, by what it is off, however long that lasts', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (done, which) => {
        const told = story(done);
        fc.pre(statementsIn(told) > 1);
        const found = tell(new Ledger(), tampered(told, 1 + (which % (statementsIn(told) - 1))));
        expect(found.map(({ field }) => field)).toEqual(['cash']);
      }),
      { numRuns: 100 },
    );
  });

  const base = { cash: 1, bonusBalance: 0, positionQty: 0, avgCost: 0 };
  const passing = (ledger: Ledger, frames: number): Difference[] =>
    Array.from({ length: frames }, () => ledger.pass('game')).flat();

  it('differs once as well when the server takes it back at once', () => {
    const ledger = new Ledger();
    const off = { ...base, cash: '1.01' };
    expect([ledger.state(base), ledger.state(off), ledger.state(off)].flat()).toEqual([]);
    expect(ledger.state(base)).toEqual([{ field: 'cash', local: '1', server: '1.01' }]);
    expect(passing(ledger, 50)).toEqual([]);
  });

  it('differs when a trade it was told of is not in it twenty events later', () => {
    const ledger = new Ledger();
    ledger.state(base);
    passing(ledger, 30);
    expect(ledger.act({ kind: 'stake', id: 'a', amount: '0.001' })).toEqual([]);
    ledger.state(base);
    expect(passing(ledger, 50)).toEqual([]);
    ledger.state(base);
    expect(passing(ledger, 20)).toEqual([{ field: 'cash', local: '0.999', server: '1' }]);
    expect(passing(ledger, 50)).toEqual([]);
  });

  it('differs in each figure by more than 0.000001, and not by that', () => {
    const state = accountStated({ ...base, positionQty: '0.5', avgCost: '2' });
    const by = (difference: string): AccountFigures => ({
      cash: `1.${difference}`,
      bonusBalance: null,
      positionQty: `0.5${difference.slice(1)}`,
      avgCost: `2.${difference}`,
    });
    expect(accountDifferences(state, by('000001'))).toEqual([]);
    expect(accountDifferences(state, by('0000011'))).toEqual([
      { field: 'cash', local: '1', server: '1.0000011' },
      { field: 'positionQty', local: '0.5', server: '0.5000011' },
      { field: 'avgCost', local: '2', server: '2.0000011' },
    ]);
  });
});

describe('the account', () => {
  const buy = { kind: 'buy', id: 'b', gameId: 'g', tick: 3, price: '1.25', qty: '0.8', amount: '1' } as const;
  const rug = { gameId: 'g', rugTick: 50, rugPrice: '0.01' };
  const sale = {
    kind: 'sell',
    id: 's',
    gameId: 'g',
    tick: 50,
    price: '0.01',
    qty: '0.8',
    amount: '0.008',
  } as const;
  const holding = { cash: 1, bonusBalance: 0, positionQty: '0.8', avgCost: '1.25' };
  const rugged = { cash: '1.008', bonusBalance: 0, positionQty: 0, avgCost: 0 };

  it('of 2025-12-28 is understood: 0.003384584 at 1.181828845 on average', () => {
    const bought = accountStated({ cash: '0.09903525', bonusBalance: 0, positionQty: 0, avgCost: 0 });
    const trade = { ...buy, price: '1.181828845', qty: '0.003384584', amount: '0.004' };
    const state = accountAfter(bought, trade) ?? expect.fail('cannot be');
    const server = { cash: 0.09503525, bonusBalance: 0, positionQty: 0.003384584, avgCost: 1.181828845 };
    expect(accountDifferences(state, server)).toEqual([]);
  });

  it('may pay with its bonus, or have it turned into cash', () => {
    const ledger = new Ledger();
    ledger.state({ cash: 1, bonusBalance: 2, positionQty: 0, avgCost: 0 });
    ledger.act(buy);
    ledger.state({ cash: 1, bonusBalance: 1, positionQty: '0.8', avgCost: '1.25' });
    ledger.state({ ...holding, cash: 2 });
    expect(Array.from({ length: 50 }, () => ledger.pass('g')).flat()).toEqual([]);
  });

  it('cannot sell more than it holds', () => {
    expect(accountAfter(accountStated(holding), { ...sale, qty: '0.9' })).toBeUndefined();
  });

  type Part = (ledger: Ledger) => Difference[];
  const parts: Record<string, Part> = {
    rug: (ledger) => ledger.rug(rug),
    sale: (ledger) => ledger.act(sale),
    statement: (ledger) => ledger.state(rugged),
  };
  const orders = fc.shuffledSubarray(Object.keys(parts), { minLength: 1 });

  it('is sold at the rug, once, in whatever order the rug, the sale and the statement are told, or not told', () => {
    const next = { ...buy, id: 'n', gameId: 'h', tick: 0, price: 1, qty: 1 };
    fc.assert(
      fc.property(orders, fc.nat({ max: 5 }), fc.boolean(), (order, apart, known) => {
        fc.pre(order.includes('rug') || order.includes('sale'));
        const ledger = new Ledger();
        const found: Difference[] = [];
        const pass = (frames: number, gameId: string): void => {
          for (let frame = 0; frame < frames; frame++) found.push(...ledger.pass(gameId));
        };
        if (known) ledger.state({ ...holding, cash: 2, positionQty: 0, avgCost: 0 });
        else ledger.state(holding);
        pass(40, 'g');
        if (known) found.push(...ledger.act(buy), ...ledger.state(holding));
        for (const name of order) {
          found.push(...(parts[name]?.(ledger) ?? []));
          pass(apart, 'g');
        }
        pass(40, 'h');
        found.push(...ledger.act(next));
        pass(2, 'h');
        found.push(...ledger.state({ cash: '0.008', bonusBalance: 0, positionQty: 1, avgCost: 1 }));
        pass(40, 'h');
        expect(found).toEqual([]);
      }),
    );
  });

  it('goes on in a game whose rug another connection has told already, and is sold at it once', () => {
    const trade = { ...buy, price: 1, qty: 1, amount: 1 };
    const empty = { cash: 10, bonusBalance: 0, positionQty: 0, avgCost: 0 };
    const one = { cash: 9, bonusBalance: 0, positionQty: 1, avgCost: 1 };
    const sold = { ...sale, qty: 1, amount: '0.01' };
    fc.assert(
      fc.property(
        fc.record({ known: fc.boolean(), trades: fc.nat({ max: 3 }), apart: fc.nat({ max: 60 }) }),
        ({ known, trades, apart }) => {
          // It may be a whole game behind.
          const game = known ? 'g' : 'f';
          const ledger = new Ledger();
          const found: Difference[] = [ledger.state(empty)].flat();
          const pass = (frames: number, gameId: string): void => {
            for (let frame = 0; frame < frames; frame++) found.push(...ledger.pass(gameId));
          };
          pass(30, game);
          const inAndOut = (id: string): void => {
            found.push(...ledger.act({ ...trade, id: `${id} in` }), ...ledger.state(one));
            pass(apart, 'g');
            found.push(...ledger.act({ ...trade, kind: 'sell', id: `${id} out` }), ...ledger.state(empty));
            pass(apart, 'g');
          };
          if (known) inAndOut('before');
          found.push(...ledger.rug(rug));
          pass(apart, game);
          for (let done = 0; done < trades; done++) inAndOut(String(done));
          found.push(...ledger.act(trade), ...ledger.state(one));
          pass(apart, 'g');
          found.push(...ledger.act(sold), ...ledger.state({ ...empty, cash: '9.01' }));
          pass(apart, 'g');
          pass(40, 'h');
          found.push(...ledger.state({ ...empty, cash: '9.01' }));
          pass(40, 'h');
          expect(found).toEqual([]);
        },
      ),
    );
  });

  it('that is not sold at the rug differs once the game has gone on', () => {
    const ledger = new Ledger();
    ledger.state({ ...holding, cash: 2, positionQty: 0, avgCost: 0 });
    for (let frame = 0; frame < 30; frame++) ledger.pass('g');
    ledger.act(buy);
    ledger.state(holding);
    ledger.rug(rug);
    for (let frame = 0; frame < 60; frame++) ledger.pass('h');
    ledger.state(holding);
    const found = Array.from({ length: 30 }, () => ledger.pass('h')).flat();
    expect(found.map(({ field }) => field)).toEqual(['cash', 'positionQty', 'avgCost']);
  });
});

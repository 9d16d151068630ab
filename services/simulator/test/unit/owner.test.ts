import { describe, expect, it } from 'vitest';
import { Owner, type LedgerRow, type OwnEvent } from '../../src/generator/owner.js';
import { Script } from '../../src/generator/script.js';
import { STARTS_AT } from './messages.js';
import { example } from '../real.js';

interface Told extends OwnEvent {
  gameId: string;
  tick: number;
  rugTick: number;
  prices: readonly number[];
  payload: Record<string, unknown>;
}

/** What the account is told in the first `games` games, and the owner after them. */
function watch(seed: string, games: number): { told: Told[]; owner: Owner } {
  const script = new Script({ seed, startsAt: STARTS_AT });
  const owner = new Owner(seed, script.opening);
  const told: Told[] = [];
  const seen = new Set<string>();
  for (const { event, moment, at } of script.messages()) {
    seen.add(moment.game.id);
    if (seen.size > games) break;
    if (event !== 'gameStateUpdate') continue;
    const { id: gameId, rugTick, prices } = moment.game;
    for (const own of owner.observe(moment, at)) {
      const payload = own.payload as Record<string, unknown>;
      told.push({ ...own, payload, gameId, tick: moment.tickCount, rugTick, prices });
    }
  }
  return { told, owner };
}

const { told, owner } = watch('owner', 40);
const ofKind = (event: string): Told[] => told.filter((one) => one.event === event);
const sol = (value: number): number => Math.round(value * 1e9) / 1e9;

describe('the account of the logged-in page', () => {
  it('does everything a player can do within some games', () => {
    const kinds = new Set(owner.ledger.map(({ action }) => action));
    expect([...kinds].sort()).toEqual([
      'buy',
      'rugged',
      'sell',
      'sidebet',
      'sidebet lost',
      'sidebet won',
    ] satisfies LedgerRow['action'][]);
  });

  it('has the cash that its trades and bets leave, to the last of nine decimals', () => {
    let cash = 1;
    for (const { event, payload } of told) {
      if (event === 'standard/newTrade') {
        cash += payload.type === 'buy' ? -Number(payload.amount) : Number(payload.amount);
      } else if (event === 'currentSidebet') cash -= Number(payload.betAmount);
      else if (event === 'currentSidebetResult') cash += Number(payload.payout);
      else if (event === 'playerUpdate') expect(payload.cash).toBe(sol(cash));
    }
    expect(ofKind('playerUpdate').length).toBeGreaterThan(100);
    expect(owner.cash).toBe(sol(cash));
    expect(owner.cash).toBeGreaterThan(0);
  });

  it('trades at the price of the tick, and is left with the position and average cost that follow', () => {
    const position = { gameId: '', qty: 0, cost: 0 };
    for (const { event, payload, gameId, prices } of told) {
      if (gameId !== position.gameId) Object.assign(position, { gameId, qty: 0, cost: 0 });
      if (event === 'standard/newTrade') {
        const { price, qty, amount, tickIndex, type } = payload as Record<string, number | string>;
        expect(price).toBe(prices[Number(tickIndex)]);
        // Quantity and amount are rounded to nine decimals.
        expect(Math.abs(Number(qty) * Number(price) - Number(amount))).toBeLessThan(
          6e-10 * (Number(price) + 1),
        );
        const bought = type === 'buy' ? 1 : -1;
        position.cost +=
          bought === 1 ? Number(qty) * Number(price) : -(position.cost * Number(qty)) / position.qty;
        position.qty = sol(position.qty + bought * Number(qty));
      } else if (event === 'playerUpdate') {
        expect(payload.positionQty).toBe(position.qty);
        const average = position.qty === 0 ? 0 : position.cost / position.qty;
        expect(Math.abs(Number(payload.avgCost) - average)).toBeLessThan(1e-6);
      }
    }
  });

  it('has its position sold at the rug price, and nothing left', () => {
    const sold = ofKind('standard/newTrade').filter(({ payload, rugTick }) => payload.tickIndex === rugTick);
    expect(sold.length).toBeGreaterThan(5);
    for (const { payload, prices, gameId } of sold) {
      expect(payload).toMatchObject({ type: 'sell', price: prices.at(-1) });
      const after = told.findLast((one) => one.event === 'playerUpdate' && one.gameId === gameId);
      expect(after?.payload.positionQty).toBe(0);
    }
  });

  it('wins a bet exactly when the rug falls within its forty ticks, and gets five times the stake', () => {
    const bets = ofKind('currentSidebet');
    const results = ofKind('currentSidebetResult');
    expect(bets.length).toBeGreaterThan(30);
    for (const { payload, gameId, rugTick } of bets) {
      expect(payload.endTick).toBe(Number(payload.startTick) + 40);
      const result = results.find(
        (one) => one.gameId === gameId && one.payload.startTick === payload.startTick,
      );
      const won = rugTick <= Number(payload.endTick);
      const betAmount = Number(payload.betAmount);
      expect(result?.payload).toMatchObject({ betAmount, payout: won ? sol(5 * betAmount) : 0 });
    }
    expect(results).toHaveLength(bets.length);
  });

  it('has one bet at a time, and forty ticks between two starts', () => {
    const bets = ofKind('currentSidebet');
    for (const [index, { payload, gameId }] of bets.entries()) {
      const before = bets[index - 1];
      if (before?.gameId !== gameId) continue;
      expect(Number(payload.startTick) - Number(before.payload.startTick)).toBeGreaterThanOrEqual(40);
    }
  });

  it('is told of itself with every frame of the game', () => {
    const states = ofKind('gameStatePlayerUpdate');
    expect(states.length).toBeGreaterThan(5000);
    for (const { payload, gameId } of states) expect(payload.gameId).toBe(gameId);
    expect(states.some(({ payload }) => payload.leaderboardEntry !== undefined)).toBe(true);
  });

  it('can be tampered with: the figure is off from then on, and its trades go on from there', () => {
    const script = new Script({ seed: 'tampered', startsAt: STARTS_AT });
    const off = new Owner('tampered', script.opening);
    off.tamper('cash', -0.25);
    expect(off.cash).toBe(0.75);
    const update = off.welcome(script.opening)[0]?.payload;
    expect(update).toMatchObject({ cash: 0.75, positionQty: 0, avgCost: 0 });
    off.tamper('positionQty', 0.5);
    off.tamper('avgCost', 2);
    expect(off.welcome(script.opening)[0]?.payload).toMatchObject({ positionQty: 0.5, avgCost: 2 });
  });

  it('plays the same with the same seed', () => {
    const again = watch('owner', 40);
    expect(again.owner.ledger).toEqual(owner.ledger);
    expect(watch('other', 10).owner.ledger).not.toEqual(owner.ledger.slice(0, 10));
  });
});

describe('its events', () => {
  const samples = [
    ['playerUpdate', 'playerUpdate_auth'],
    ['currentSidebet', 'auth_currentSidebet'],
    ['currentSidebetResult', 'auth_currentSidebetResult_win'],
    ['standard/newTrade', 'newTrade_buy_with_trace'],
  ] as const;
  it.each(samples)('%s has the keys of a real one, and values of the same kinds', (event, name) => {
    const real = example(name);
    const own = ofKind(event)[0]?.payload ?? expect.fail(`no ${event}`);
    expect(Object.keys(own).sort()).toEqual(Object.keys(real).sort());
    for (const [key, value] of Object.entries(real)) {
      if (value !== null && own[key] !== null) expect(typeof own[key]).toBe(typeof value);
    }
  });

  it('a connection is first told the account, its state and its name', () => {
    const script = new Script({ seed: 'welcome', startsAt: STARTS_AT });
    const fresh = new Owner('welcome', script.opening);
    const events = fresh.welcome(script.opening);
    expect(events.map(({ event }) => event)).toEqual([
      'playerUpdate',
      'gameStatePlayerUpdate',
      'usernameStatus',
    ]);
    expect(events[0]?.payload).toMatchObject({ cash: 1, positionQty: 0, authenticated: true });
    expect(Object.keys(events[2]?.payload as object).sort()).toEqual(
      Object.keys(example('auth_usernameStatus')).sort(),
    );
  });
});

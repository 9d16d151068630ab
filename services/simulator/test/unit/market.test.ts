import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { framesOf, play, STARTS_AT, type HistoryEntry } from './messages.js';
import { Script } from '../../src/generator/script.js';

const messages = play('market', 40);
const frames = framesOf(messages);
const games = new Map<string, HistoryEntry>(
  frames.flatMap((frame) => frame.gameHistory ?? []).map((game) => [game.id, game]),
);

describe('sidebets', () => {
  const payouts = [...games.values()].flatMap((game) =>
    game.globalSidebets
      .filter((row) => row.type === 'payout')
      .map((row) => ({ row, rugTick: game.prices.length - 1, rugPrice: game.prices.at(-1) })),
  );

  it('win five times the bet if and only if the rug falls at or before their last tick', () => {
    expect(payouts.length).toBeGreaterThan(1000);
    for (const { row, rugTick, rugPrice } of payouts) {
      const bet = Number(row.betAmount);
      const won = rugTick <= Number(row.endTick);
      expect(row.endTick).toBe(Number(row.startTick) + 40);
      expect(row.payout).toBe(won ? 5 * bet : 0);
      expect(row.profit).toBe(Number(row.payout) - bet);
      expect(row.tickIndex).toBe(won ? rugTick : row.startTick);
      expect(row.price).toBe(won ? rugPrice : undefined);
    }
    expect(payouts.some(({ row }) => Number(row.payout) > 0)).toBe(true);
  });

  it('are each settled once, and shown as placed unless they are of the presale', () => {
    for (const { globalSidebets } of games.values()) {
      const of = (type: string) => globalSidebets.filter((row) => row.type === type);
      const placed = of('placed').map((row) => `${String(row.playerId)} ${String(row.startedAtTick)}`);
      const settled = of('payout').map((row) => `${String(row.playerId)} ${String(row.startTick)}`);
      expect(settled.filter((bet) => !bet.endsWith(' 0')).sort()).toEqual(placed.sort());
      expect(new Set(settled).size).toBe(settled.length);
    }
  });

  it('of one player start at least 40 ticks apart', () => {
    for (const { globalSidebets } of games.values()) {
      const starts = new Map<unknown, number[]>();
      for (const row of globalSidebets.filter(({ type }) => type === 'payout'))
        starts.set(row.playerId, [...(starts.get(row.playerId) ?? []), Number(row.startTick)]);
      for (const ticks of starts.values()) {
        ticks.sort((a, b) => a - b);
        ticks.forEach((tick, index) => expect(tick - (ticks[index - 1] ?? -40)).toBeGreaterThanOrEqual(40));
      }
    }
  });
});

describe('trades', () => {
  const trades = messages
    .filter((message) => message.event === 'standard/newTrade')
    .map((message) => message.args.at(-1) as Record<string, unknown>);

  it('are filled at the price of their tick, to 9 decimals', () => {
    const types = new Set<unknown>();
    for (const trade of trades) {
      const game = games.get(String(trade.gameId));
      if (game === undefined) continue;
      const [price, qty, amount] = [Number(trade.price), Number(trade.qty), Number(trade.amount)];
      expect(price).toBe(game.prices[Number(trade.tickIndex)]);
      expect(trade.tickIndex).toBeLessThan(game.prices.length - 1);
      if (trade.type === 'buy') expect(Math.abs(qty - amount / price)).toBeLessThan(1e-9);
      else if (trade.type === 'sell') expect(Math.abs(amount - qty * price)).toBeLessThan(1e-9);
      else expect(qty).toBe(0);
      types.add(trade.type);
    }
    expect([...types].sort()).toEqual(['buy', 'sell', 'short_close', 'short_open']);
    expect(new Set(trades.map((trade) => trade.id)).size).toBe(trades.length);
  });

  it('are a sample of those counted', () => {
    const counted = frames
      .filter((frame) => frame.rugged === true && frame.tradeCount !== undefined)
      .reduce((sum, frame) => sum + (frame.tradeCount ?? 0), 0);
    expect(trades.length).toBeGreaterThan(counted * 0.05);
    expect(trades.length).toBeLessThan(counted * 0.2);
  });
});

describe('the leaderboard', () => {
  it('lists at most ten, by falling P&L, which is the sum of its parts', () => {
    let full = 0;
    for (const { leaderboard } of frames) {
      expect(leaderboard.length).toBeLessThanOrEqual(10);
      expect(leaderboard.map((entry) => entry.position)).toEqual(leaderboard.map((_, index) => index + 1));
      for (const [index, entry] of leaderboard.entries()) {
        const above = leaderboard[index - 1];
        if (above !== undefined) expect(entry.pnl).toBeLessThanOrEqual(Number(above.pnl));
        if (!('regularPnl' in entry)) continue;
        const parts = Number(entry.regularPnl) + Number(entry.sidebetPnl) + Number(entry.shortPnl);
        expect(Number(entry.pnl)).toBeCloseTo(parts, 12);
      }
      if (leaderboard.length === 10) full += 1;
    }
    expect(full / frames.length).toBeGreaterThan(0.5);
  });

  it('leaves nobody with a position or a bet after the rug', () => {
    for (const { leaderboard } of frames.filter((frame) => frame.rugged === true)) {
      for (const entry of leaderboard)
        expect(entry).toMatchObject({ positionQty: 0, sideBet: null, shortPosition: null });
    }
  });
});

describe('a seed', () => {
  const digest = (seed: string): string => {
    const hash = createHash('sha256');
    let count = 0;
    for (const { at, event, args } of new Script({ seed, startsAt: STARTS_AT }).messages()) {
      hash.update(JSON.stringify([at, event, args]));
      if (++count === 3000) break;
    }
    return hash.digest('hex');
  };

  it('gives the same messages at the same times, byte for byte', () => {
    expect(digest('again')).toBe(digest('again'));
    expect(digest('again')).not.toBe(digest('other'));
  });

  it('is the only thing that decides the games: ids carry the day they are created on', () => {
    for (const id of games.keys()) expect(id).toMatch(/^2025060[1]-[0-9a-f]{16}$/);
  });
});

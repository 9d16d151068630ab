import type { Game } from './game.js';
import { PRACTICE_ADDRESS, SOL_ADDRESS } from './money.js';
import type { Player } from './players.js';
import type { Random } from './random.js';

/** A sidebet covers this many ticks after its start. */
export const SIDEBET_TICKS = 40;
/** What a winning bet returns, stake included. */
export const SIDEBET_PAYOUT = 5;

export interface Sidebet {
  player: Player;
  betAmount: number;
  startTick: number;
  /** The bet wins when the rug falls at or before this tick. */
  endTick: number;
}

const AMOUNTS = [0.001, 0.001, 0.001, 0.002, 0.003, 0.005, 0.005, 0.008, 0.01, 0.01, 0.025, 0.05, 0.1, 0.5];

/**
 * The bets of one game. A player has one at a time, so two starts of theirs are at least 40 ticks apart. Longer games see
 * more of them; ten games' bets make up most of a full frame's 262-489 KB.
 */
export function planSidebets(random: Random, players: readonly Player[], game: Game): Sidebet[] {
  const wanted = random.int(38, 52) + Math.floor(Math.min(game.rugTick, 400) / 40);
  const room = Math.floor((game.rugTick - 1) * 0.6);
  const presale = Math.max(random.int(7, 14), wanted - room);
  const bets: Sidebet[] = [];
  const starts = new Map<Player, number[]>();
  const place = (player: Player, startTick: number): boolean => {
    const own = starts.get(player) ?? [];
    if (own.some((other) => Math.abs(other - startTick) < SIDEBET_TICKS)) return false;
    starts.set(player, [...own, startTick]);
    const betAmount = player.practice ? random.int(1, 50) : random.pick(AMOUNTS);
    bets.push({ player, betAmount, startTick, endTick: startTick + SIDEBET_TICKS });
    return true;
  };
  const tryPlace = (startTick: () => number): void => {
    for (let attempt = 0; attempt < 6; attempt++) if (place(random.pick(players), startTick())) return;
  };
  for (let i = 0; i < presale; i++) tryPlace(() => 0);
  for (let i = presale; i < wanted; i++) tryPlace(() => random.int(1, game.rugTick - 1));
  return bets.sort((a, b) => a.startTick - b.startTick);
}

export function coinOf(player: Player): string {
  return player.practice ? PRACTICE_ADDRESS : SOL_ADDRESS;
}

/** How an amount splits into bonus and own money; the practice token is neither. */
export function portions(player: Player, amount: number): { bonusPortion: number; realPortion: number } {
  if (player.practice) return { bonusPortion: 0, realPortion: 0 };
  return player.bonus ? { bonusPortion: amount, realPortion: 0 } : { bonusPortion: 0, realPortion: amount };
}

/** `newSideBet`: a bet just placed. */
export function newSideBet(bet: Sidebet, game: Game, timestamp: number) {
  const { player, startTick, endTick, betAmount } = bet;
  return {
    playerId: player.id,
    gameId: game.id,
    username: player.username,
    level: player.level,
    price: game.prices[startTick] ?? 1,
    betAmount,
    xPayout: SIDEBET_PAYOUT,
    coinAddress: coinOf(player),
    startTick,
    endTick,
    tickIndex: startTick,
    timestamp,
    type: 'placed',
  };
}

/** A bet in `globalSidebets`. Bets of the presale have no such row. */
export function placedRow(bet: Sidebet, game: Game, stamp: { timestamp: number; id: string }) {
  const { player, startTick, endTick, betAmount } = bet;
  return {
    playerId: player.id,
    username: player.username,
    gameId: game.id,
    betAmount,
    xPayout: SIDEBET_PAYOUT,
    coinAddress: coinOf(player),
    ...portions(player, betAmount),
    timestamp: stamp.timestamp,
    type: 'placed',
    startedAtTick: startTick,
    end: endTick,
    id: stamp.id,
  };
}

/** A bet's settlement in `globalSidebets`; a won one also has level and price, and the rug's tick as `tickIndex`. */
export function payoutRow(bet: Sidebet, game: Game, stamp: { timestamp: number; id: string }) {
  const { player, startTick, endTick, betAmount } = bet;
  const won = game.rugTick <= endTick;
  const payout = won ? SIDEBET_PAYOUT * betAmount : 0;
  return {
    playerId: player.id,
    gameId: game.id,
    username: player.username,
    ...(won ? { level: player.level } : {}),
    betAmount,
    payout,
    profit: payout - betAmount,
    xPayout: SIDEBET_PAYOUT,
    coinAddress: coinOf(player),
    endTick,
    startTick,
    tickIndex: won ? game.rugTick : startTick,
    ...(won ? { price: game.prices[game.rugTick] ?? 0 } : {}),
    timestamp: stamp.timestamp,
    type: 'payout',
    id: stamp.id,
  };
}

export type SidebetRow = ReturnType<typeof placedRow> | ReturnType<typeof payoutRow>;

import type { LeaderboardEntry } from './account.js';
import { averages, records, type Archive } from './archive.js';
import { GAME_VERSION, type Game } from './game.js';
import { AVAILABLE_COINS } from './money.js';
import type { RugRoyale } from './sundries.js';

/**
 * Everything a `gameStateUpdate` may tell, at one moment. The four shapes below are views of it; the order of their keys
 * is the real server's.
 */
export interface Moment {
  game: Game;
  active: boolean;
  rugged: boolean;
  /** Runs on for one to three ticks after the rug. */
  tickCount: number;
  /** Milliseconds left of the countdown, 0 in play. */
  cooldownTimer: number;
  allowPreRoundBuys: boolean;
  /** Still the previous game's until tick 1. */
  tradeCount: number;
  leaderboard: readonly LeaderboardEntry[];
  connectedPlayers: number;
  rugpool: { instarugCount: number; threshold: number; rugpoolAmount: number };
  rugRoyale: RugRoyale;
  archive: Archive;
}

/** Prices are told for this many ticks back. */
const WINDOW = 5;

/** The price at the moment's tick; after the rug, the rug price. */
export function priceAt({ game, tickCount }: Moment): number {
  return game.prices[Math.min(tickCount, game.rugTick)] ?? 1;
}

/** Seven keys: every 100 ms of the countdown. It says nothing about price, tick or activity. */
export function minimalFrame(moment: Moment) {
  const { game, cooldownTimer, allowPreRoundBuys, leaderboard, connectedPlayers } = moment;
  return {
    gameId: game.id,
    cooldownTimer,
    cooldownPaused: false,
    allowPreRoundBuys,
    leaderboard,
    connectedPlayers,
    provablyFair: provablyFair(game),
  };
}

/** Fourteen keys: once, at tick 0. */
export function activationFrame(moment: Moment) {
  const { game, active, rugged, tickCount, cooldownTimer, allowPreRoundBuys } = moment;
  return {
    active,
    price: priceAt(moment),
    rugged,
    tickCount,
    cooldownTimer,
    cooldownPaused: false,
    pauseMessage: '',
    allowPreRoundBuys,
    leaderboard: moment.leaderboard,
    gameId: game.id,
    connectedPlayers: moment.connectedPlayers,
    gameVersion: GAME_VERSION,
    partialPrices: partialPrices(moment),
    provablyFair: provablyFair(game),
  };
}

/** Twenty-one keys: every tick, the rug, and the opening of the presale. */
export function standardFrame(moment: Moment) {
  const { game, active, rugged, tickCount, tradeCount, cooldownTimer, allowPreRoundBuys } = moment;
  return {
    active,
    price: priceAt(moment),
    partialPrices: partialPrices(moment),
    tradeCount,
    rugged,
    tickCount,
    cooldownTimer,
    cooldownPaused: false,
    pauseMessage: '',
    allowPreRoundBuys,
    ...averages(moment.archive),
    leaderboard: moment.leaderboard,
    gameId: game.id,
    connectedPlayers: moment.connectedPlayers,
    rugpool: moment.rugpool,
    rugRoyale: moment.rugRoyale,
    provablyFair: provablyFair(game),
  };
}

/**
 * 36 keys, 37 while a rug royale is scheduled: on connect, a while after the rug, and when the next game is created.
 * On connect it has every price from tick 0 instead of the window.
 */
export function fullFrame(moment: Moment, part: 'prices' | 'partialPrices') {
  const { game, active, rugged, tickCount, cooldownTimer, allowPreRoundBuys, rugRoyale, archive } = moment;
  return {
    gameHistory: archive.history,
    ...averages(archive),
    ...records(archive),
    availableShitcoins: AVAILABLE_COINS,
    active,
    price: priceAt(moment),
    rugged,
    tickCount,
    cooldownTimer,
    cooldownPaused: false,
    pauseMessage: '',
    allowPreRoundBuys,
    leaderboard: moment.leaderboard,
    gameId: game.id,
    connectedPlayers: moment.connectedPlayers,
    gameVersion: GAME_VERSION,
    ...(rugRoyale.status === 'INACTIVE' ? {} : { rugRoyale }),
    ...(part === 'prices'
      ? { prices: game.prices.slice(0, tickCount + 1) }
      : { partialPrices: partialPrices(moment) }),
    provablyFair: provablyFair(game),
  };
}

/** Live frames show the hash only. */
function provablyFair(game: Game) {
  return { serverSeedHash: game.serverSeedHash, version: GAME_VERSION };
}

function partialPrices({ game, tickCount }: Moment) {
  const endTick = Math.min(tickCount, game.rugTick);
  const startTick = Math.max(0, endTick - WINDOW + 1);
  const values: Record<string, number> = {};
  for (let tick = startTick; tick <= endTick; tick++) values[tick] = game.prices[tick] ?? 0;
  return { startTick, endTick, values };
}

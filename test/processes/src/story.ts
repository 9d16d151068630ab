import { encodeEvent, placeEvent, type Draft } from '@vectra/protocol';

/** Ticks of each game, the rug's included. */
export const GAME_TICKS = 200;
/** A start, the ticks, an end. */
export const GAME_EVENTS = GAME_TICKS + 2;
const RUG_PRICE = '0.02';
const BEGINNING = Date.UTC(2025, 0, 1);
const TICK_MS = 250;

/**
 * An endless log of which every event is known beforehand: the one at place n is a function of n alone. So a writer
 * that takes over from another goes on with the same story, and what arrives can be compared with what must.
 *
 * @param mark the writer's own, which each tick bears: of two that write at the same place only one can have been stored.
 */
export function draftAt(seq: number, mark = 0): Draft {
  const { game, step } = placeOf(seq);
  const common = { timestamp: timeOf(seq), gameId: gameIdOf(game), source: 'simulator' as const };
  if (step === 0) {
    const data = { serverSeedHash: null, gameVersion: null, joinedAtTick: 0 };
    return { ...common, type: 'game.start', data };
  }
  const prices = step === GAME_EVENTS - 1 ? pricesOf(game) : undefined;
  if (prices !== undefined) {
    const peak = prices.reduce((a, b) => (Number(b) > Number(a) ? b : a));
    const rugTick = GAME_TICKS - 1;
    const end = { rugTick, rugPrice: RUG_PRICE, peakMultiplier: peak, tickCount: rugTick };
    return { ...common, type: 'game.end', data: { reason: 'rugged', ...end } };
  }
  const tickCount = step - 1;
  const rugged = tickCount === GAME_TICKS - 1;
  const phase = rugged ? 'RUG_EVENT_1' : tickCount === 0 ? 'GAME_ACTIVATION' : 'ACTIVE_GAMEPLAY';
  const state = { active: true, rugged, phase, cooldownTimer: 0, tradeCount: mark } as const;
  return { ...common, type: 'game.tick', data: { tickCount, price: priceAt(game, tickCount), ...state } };
}

/** The event's text as it must stand in the log, in the journal, and in every reader's hands. */
export function textAt(epoch: string, seq: number, mark = 0): string {
  return encodeEvent(placeEvent(draftAt(seq, mark), epoch, seq));
}

/** The writer's mark in an event's text; 0 where it bears none. */
export function markIn(text: string): number {
  return Number(/"tradeCount":(\d+)/.exec(text)?.[1] ?? 0);
}

/** Unix ms. */
export function timeOf(seq: number): number {
  return BEGINNING + seq * TICK_MS;
}

export function gameIdOf(game: number): string {
  return `20250101-${game.toString(16).padStart(16, '0')}`;
}

/** Every price of a game, the rug's included. */
export function pricesOf(game: number): string[] {
  return Array.from({ length: GAME_TICKS }, (_, tick) => priceAt(game, tick));
}

/** Games of which all events lie at or before this place. */
export function gamesThrough(seq: number): number {
  return Math.floor(seq / GAME_EVENTS);
}

function placeOf(seq: number): { game: number; step: number } {
  return { game: Math.floor((seq - 1) / GAME_EVENTS), step: (seq - 1) % GAME_EVENTS };
}

function priceAt(game: number, tick: number): string {
  if (tick === GAME_TICKS - 1) return RUG_PRICE;
  // Looks random, is the same each time; six decimals without rounding.
  const mixed = Math.imul((game + 1) * 0x9e3779b1, 2 * tick + 1) >>> 0;
  return (1 + (mixed % 4_000_000) / 1e6).toFixed(6);
}

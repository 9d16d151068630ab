import {
  BIG_MOVE_PROBABILITY,
  DRIFT_MAX,
  DRIFT_MIN,
  GOD_CANDLE_FACTOR,
  GOD_CANDLE_PROBABILITY,
  RUG_PROBABILITY,
} from '../provablyFair.js';
import { decimal, type Amount } from '../position.js';

/** SOL. What one buy or sidebet may be; the wire states the limits, and the largest of 2,195 real sidebets is 5. */
export const SMALLEST_ORDER = '0.001';
export const LARGEST_ORDER = '5';

/** Ticks after its start that a sidebet covers: all 2,195 of those seen. */
export const SIDEBET_TICKS = 40;
/** What a won sidebet pays, stake included, in stakes: always, in 2,195 payouts. */
export const SIDEBET_PAYOUT = 5;

/** What a sidebet came to. Decimal strings, SOL. */
export interface SidebetResult {
  won: boolean;
  /** What comes back, stake included. */
  payout: string;
  /** `payout` less the stake. */
  profit: string;
}

/**
 * A sidebet wins when the rug falls within 40 ticks of its start, the fortieth included: of the real ones nine won at
 * equality, and every lost one had its rug later.
 */
export function sidebetResult(bet: { startTick: number; amount: Amount }, rugTick: number): SidebetResult {
  const stake = decimal(bet.amount);
  const won = rugTick <= bet.startTick + SIDEBET_TICKS;
  const payout = won ? stake.times(SIDEBET_PAYOUT) : decimal(0);
  return { won, payout: payout.toFixed(), profit: payout.minus(stake).toFixed() };
}

/** The chance that a sidebet wins, and what one SOL in it comes back as on average: by the game's own constants. */
export function sidebetOdds(): { winProbability: number; expectedReturn: number } {
  const winProbability = 1 - (1 - RUG_PROBABILITY) ** SIDEBET_TICKS;
  return { winProbability, expectedReturn: winProbability * SIDEBET_PAYOUT };
}

/**
 * By how much a position is expected to change in one tick, as a share of it, by the game's own constants: negative, which is the
 * edge of the house. What a rug leaves, at most 2 % of 1, is counted as nothing.
 */
export function expectedChangePerTick(): number {
  const drift = (1 - BIG_MOVE_PROBABILITY) * ((DRIFT_MIN + DRIFT_MAX) / 2); // big moves go up as often as down
  const survived = GOD_CANDLE_PROBABILITY * (GOD_CANDLE_FACTOR - 1) + (1 - GOD_CANDLE_PROBABILITY) * drift;
  return (1 - RUG_PROBABILITY) * (1 + survived) - 1;
}

import type { Phase } from '@vectra/protocol';
import type { Game, Trade } from '../connection/state.js';

const PHASE_WORDS: Record<Phase, string> = {
  UNKNOWN: 'Waiting for the game',
  GAME_ACTIVATION: 'Starting',
  ACTIVE_GAMEPLAY: 'In play',
  RUG_EVENT_1: 'Rugged',
  RUG_EVENT_2: 'Rugged',
  COOLDOWN: 'Cooldown',
  PRESALE: 'Presale open',
};

export function phaseWords(phase: Phase): string {
  return PHASE_WORDS[phase];
}

/** Below this a price is shown as nothing. */
const LEAST_PRICE = 1e-6;

/** `1.2689` -> `1.27`, `0.00661` -> `0.0066`: two decimals, or two digits where those would say nothing. */
export function multiplier(price: number): string {
  if (price >= 0.1 || price < LEAST_PRICE) return Math.max(0, price).toFixed(2);
  return price.toFixed(1 - Math.floor(Math.log10(price)));
}

/** `RUGGED at tick 229, 0.0066x, peak 1.27x` */
export function rugWords({ end, peak }: Game): string {
  if (end === null) return '';
  if (end.rugTick === null) return `Lost sight of, peak ${multiplier(peak)}x`;
  const price = end.rugPrice === null ? '' : `, ${multiplier(end.rugPrice)}x`;
  return `RUGGED at tick ${end.rugTick}${price}, peak ${multiplier(peak)}x`;
}

/** `14900` -> `15`: whole seconds that are left, counting the one that runs. */
export function secondsLeft(cooldownTimer: number): number {
  return Math.ceil(cooldownTimer / 1000);
}

/** `83` -> `83 ms`, `2340` -> `2.3 s`, `190000` -> `3 min` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

const SIDE_WORDS: Record<Trade['side'], string> = {
  buy: 'Buy',
  sell: 'Sell',
  short_open: 'Short',
  short_close: 'Cover',
};

export function sideWords(side: Trade['side']): string {
  return SIDE_WORDS[side];
}

/** `4.158855049` -> `4.159`: at most four digits after the point, none that say nothing. */
export function amountWords({ amount, coin }: Pick<Trade, 'amount' | 'coin'>): string {
  const value = Number(amount);
  const digits = value >= 100 ? 1 : value >= 1 ? 3 : 4;
  const unit = (coin ?? 'solana') === 'solana' ? 'SOL' : 'practice';
  return `${Number(value.toFixed(digits))} ${unit}`;
}

/** What colour a price has: below the price of presale, above it, high, very high. */
export function tone(price: number): 'loss' | 'gain' | 'high' | 'moon' {
  if (price < 1) return 'loss';
  if (price < 2) return 'gain';
  return price < 10 ? 'high' : 'moon';
}

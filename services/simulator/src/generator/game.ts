import { derivePrices, hashSeed } from '@vectra/game';
import type { Random } from './random.js';

/** One game as the server knows it before it starts. */
export interface Game {
  id: string;
  serverSeed: string;
  serverSeedHash: string;
  /** `prices[k]` is the price at tick k; the last one, at `rugTick`, is the rug price. */
  prices: readonly number[];
  rugTick: number;
  peakMultiplier: number;
}

export const GAME_VERSION = 'v3';

/** 1 - 0.98 in doubles: 13 in 100 real rugs (112 of 838) fall to exactly this share of the price before. */
const FULL_RUG = 0.020000000000000018;

/** Draws a game that is created at `createdAt` (Unix ms). Its prices follow from its seed and id, except the rug price. */
export function drawGame(random: Random, createdAt: number): Game {
  const day = new Date(createdAt).toISOString().slice(0, 10).replaceAll('-', '');
  for (;;) {
    const id = `${day}-${random.hex(16)}`;
    const serverSeed = random.hex(64);
    const derived = derivePrices(serverSeed, id, GAME_VERSION);
    if (!derived.rugged) continue;
    const previous = derived.prices.at(-1) ?? 1;
    return {
      id,
      serverSeed,
      serverSeedHash: hashSeed(serverSeed),
      prices: [...derived.prices, rugPrice(random, previous)],
      rugTick: derived.rugTick,
      peakMultiplier: derived.peakMultiplier,
    };
  }
}

/** Real rug prices are 0.0012 to 0.02 times the price before, or times 1 when that was higher; no seed tells which. */
function rugPrice(random: Random, previous: number): number {
  const share = random.chance(0.13) ? FULL_RUG : random.between(0.0012, 0.02);
  return share * Math.min(1, previous);
}

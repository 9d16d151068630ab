import { derivePrices } from '@vectra/game';

/** A game's revealed seed, and what else was stated with it. */
export interface Seed {
  serverSeed: string;
  /** null: only the seed itself is known. */
  serverSeedHash: string | null;
  /** null: to be found out. */
  version: string | null;
  /** All of the game's prices, the rug's included, as the upstream stated them afterwards. */
  prices: readonly number[] | null;
  /** Unix ms. */
  endedAt: number | null;
}

/** The price of the rug as it was stated with the seed; undefined unless all the prices stated with it are the seed's. */
export function statedRugPrice(gameId: string, seed: Seed, version: string): number | undefined {
  const { prices } = seed;
  const derived = derivePrices(seed.serverSeed, gameId, version);
  if (prices === null || !derived.rugged || prices.length !== derived.rugTick + 1) return undefined;
  return derived.prices.every((price, tick) => price === prices[tick]) ? prices.at(-1) : undefined;
}

/**
 * Finds seeds in any JSON: every object that has a game's id and its seed, by the names of the wire, of `.game.json` files or
 * of lists of seeds.
 */
export function* seedsIn(value: unknown): Generator<[gameId: string, seed: Seed]> {
  if (typeof value !== 'object' || value === null) return;
  const found = seedOf(value as Record<string, unknown>);
  if (found !== undefined) yield found;
  else for (const part of Object.values(value)) yield* seedsIn(part);
}

function seedOf(object: Record<string, unknown>): [string, Seed] | undefined {
  const nested = object.provablyFair;
  const fair = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : object;
  const gameId = textOf(object.gameId) ?? textOf(object.game_id) ?? textOf(object.id);
  const serverSeed = textOf(fair.serverSeed) ?? textOf(fair.server_seed);
  if (gameId === null || serverSeed === null) return undefined;
  const { prices, timestamp } = object;
  const seed: Seed = {
    serverSeed,
    serverSeedHash: textOf(fair.serverSeedHash) ?? textOf(fair.server_seed_hash),
    version: textOf(object.gameVersion) ?? textOf(object.version),
    prices: Array.isArray(prices) && prices.every((price) => typeof price === 'number') ? prices : null,
    endedAt: Number.isSafeInteger(timestamp) ? (timestamp as number) : null,
  };
  return [gameId, seed];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

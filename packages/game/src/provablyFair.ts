import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import seedrandom from 'seedrandom';

/**
 * The game's own algorithm. Its constants and its order of draws were checked against 46 real games of
 * December 2025, whose prices it reproduces bit for bit, and against the peaks of 66.
 */
export const RUG_PROBABILITY = 0.005;
const MAX_TICKS = 5_000;
export const GOD_CANDLE_PROBABILITY = 0.00001;
export const GOD_CANDLE_FACTOR = 10;
const GOD_CANDLE_HIGHEST_PRICE = 100;
export const BIG_MOVE_PROBABILITY = 0.125;
const BIG_MOVE_MIN = 0.15;
const BIG_MOVE_MAX = 0.25;
export const DRIFT_MIN = -0.02;
export const DRIFT_MAX = 0.03;
const VOLATILITY = 0.005;
const HIGHEST_VOLATILITY_ROOT = 10;

/**
 * What a rug leaves of min(1, the price before), at most: 838 real games show 0 to 1 - 0.98 in doubles, 112
 * exactly that.
 */
const HIGHEST_RUG_SHARE = 0.020000000000000018;

export const GAME_VERSIONS = ['v1', 'v2', 'v3'] as const;
export type GameVersion = (typeof GAME_VERSIONS)[number];

/** The game says it was made by an algorithm that is not known here. */
export class UnknownVersionError extends Error {
  override readonly name = 'UnknownVersionError';
}

export interface DerivedGame {
  /**
   * `prices[k]` is the price at tick k, for every tick before the rug; `prices[0]` is 1. The rug price cannot
   * be derived.
   */
  prices: number[];
  /**
   * The tick of the rug: `prices.length`. When `rugged` is false, the first tick about which the seed says
   * nothing.
   */
  rugTick: number;
  /** False when 5,000 ticks passed without a rug. */
  rugged: boolean;
  /** The highest of `prices`. */
  peakMultiplier: number;
}

/**
 * The prices of a game from its seed, bit for bit: ARC4 keyed with `<serverSeed>-<gameId>` draws for each
 * tick first whether the game rugs, then how the price changes. v1 and v2 give the same prices up to 100; v3
 * adds the god candle.
 *
 * @param serverSeed hex, as revealed after the game.
 * @throws UnknownVersionError when the version is not v1, v2 or v3.
 */
export function derivePrices(serverSeed: string, gameId: string, version: string): DerivedGame {
  if (!isGameVersion(version))
    throw new UnknownVersionError(`expected a game of version v1, v2 or v3, was "${version}"`);
  const random = seedrandom(`${serverSeed}-${gameId}`);
  const prices = [1];
  let price = 1;
  let peakMultiplier = 1;
  for (let tick = 0; tick < MAX_TICKS; tick++) {
    if (random() < RUG_PROBABILITY) return { prices, rugTick: prices.length, rugged: true, peakMultiplier };
    price = nextPrice(price, random, version);
    prices.push(price);
    peakMultiplier = Math.max(peakMultiplier, price);
  }
  return { prices, rugTick: prices.length, rugged: false, peakMultiplier };
}

// The order of the draws and of the operations decides the last bit of every price: do not rearrange.
function nextPrice(price: number, random: () => number, version: GameVersion): number {
  // The number is drawn at every tick, whether or not the price is low enough for a god candle.
  if (version === 'v3' && random() < GOD_CANDLE_PROBABILITY && price <= GOD_CANDLE_HIGHEST_PRICE) {
    return price * GOD_CANDLE_FACTOR;
  }
  return Math.max(0, price * (1 + change(price, random, version)));
}

function change(price: number, random: () => number, version: GameVersion): number {
  if (random() < BIG_MOVE_PROBABILITY) {
    const move = BIG_MOVE_MIN + random() * (BIG_MOVE_MAX - BIG_MOVE_MIN);
    return random() > 0.5 ? move : -move;
  }
  const drift = DRIFT_MIN + random() * (DRIFT_MAX - DRIFT_MIN);
  const root = Math.sqrt(price);
  const volatility = VOLATILITY * (version === 'v1' ? root : Math.min(HIGHEST_VOLATILITY_ROOT, root));
  return drift + volatility * (2 * random() - 1);
}

function isGameVersion(version: string): version is GameVersion {
  return (GAME_VERSIONS as readonly string[]).includes(version);
}

/**
 * SHA-256, in lower-case hex, of the seed's text (not of the bytes it spells): what the game shows before it
 * begins.
 */
export function hashSeed(serverSeed: string): string {
  return bytesToHex(sha256(utf8ToBytes(serverSeed)));
}

export interface SealedGame {
  gameId: string;
  serverSeed: string;
  serverSeedHash: string;
  version: string;
  /**
   * Known prices by tick; unknown ones undefined. May end with the price of the rug, but must not go on after
   * it.
   */
  prices?: readonly (number | undefined)[] | undefined;
}

export interface Verification {
  /**
   * `verified`: the hash, the length and every known price before the rug agree, one beyond tick 0 at least.
   * `hash-only`: the hash agrees, and there was no price that could. `mismatch`: something disagrees.
   */
  verdict: 'verified' | 'mismatch' | 'hash-only';
  /** What disagrees, in words; empty unless `mismatch`. */
  problems: string[];
  /** What is unusual but proves nothing, in words. */
  notes: string[];
  derived: DerivedGame;
}

/**
 * Compares a game with what its seed says: the hash, and bit for bit every known price before the rug.
 *
 * The rug price proves nothing, as the seed does not determine it: one outside of what real games show is
 * only noted.
 *
 * @throws UnknownVersionError when the version is not known; `hashSeed` can still be compared then.
 */
export function verifyGame({
  gameId,
  serverSeed,
  serverSeedHash,
  version,
  ...known
}: SealedGame): Verification {
  const prices = known.prices ?? [];
  const derived = derivePrices(serverSeed, gameId, version);
  const problems: string[] = [];
  const hash = hashSeed(serverSeed);
  if (hash !== serverSeedHash) problems.push(`the seed's hash is ${hash}, announced was ${serverSeedHash}`);
  problems.push(...comparePrices(prices, derived));
  const notes = noteRugPrice(prices, derived);
  if (problems.length > 0) return { verdict: 'mismatch', problems, notes, derived };
  const compared = prices.slice(1, derived.rugTick).some((price) => price !== undefined);
  return { verdict: compared ? 'verified' : 'hash-only', problems, notes, derived };
}

export interface SeedCheck extends Verification {
  version: string;
}

/**
 * Compares a game with its seed. Recordings do not name the version of the game they hold: unless it is known, the one that
 * agrees is taken, the newest first, and the newest when none does.
 *
 * @param seed without a hash (null): only what follows from the seed itself is compared.
 */
export function checkSeed(
  gameId: string,
  seed: { serverSeed: string; serverSeedHash: string | null; version: string | null },
  prices: readonly (number | undefined)[],
): SeedCheck {
  const { serverSeed } = seed;
  const serverSeedHash = seed.serverSeedHash ?? hashSeed(serverSeed);
  const known = GAME_VERSIONS.find((version) => version === seed.version);
  const versions = known === undefined ? [...GAME_VERSIONS].reverse() : [known];
  const checks = versions.map((version) => () => ({
    version,
    ...verifyGame({ gameId, serverSeed, serverSeedHash, version, prices }),
  }));
  const newest = checks[0]?.();
  if (newest === undefined) throw new RangeError('expected a version');
  if (newest.verdict !== 'mismatch') return newest;
  for (const check of checks.slice(1)) {
    const older = check();
    if (older.verdict === 'verified') return older;
  }
  return newest;
}

/** The first price that disagrees, and a length that does. */
function comparePrices(
  prices: readonly (number | undefined)[],
  { prices: expected, rugTick }: DerivedGame,
): string[] {
  const problems: string[] = [];
  const lastTick = prices.findLastIndex((price) => price !== undefined);
  if (lastTick > rugTick) {
    problems.push(`prices go on to tick ${lastTick}, the seed's game ends at tick ${rugTick}`);
  }
  const differs = expected.findIndex(
    (price, tick) => prices[tick] !== undefined && !Object.is(prices[tick], price),
  );
  if (differs !== -1) {
    problems.push(`price at tick ${differs}: expected ${expected[differs]}, was ${prices[differs]}`);
  }
  return problems;
}

function noteRugPrice(prices: readonly (number | undefined)[], derived: DerivedGame): string[] {
  const rugPrice = prices[derived.rugTick];
  if (!derived.rugged || rugPrice === undefined) return [];
  const share = rugPrice / Math.min(1, derived.prices.at(-1) ?? 1);
  if (share >= 0 && share <= HIGHEST_RUG_SHARE) return [];
  return [
    `the rug price ${rugPrice} is ${share} of min(1, the price before): real games show 0 to ${HIGHEST_RUG_SHARE}`,
  ];
}

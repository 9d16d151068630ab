import { checkSeed, hashSeed, type SeedCheck } from '@vectra/game/provablyFair';

/** A game to be derived again from its seed, and what is known of it from elsewhere. */
export interface Claim {
  gameId: string;
  /** Hex, as revealed after the game. */
  serverSeed: string;
  /** What was announced before the game; null when that is not known. */
  serverSeedHash: string | null;
  /** null: that version counts with which the prices agree. */
  version: string | null;
  /** `prices[k]` is the recorded price at tick k. */
  prices: readonly number[];
  /** As recorded; null when the rug was not seen. */
  rugTick: number | null;
}

/**
 * `agrees`: to the last bit. `differs`: another price, or none where there is one. `unrecorded`: nothing to compare.
 * `rug`: the price of the rug, which the seed does not determine.
 */
export type Agreement = 'agrees' | 'differs' | 'unrecorded' | 'rug';

export interface TickCheck {
  tick: number;
  recorded: number | undefined;
  derived: number | undefined;
  agreement: Agreement;
}

export interface Comparison {
  version: string;
  /** SHA-256 of the seed's text. */
  hash: string;
  /** null: no hash was announced, as far as is known. */
  isHashRight: boolean | null;
  /** From tick 0 to the rug, that of the seed or that of the recording, whichever is later. */
  ticks: TickCheck[];
  counts: Readonly<Record<Agreement, number>>;
  /** The first tick that differs. */
  first: TickCheck | undefined;
  /** Tick of the rug by the seed; null when it makes no rug within 5,000 ticks. */
  rugTick: number | null;
  peak: number;
  /** `nothing`: there was neither a hash nor a price to compare. */
  verdict: 'agrees' | 'differs' | 'nothing';
}

/** Derives a game from its seed and compares it with its recording tick by tick. */
export function compare(claim: Claim): Comparison {
  const { gameId, prices, serverSeedHash } = claim;
  const check = checkSeed(gameId, claim, prices);
  const hash = hashSeed(claim.serverSeed);
  const ticks = checksOf(claim, check.derived);
  const counts = { agrees: 0, differs: 0, unrecorded: 0, rug: 0 };
  for (const { agreement } of ticks) counts[agreement] += 1;
  const isHashRight = serverSeedHash === null ? null : serverSeedHash === hash;
  const differs = counts.differs > 0 || isHashRight === false || check.verdict === 'mismatch';
  const isSomething = prices.length > 0 || isHashRight === true;
  return {
    version: check.version,
    hash,
    isHashRight,
    ticks,
    counts,
    first: ticks.find(({ agreement }) => agreement === 'differs'),
    rugTick: check.derived.rugged ? check.derived.rugTick : null,
    peak: check.derived.peakMultiplier,
    verdict: differs ? 'differs' : isSomething ? 'agrees' : 'nothing',
  };
}

function checksOf(claim: Claim, derived: SeedCheck['derived']): TickCheck[] {
  const last = Math.max(claim.prices.length - 1, derived.rugged ? derived.rugTick : derived.rugTick - 1);
  return Array.from({ length: last + 1 }, (_, tick) => ({
    tick,
    recorded: claim.prices[tick],
    derived: derived.prices[tick],
    agreement: agreementAt(tick, claim, derived),
  }));
}

function agreementAt(
  tick: number,
  { prices, rugTick }: Claim,
  { prices: expected, rugTick: expectedRug, rugged }: SeedCheck['derived'],
): Agreement {
  const isLast = tick >= prices.length - 1;
  const isRug = rugged && tick === expectedRug && isLast && (rugTick === null || rugTick === tick);
  if (isRug) return 'rug';
  const recorded = prices[tick];
  // A recording that ends before a hole says nothing of what comes after it, but one with its rug does.
  if (recorded === undefined) return rugTick !== null && tick > rugTick ? 'differs' : 'unrecorded';
  return Object.is(recorded, expected[tick]) ? 'agrees' : 'differs';
}

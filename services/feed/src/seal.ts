import { UnknownVersionError, verifyGame } from '@vectra/game';
import { toDecimal, type EventData } from '@vectra/protocol';
import type { Game } from './game.js';
import type { HistoryEntry } from './wire.js';

export interface SealCheck {
  serverSeed: string;
  serverSeedHash: string;
  verdict: EventData<'game.sealed'>['verdict'];
  /** What disagrees, in words. */
  problems: string[];
  /** Price at each tick before the rug, as the seed gives them. */
  derived: number[];
  rugTick: number | null;
}

/**
 * Derives the game from its revealed seed and compares it with what was seen, and with the hash announced before;
 * undefined as long as the seed is not revealed.
 */
export function checkSeal(game: Game, entry: HistoryEntry): SealCheck | undefined {
  const serverSeed = entry.provablyFair?.serverSeed;
  if (typeof serverSeed !== 'string') return undefined;
  const announced = game.serverSeedHash;
  const stated = entry.provablyFair?.serverSeedHash ?? announced ?? '';
  const seal = { serverSeed, serverSeedHash: stated };
  if (announced !== null && announced !== stated) {
    const problem = `the hash announced before the game was ${announced}, after it ${stated}`;
    return { ...seal, verdict: 'mismatch', problems: [problem], derived: [], rugTick: null };
  }
  const version = entry.gameVersion ?? game.version ?? '';
  try {
    const prices = game.prices.prices();
    const { verdict, problems, derived } = verifyGame({ gameId: game.id, ...seal, version, prices });
    return {
      ...seal,
      verdict,
      problems,
      derived: derived.prices,
      rugTick: derived.rugged ? derived.rugTick : null,
    };
  } catch (error) {
    if (!(error instanceof UnknownVersionError)) throw error;
    return { ...seal, verdict: 'hash-only', problems: [error.message], derived: [], rugTick: null };
  }
}

export function sealEvent(game: Game, entry: HistoryEntry, check: SealCheck): EventData<'game.sealed'> {
  const { serverSeed, serverSeedHash, verdict } = check;
  const peak = entry.peakMultiplier;
  return {
    serverSeed,
    serverSeedHash,
    verdict,
    complete: game.rugTick !== null && game.prices.isComplete(game.rugTick),
    prices: game.prices.contiguous().map(toDecimal),
    peakMultiplier: typeof peak === 'number' ? toDecimal(peak) : null,
    endedAt: entry.timestamp ?? null,
  };
}

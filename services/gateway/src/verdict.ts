import { checkSeed } from '@vectra/game';
import type { GameRecording } from '@vectra/protocol';
import { z } from 'zod';

/** What comparing a recorded game with its seed comes to. */
export const gameVerdict = z.object({
  game_id: z.string(),
  verdict: z
    .enum(['verified', 'mismatch', 'hash-only', 'no-seed'])
    .describe(
      'verified: every known price before the rug is the one the seed gives. mismatch: something disagrees. ' +
        'hash-only: the seed fits its hash, and there is no price to compare. no-seed: the seed is not known (yet).',
    ),
  version: z.string().nullable().describe("The game's algorithm with which that is so."),
  server_seed: z.string().nullable(),
  server_seed_hash: z.string().nullable(),
  compared: z.int().min(0).describe('How many prices were compared.'),
  first_disagreement: z
    .object({ tick: z.int().min(0), expected: z.number().nullable(), was: z.number() })
    .nullable()
    .describe(
      'The first price that is not the one the seed gives; `expected` is null behind the end of its game.',
    ),
  rug_tick: z.int().min(0).nullable().describe('The tick of the rug by the seed.'),
  peak_multiplier: z.number().nullable().describe('The highest price by the seed.'),
  problems: z.array(z.string()).describe('What disagrees, in words.'),
  notes: z.array(z.string()).describe('What is unusual and proves nothing.'),
});
export type GameVerdict = z.infer<typeof gameVerdict>;

/** Derives a game's prices from its seed again, and compares. */
export function judgeGame({ meta, prices }: GameRecording): GameVerdict {
  const { game_id, server_seed, server_seed_hash } = meta;
  const about = { game_id, server_seed, server_seed_hash };
  if (server_seed === null) {
    const nothing = {
      version: null,
      compared: 0,
      first_disagreement: null,
      rug_tick: null,
      peak_multiplier: null,
    };
    return { ...about, verdict: 'no-seed', ...nothing, problems: [], notes: [] };
  }
  const seed = { serverSeed: server_seed, serverSeedHash: server_seed_hash, version: null };
  const { verdict, version, problems, notes, derived } = checkSeed(game_id, seed, prices);
  const wrongRug = derived.rugged && meta.rug_tick !== null && meta.rug_tick !== derived.rugTick;
  if (wrongRug)
    problems.push(`the rug was recorded at tick ${meta.rug_tick}, the seed says ${derived.rugTick}`);
  return {
    ...about,
    verdict: wrongRug ? 'mismatch' : verdict,
    version,
    compared: Math.min(prices.length, derived.prices.length),
    first_disagreement: firstDisagreement(prices, derived.prices, derived.rugTick),
    rug_tick: derived.rugged ? derived.rugTick : null,
    peak_multiplier: derived.peakMultiplier,
    problems,
    notes,
  };
}

/** The price of the rug itself does not follow from the seed. */
function firstDisagreement(
  prices: readonly number[],
  expected: readonly number[],
  rugTick: number,
): GameVerdict['first_disagreement'] {
  const tick = prices.findIndex((price, at) => at !== rugTick && !Object.is(price, expected[at]));
  const was = prices[tick];
  return was === undefined ? null : { tick, expected: expected[tick] ?? null, was };
}

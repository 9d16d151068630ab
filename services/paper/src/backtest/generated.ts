import { derivePrices, hashSeed } from '@vectra/game';
import type { GameRecording } from '@vectra/protocol';

/** In any time whatever: generated games were never played. */
const FIRST_START = Date.UTC(2025, 0, 1);
const TICK_MS = 250;
/** Beyond the longest game, of 5,000 ticks, with its countdown. So any game can be made without those before it. */
const APART_MS = 22 * 60_000;

/** Games by the game's own algorithm, from one seed: always the same ones. `count` of them, from the one at `first` on. */
export function* generatedGames(seed: string, count: number, first = 0): Generator<GameRecording> {
  for (let index = first; index < first + count; index++) {
    const start = FIRST_START + index * APART_MS;
    const serverSeed = hashSeed(`${seed}/${index}`);
    const day = new Date(start).toISOString().slice(0, 10).replaceAll('-', '');
    const gameId = `${day}-${hashSeed(`${seed}/id/${index}`).slice(0, 16)}`;
    const { prices, rugTick, peakMultiplier } = derivePrices(serverSeed, gameId, 'v3');
    yield recordingOf({
      gameId,
      serverSeed,
      start,
      prices: [...prices, rugPrice(serverSeed, prices)],
      rugTick,
      peakMultiplier,
    });
  }
}

/** A rug leaves up to 2 % of min(1, the price before); how much no seed tells, so it is drawn from the seed's hash. */
function rugPrice(serverSeed: string, prices: readonly number[]): number {
  const share = Number.parseInt(hashSeed(`${serverSeed}/rug`).slice(0, 8), 16) / 0xffff_ffff;
  return 0.02 * share * Math.min(1, prices.at(-1) ?? 1);
}

function recordingOf(game: {
  gameId: string;
  serverSeed: string;
  start: number;
  prices: number[];
  rugTick: number;
  peakMultiplier: number;
}): GameRecording {
  const { gameId, serverSeed, start, prices, rugTick, peakMultiplier } = game;
  return {
    meta: {
      game_id: gameId,
      start_time: new Date(start).toISOString(),
      end_time: new Date(start + rugTick * TICK_MS).toISOString(),
      duration_ticks: rugTick,
      peak_multiplier: peakMultiplier,
      server_seed_hash: hashSeed(serverSeed),
      server_seed: serverSeed,
      verified: true,
      rug_tick: rugTick,
      complete: true,
      backfilled_ticks: 0,
    },
    prices,
  };
}

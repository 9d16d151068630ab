import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices, hashSeed } from '@vectra/game';
import { recordingNames, type DayIndex, type GameRecording, type GameSummary } from '@vectra/protocol';

/** The UTC day on which they were played. */
export const DAY = '2025-12-07';
/** The first games are of noon, one a minute. */
const NOON = Date.parse(`${DAY}T12:00:00.000Z`);

/** The game with this number, whole and agreeing with its seed. */
export function recordedGame(number: number): GameRecording {
  const game_id = `20251207-${number.toString(16).padStart(16, '0')}`;
  const server_seed = hashSeed(`seed ${number}`);
  const { prices, rugTick, peakMultiplier } = derivePrices(server_seed, game_id, 'v3');
  const startedAt = NOON + number * 60_000;
  return {
    meta: {
      game_id,
      start_time: new Date(startedAt).toISOString(),
      end_time: new Date(startedAt + rugTick * 250).toISOString(),
      duration_ticks: rugTick,
      peak_multiplier: peakMultiplier,
      server_seed_hash: hashSeed(server_seed),
      server_seed,
      verified: true,
      rug_tick: rugTick,
      complete: true,
      backfilled_ticks: 0,
    },
    prices: [...prices, 0.01],
  };
}

/** Writes games of that day as the recorder does. */
export async function writeGames(dataDir: string, games: readonly GameRecording[]): Promise<void> {
  const folder = join(dataDir, 'recordings', DAY);
  await mkdir(join(folder, 'games'), { recursive: true });
  const summaries: GameSummary[] = [];
  for (const game of games) {
    const { meta } = game;
    const file = recordingNames(meta.game_id, Date.parse(meta.start_time)).game;
    await writeFile(join(folder, file), JSON.stringify(game));
    summaries.push({ ...meta, file, jsonl: null });
  }
  const index: DayIndex = { date: DAY, games: summaries };
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices, hashSeed } from '@vectra/game';
import type { GameRecording, GameSummary, LegacyLine } from '@vectra/protocol';

/** A game of two ticks. */
export function recordingOf(
  gameId: string,
  startTime: string,
  peak: number,
  more: Partial<GameRecording['meta']> = {},
): GameRecording {
  const hashes = { server_seed_hash: null, server_seed: null, verified: null };
  const length = { duration_ticks: 1, rug_tick: 1, complete: true, backfilled_ticks: 0 };
  const times = { start_time: startTime, end_time: null };
  return {
    meta: { game_id: gameId, ...times, peak_multiplier: peak, ...hashes, ...length, ...more },
    prices: [1, peak],
  };
}

/** A game that was made by the game's algorithm, its seed revealed. */
export function sealedRecording(gameId: string, startTime: string, seed: string): GameRecording {
  const { prices, rugTick, peakMultiplier } = derivePrices(seed, gameId, 'v3');
  const sealed = { server_seed: seed, server_seed_hash: hashSeed(seed), verified: true };
  const length = { duration_ticks: rugTick, rug_tick: rugTick };
  const { meta } = recordingOf(gameId, startTime, peakMultiplier, { ...sealed, ...length });
  return { meta, prices: [...prices, 0.01] };
}

type Lines = Readonly<Record<string, readonly LegacyLine[]>>;

/** Writes a day as the recorder does; without lines a game has no `.jsonl`. */
export async function writeDay(
  dataDir: string,
  date: string,
  recordings: readonly GameRecording[],
  lines: Lines = {},
): Promise<void> {
  const folder = join(dataDir, 'recordings', date);
  await mkdir(join(folder, 'games'), { recursive: true });
  await mkdir(join(folder, 'jsonl'), { recursive: true });
  const games: GameSummary[] = [];
  for (const recording of recordings) {
    const { game_id: id } = recording.meta;
    const file = `games/${id}.game.json`;
    const jsonl = lines[id] === undefined ? null : `jsonl/${id}.jsonl`;
    await writeFile(join(folder, file), JSON.stringify(recording));
    if (jsonl !== null) {
      const text = (lines[id] ?? []).map((line) => `${JSON.stringify(line)}\n`).join('');
      await writeFile(join(folder, jsonl), text);
    }
    games.push({ ...recording.meta, file, jsonl });
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ date, games }));
}

/** Writes games into the folders of the days on which they started. */
export async function writeRecordings(
  dataDir: string,
  recordings: readonly GameRecording[],
  lines: Lines = {},
): Promise<void> {
  const dayOf = ({ meta }: GameRecording): string => meta.start_time.slice(0, 10);
  for (const date of new Set(recordings.map(dayOf))) {
    const ofDay = recordings.filter((each) => dayOf(each) === date);
    await writeDay(dataDir, date, ofDay, lines);
  }
}

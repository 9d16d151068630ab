import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DayIndex, GameRecording, LegacyLine } from '@vectra/protocol';

/** Writes games as the recorder does, with an index of each of their days; without lines a game has no `.jsonl`. */
export async function writeRecordings(
  dataDir: string,
  recordings: readonly GameRecording[],
  lines: Readonly<Record<string, readonly LegacyLine[]>> = {},
): Promise<void> {
  const dayOf = ({ meta }: GameRecording): string => meta.start_time.slice(0, 10);
  for (const date of new Set(recordings.map(dayOf))) {
    const folder = join(dataDir, 'recordings', date);
    await mkdir(join(folder, 'games'), { recursive: true });
    await mkdir(join(folder, 'jsonl'), { recursive: true });
    const index: DayIndex = { date, games: [] };
    for (const recording of recordings.filter((each) => dayOf(each) === date)) {
      const { game_id: id } = recording.meta;
      const file = `games/${id}.game.json`;
      const jsonl = lines[id] === undefined ? null : `jsonl/${id}.jsonl`;
      await writeFile(join(folder, file), JSON.stringify(recording));
      if (jsonl !== null) {
        const text = (lines[id] ?? []).map((line) => `${JSON.stringify(line)}\n`).join('');
        await writeFile(join(folder, jsonl), text);
      }
      index.games.push({ ...recording.meta, file, jsonl });
    }
    await writeFile(join(folder, 'index.json'), JSON.stringify(index));
  }
}

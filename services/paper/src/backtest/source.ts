import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gameRecording, type GameRecording } from '@vectra/protocol';
import { generatedGames } from './generated.js';

/** `generated:<count>` or `generated:<count>:<seed>` */
const GENERATED = /^generated:(\d{1,7})(?::(.+))?$/;
const RECORDING = '.game.json';

export interface Filter {
  /** UTC days, both included; undefined: no bound. */
  from?: string | undefined;
  to?: string | undefined;
}

/** Games to play through, in the order they were played. */
export interface GameSource {
  /** How many there may be; what cannot be read or is filtered out counts. */
  total: number;
  /** What is not complete, or cannot be read, is given as the reason why it is left out. */
  games: () => AsyncIterable<GameRecording | { leftOut: string }> | Iterable<GameRecording>;
}

/**
 * The games that an argument names: a folder with recordings at any depth, one recording, or `generated:<count>[:<seed>]`.
 *
 * @throws errors of the file system when a path cannot be read; Error when a folder has no recording.
 */
export async function openGames(given: string, filter: Filter = {}): Promise<GameSource> {
  const generated = GENERATED.exec(given);
  if (generated !== null) {
    const total = Number(generated[1]);
    return { total, games: () => generatedGames(generated[2] ?? 'backtest', total) };
  }
  const paths = await recordingsBelow(given);
  if (paths.length === 0) throw new Error(`${given} has no ${RECORDING} file in it`);
  return { total: paths.length, games: () => readAll(paths, filter) };
}

async function recordingsBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith(RECORDING) && !entry.name.startsWith('.'),
  );
  // A recording's name begins with its start, so names sort as the games were played.
  return files
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function* readAll(
  paths: readonly string[],
  { from, to }: Filter,
): AsyncGenerator<GameRecording | { leftOut: string }> {
  for (const path of paths) {
    const found = await readOne(path);
    if ('leftOut' in found) yield found;
    else {
      const day = found.meta.start_time.slice(0, 10);
      if ((from === undefined || day >= from) && (to === undefined || day <= to)) yield found;
    }
  }
}

async function readOne(path: string): Promise<GameRecording | { leftOut: string }> {
  try {
    const parsed = gameRecording.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (!parsed.success) return { leftOut: `${path}: no recording` };
    if (!parsed.data.meta.complete || parsed.data.prices.length === 0)
      return { leftOut: `${path}: ticks are missing` };
    return parsed.data;
  } catch (error) {
    return { leftOut: `${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

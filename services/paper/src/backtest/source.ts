import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, basename } from 'node:path';
import { gameRecording, type GameRecording } from '@vectra/protocol';
import { reasonOf } from '@vectra/service-kit';
import { generatedGames } from './generated.js';
import { passes, type GamesFilter } from './query.js';

/** `generated:<count>` or `generated:<count>:<seed>` */
const GENERATED = /^generated:([1-9]\d{0,6})(?::(.+))?$/;
const RECORDING = '.game.json';
/** Games a chunk: enough that handing one over costs nothing beside playing it. */
const CHUNK = 64;

/** A few games in their order, which any thread can load. */
export type Chunk =
  | { kind: 'files'; paths: readonly string[] }
  | { kind: 'generated'; seed: string; first: number; count: number };

/** What a chunk holds; what is not complete, or cannot be read, is named with its reason. */
export interface LoadedChunk {
  games: GameRecording[];
  leftOut: string[];
}

/**
 * The games that the sources name, in the order in which they are played: recordings by the start in their names, then generated ones.
 *
 * @throws errors of the file system when a path cannot be read; Error when a folder has no recording.
 */
export async function chunksOf(sources: readonly string[]): Promise<Chunk[]> {
  let files: string[] = [];
  let generated: Chunk[] = [];
  for (const source of sources) {
    if (!source.startsWith('generated:')) files = files.concat(await recordingsBelow(source));
    else generated = generated.concat(generatedChunks(source));
  }
  // A recording's name begins with its start, so names sort as the games were played.
  const named = files.map((path) => ({ path, name: basename(path) }));
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const chunks: Chunk[] = [];
  for (let first = 0; first < named.length; first += CHUNK)
    chunks.push({ kind: 'files', paths: named.slice(first, first + CHUNK).map(({ path }) => path) });
  return [...chunks, ...generated];
}

/** How many games it may have: those that are left out or do not pass count as well. */
export function sizeOf(chunk: Chunk): number {
  return chunk.kind === 'files' ? chunk.paths.length : chunk.count;
}

export function loadChunk(chunk: Chunk, filter: GamesFilter): LoadedChunk {
  const loaded: LoadedChunk = { games: [], leftOut: [] };
  const found =
    chunk.kind === 'files' ? chunk.paths.map(readOne) : generatedGames(chunk.seed, chunk.count, chunk.first);
  for (const one of found) {
    if ('leftOut' in one) loaded.leftOut.push(one.leftOut);
    else if (passes(one, filter)) loaded.games.push(one);
  }
  return loaded;
}

function generatedChunks(source: string): Chunk[] {
  const match = GENERATED.exec(source);
  if (match === null)
    throw new Error(
      `expected generated:<count> or generated:<count>:<seed> with a count from 1 to 9,999,999, was "${source}"`,
    );
  const [total, seed] = [Number(match[1]), match[2] ?? 'backtest'];
  const chunks: Chunk[] = [];
  for (let first = 0; first < total; first += CHUNK)
    chunks.push({ kind: 'generated', seed, first, count: Math.min(CHUNK, total - first) });
  return chunks;
}

async function recordingsBelow(path: string): Promise<string[]> {
  if (!(await isFolder(path))) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith(RECORDING) && !entry.name.startsWith('.'),
  );
  if (files.length === 0)
    throw new Error(`${path} has no ${RECORDING} file in it: expected a folder of recordings`);
  return files.map((entry) => join(entry.parentPath, entry.name));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `${path} does not exist: expected a folder of recordings, a ${RECORDING} file, or generated:<count>`,
      { cause: error },
    );
  }
}

function readOne(path: string): GameRecording | { leftOut: string } {
  try {
    const parsed = gameRecording.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) return { leftOut: `${path}: no recording` };
    if (!parsed.data.meta.complete || parsed.data.prices.length === 0)
      return { leftOut: `${path}: ticks are missing` };
    return parsed.data;
  } catch (error) {
    return { leftOut: `${path}: ${reasonOf(error)}` };
  }
}

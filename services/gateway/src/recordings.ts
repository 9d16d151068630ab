import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  dayIndex,
  gameRecording,
  legacyLine,
  type DayIndex,
  type GameRecording,
  type GameSummary,
  type LegacyLine,
} from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { z } from 'zod';
import { comparer, cursorAfter, matches, type GamesQuery } from './gamesQuery.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
/** File names come from an index on disk: they lead nowhere but into the day's games. */
const GAME_FILE = /^games\/[A-Za-z0-9_-]+\.game\.json$/;
const LINES_FILE = /^jsonl\/[A-Za-z0-9_-]+\.jsonl$/;

export interface GamesPage {
  games: GameSummary[];
  /** Give it as `cursor` to continue; null when there are no more. */
  next: string | null;
}

interface CachedIndex {
  version: string;
  index: DayIndex;
}

/** The recorder's files, read only. What is absent is empty; what is damaged is empty and logged, once a version. */
export class Recordings {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #indexes = new Map<string, CachedIndex>();

  /** @param dataFolder RUGS_DATA_DIR */
  constructor(dataFolder: string, logger: Logger) {
    this.#folder = join(dataFolder, 'recordings');
    this.#logger = logger;
  }

  async list(query: GamesQuery): Promise<GamesPage> {
    const games: GameSummary[] = [];
    const days = await this.#days();
    for (const day of query.order === 'asc' ? days.reverse() : days) {
      if (!overlaps(day, query)) continue;
      games.push(...(await this.#gamesOf(day)).filter((game) => matches(game, query)));
      // No other day has games that come before these.
      if (query.sort === 'start' && games.length > query.limit) break;
    }
    games.sort(comparer(query));
    const page = games.slice(0, query.limit);
    const last = page.at(-1);
    const next = games.length > page.length && last !== undefined ? cursorAfter(last, query) : null;
    return { games: page, next };
  }

  async find(gameId: string): Promise<GameRecording | undefined> {
    const summary = await this.summaryOf(gameId);
    return summary && this.read(summary);
  }

  /** What the index says of a game; undefined when there is no recording of it. */
  async summaryOf(gameId: string): Promise<GameSummary | undefined> {
    for (const day of await this.#days()) {
      const game = (await this.#gamesOf(day)).find(({ game_id }) => game_id === gameId);
      if (game !== undefined) return game;
    }
    return undefined;
  }

  /** A game of the index as in its `.game.json`; undefined when that is damaged or gone. */
  async read({ start_time, file }: GameSummary): Promise<GameRecording | undefined> {
    const path = this.#pathOf(start_time, file, GAME_FILE);
    return path === undefined ? undefined : this.#parse(path, gameRecording);
  }

  /** The lines of a game's legacy `.jsonl`, which say when each tick came; none when the file is absent or damaged. */
  async linesOf({ start_time, jsonl }: GameSummary): Promise<LegacyLine[]> {
    const path = jsonl === null ? undefined : this.#pathOf(start_time, jsonl, LINES_FILE);
    if (path === undefined) return [];
    const lines = await this.#read(path, (text) =>
      text.split('\n').flatMap((line) => (line === '' ? [] : [legacyLine.parse(JSON.parse(line))])),
    );
    return lines ?? [];
  }

  /** Of a file in the folder of the day on which its game started. */
  #pathOf(startTime: string, file: string, expected: RegExp): string | undefined {
    const day = startTime.slice(0, 10);
    if (expected.test(file)) return join(this.#folder, day, file);
    this.#logger.warn({ day, file }, 'an index names a file outside its games folder');
    return undefined;
  }

  /** Newest first. */
  async #days(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (!isAbsent(error)) this.#logger.warn({ err: error }, 'the recordings cannot be read');
      return [];
    });
    return names.filter((name) => DAY.test(name)).sort((a, b) => (a < b ? 1 : -1));
  }

  async #gamesOf(day: string): Promise<GameSummary[]> {
    const path = join(this.#folder, day, 'index.json');
    const version = await stat(path).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => undefined,
    );
    if (version === undefined) return [];
    const cached = this.#indexes.get(day);
    if (cached?.version === version) return cached.index.games;
    const index = (await this.#parse(path, dayIndex)) ?? { date: day, games: [] };
    this.#indexes.set(day, { version, index });
    return index.games;
  }

  #parse<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S> | undefined> {
    return this.#read(path, (text) => schema.parse(JSON.parse(text)));
  }

  async #read<T>(path: string, parse: (text: string) => T): Promise<T | undefined> {
    try {
      return parse(await readFile(path, 'utf8'));
    } catch (error) {
      if (!isAbsent(error)) this.#logger.warn({ err: error, path }, 'a recording is damaged: left out');
      return undefined;
    }
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Whether a day's folder can hold what is asked for: games lie in the folder of the UTC day on which they started. */
function overlaps(day: string, { from, to, sort, order, after }: GamesQuery): boolean {
  const start = Date.parse(`${day}T00:00:00.000Z`);
  const end = start + 86_400_000 - 1;
  if (end < from || start > to) return false;
  if (sort !== 'start' || after === undefined) return true;
  return order === 'asc' ? end >= after.key : start <= after.key;
}

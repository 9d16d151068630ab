import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  dayIndex,
  gameRecording,
  legacyLine,
  sessionRecording,
  type GameRecording,
  type GameSummary,
  type LegacyLine,
  type SessionRecording,
} from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { z } from 'zod';
import { comparer, cursorAfter, matches, type GamesQuery } from './gamesQuery.js';
import { pageOf } from './paging.js';
import {
  bySessionStart,
  cursorAfterSession,
  dayOf,
  isWanted,
  named,
  type RecordedSession,
  type SessionsQuery,
} from './sessionsQuery.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
/** File names come from an index on disk: they lead nowhere but into the day's games. */
const GAME_FILE = /^games\/[A-Za-z0-9_-]+\.game\.json$/;
const LINES_FILE = /^jsonl\/[A-Za-z0-9_-]+\.jsonl$/;

export interface GamesPage {
  games: GameSummary[];
  /** Give it as `cursor` to continue; null when there are no more. */
  next: string | null;
}

/** What a day's index lists. */
interface Day {
  games: GameSummary[];
  sessions: RecordedSession[];
}

/** The recorder's files, read only. What is absent is empty; what is damaged is empty and logged, once a version. */
export class Recordings {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #indexes = new Map<string, { version: string; listed: Day }>();

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
      games.push(...(await this.#listed(day)).games.filter((game) => matches(game, query)));
      // No other day has games that come before these.
      if (query.sort === 'start' && games.length > query.limit) break;
    }
    games.sort(comparer(query));
    const { page, next } = pageOf(games, query.limit, (last) => cursorAfter(last, query));
    return { games: page, next };
  }

  /** The account's sessions. Of those that are open the totals are as in their files now; null where those can't be read. */
  async sessions(query: SessionsQuery): Promise<{ sessions: RecordedSession[]; next: string | null }> {
    const found: RecordedSession[] = [];
    for (const day of await this.#days()) {
      if (!overlaps(day, { ...query, sort: 'start', order: 'desc' })) continue;
      found.push(...(await this.#listed(day)).sessions.filter((session) => isWanted(session, query)));
      if (found.length > query.limit) break;
    }
    const { page, next } = pageOf(found.sort(bySessionStart), query.limit, cursorAfterSession);
    const sessions = await Promise.all(page.map((session) => this.#withTotals(session)));
    return { sessions, next };
  }

  /** A session as in its file; undefined when there is none of that name. */
  async session(name: string): Promise<SessionRecording | 'damaged' | undefined> {
    const path = join(this.#folder, dayOf(name) ?? '', 'sessions', `${name}_session.json`);
    if (dayOf(name) === undefined || (await versionOf(path)) === undefined) return undefined;
    return (await this.#parse(path, sessionRecording)) ?? 'damaged';
  }

  async #withTotals(session: RecordedSession): Promise<RecordedSession> {
    if (session.summary !== null) return session;
    const recording = await this.session(session.name);
    return typeof recording === 'object' ? { ...session, summary: recording.summary } : session;
  }

  async find(gameId: string): Promise<GameRecording | undefined> {
    const summary = await this.summaryOf(gameId);
    return summary && this.read(summary);
  }

  /** What the index says of a game; undefined when there is no recording of it. */
  async summaryOf(gameId: string): Promise<GameSummary | undefined> {
    for (const day of await this.#days()) {
      const game = (await this.#listed(day)).games.find(({ game_id }) => game_id === gameId);
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

  async #listed(day: string): Promise<Day> {
    const path = join(this.#folder, day, 'index.json');
    const version = await versionOf(path);
    if (version === undefined) return { games: [], sessions: [] };
    const cached = this.#indexes.get(day);
    if (cached?.version === version) return cached.listed;
    const { games, sessions = [] } = (await this.#parse(path, dayIndex)) ?? { games: [] };
    const listed = {
      games,
      sessions: sessions.flatMap((session) => {
        const known = named(day, session);
        if (known !== undefined) return [known];
        this.#logger.warn({ day, file: session.file }, 'an index names a file that is none of its sessions');
        return [];
      }),
    };
    this.#indexes.set(day, { version, listed });
    return listed;
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

/** Changes with the file; undefined when it is absent. */
async function versionOf(path: string): Promise<string | undefined> {
  return stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => undefined,
  );
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

type Span = Pick<GamesQuery, 'from' | 'to' | 'sort' | 'order'> & { after: { key: number } | undefined };

/** Whether a day's folder can hold what is asked for: what is recorded lies in the folder of the UTC day on which it started. */
function overlaps(day: string, { from, to, sort, order, after }: Span): boolean {
  const start = Date.parse(`${day}T00:00:00.000Z`);
  const end = start + 86_400_000 - 1;
  if (end < from || start > to) return false;
  if (sort !== 'start' || after === undefined) return true;
  return order === 'asc' ? end >= after.key : start <= after.key;
}

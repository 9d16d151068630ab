import { dirname, join, resolve, sep } from 'node:path';
import {
  gameRecording,
  sessionRecording,
  type DayIndex,
  type GameSummary,
  type SessionSummary,
} from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import { ensureFolder, namesIn, replaceFile, sweepTemporaries, textIn } from './disk.js';
import { Listing } from './listing.js';
import type { GameFiles } from './recording.js';
import type { SessionFile } from './sessions/sessionFile.js';

/** What became of a game's files. */
export type Outcome = 'written' | 'unchanged' | 'refused';

/**
 * The files derived from the journal, below one folder: a folder a UTC day, with `games/`, `jsonl/`,
 * `sessions/` and `index.json`.
 * Writing is idempotent, and at any moment a reader finds each file whole.
 */
export class RecordingFiles {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #games: Listing<Omit<GameSummary, 'jsonl'>>;
  readonly #sessions: Listing<SessionSummary>;
  /** What their day's index says of open sessions: what each action changes is not in it. */
  readonly #open = new Map<string, string>();

  constructor(folder: string, log: Logger) {
    this.#folder = resolve(folder);
    this.#log = log;
    this.#games = new Listing('.game.json', summaryOfGame, log);
    this.#sessions = new Listing('_session.json', summaryOfSession, log);
  }

  /** Writes the games' and sessions' files where they differ from what is there, and the index of each day concerned. */
  async write(
    games: readonly GameFiles[],
    sessions: readonly SessionFile[] = [],
  ): Promise<Map<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    const dates = new Set<string>();
    const opened = new Map<string, string>();
    for (const { date, name, recording } of sessions) {
      if (!this.#isInside(date, name)) {
        this.#log.error({ date, name }, 'refused: the name leads out of the recordings folder');
        continue;
      }
      const path = join(date, name);
      await this.#put(path, `${JSON.stringify(recording)}\n`);
      const said = JSON.stringify(recording.meta);
      if (this.#open.get(path) !== said) dates.add(date);
      if (recording.meta.session_end === null) opened.set(path, said);
      else this.#open.delete(path);
    }
    for (const game of games) {
      const { gameId, names } = game;
      if (!this.#isInside(names.date, names.game) || !this.#isInside(names.date, names.jsonl)) {
        this.#log.error({ gameId, names }, 'refused: the name leads out of the recordings folder');
        outcomes.set(gameId, 'refused');
        continue;
      }
      dates.add(names.date);
      // The .game.json comes last: where it is, its .jsonl is too.
      const lines = game.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      const jsonl = await this.#put(join(names.date, names.jsonl), lines);
      const json = await this.#put(join(names.date, names.game), `${JSON.stringify(game.recording)}\n`);
      outcomes.set(gameId, jsonl || json ? 'written' : 'unchanged');
    }
    for (const date of dates) {
      await this.#put(join(date, 'index.json'), `${JSON.stringify(await this.#indexOf(date))}\n`);
    }
    for (const [path, said] of opened) this.#open.set(path, said);
    return outcomes;
  }

  /** Removes what a killed process left unfinished in the folders of these days (Unix ms). */
  async sweep(times: readonly number[]): Promise<void> {
    for (const date of new Set(times.map((time) => new Date(time).toISOString().slice(0, 10)))) {
      for (const part of ['', 'games', 'jsonl', 'sessions'])
        await sweepTemporaries(join(this.#folder, date, part));
    }
  }

  /** The last defence: ids are checked when an event is decoded, and a path is never built from anything else. */
  #isInside(date: string, name: string): boolean {
    const day = join(this.#folder, date);
    return resolve(day) === day && dirname(day) === this.#folder && resolve(day, name).startsWith(day + sep);
  }

  /** Returns false when the file has this content already. */
  async #put(name: string, content: string): Promise<boolean> {
    const path = join(this.#folder, name);
    if ((await textIn(path)) === content) return false;
    await ensureFolder(dirname(path));
    await replaceFile(path, content);
    return true;
  }

  /** From the folder, whoever put the files there. */
  async #indexOf(date: string): Promise<DayIndex> {
    const day = join(this.#folder, date);
    const jsonl = new Set(await namesIn(join(day, 'jsonl')));
    const games = (await this.#games.of(join(day, 'games'))).map((game): GameSummary => {
      const lines = legacyName(game.file);
      return { ...game, jsonl: jsonl.has(lines) ? `jsonl/${lines}` : null };
    });
    const sessions = await this.#sessions.of(join(day, 'sessions'));
    return { date, games: games.sort(byStart), sessions: sessions.sort(bySessionStart) };
  }
}

function summaryOfGame(content: unknown, name: string): Omit<GameSummary, 'jsonl'> {
  return { ...gameRecording.parse(content).meta, file: `games/${name}` };
}

/** What changes with each action of a session is its file's to say. */
function summaryOfSession(content: unknown, name: string): SessionSummary {
  const { meta, summary } = sessionRecording.parse(content);
  return { ...meta, summary: meta.session_end === null ? null : summary, file: `sessions/${name}` };
}

function byStart(a: GameSummary, b: GameSummary): number {
  return compare(a.start_time, b.start_time) || compare(a.game_id, b.game_id);
}

function bySessionStart(a: SessionSummary, b: SessionSummary): number {
  return compare(a.session_start, b.session_start) || compare(a.file, b.file);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `games/20251207T143022_e9ac71e7.game.json` -> `game_20251207_143022_e9ac71e7.jsonl` */
function legacyName(file: string): string {
  return `game_${file.slice('games/'.length, -'.game.json'.length).replace('T', '_')}.jsonl`;
}

import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { gameRecording, type DayIndex, type GameSummary } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import { ensureFolder, hasCode, namesIn, replaceFile, sweepTemporaries } from './disk.js';
import type { GameFiles } from './recording.js';

/** A day has some 1,300 games; a process may have as few as 1,024 files open. */
const FILES_AT_ONCE = 64;

/** What became of a game's files. */
export type Outcome = 'written' | 'unchanged' | 'refused';

interface Listed {
  /** Tells whether the file is still the one that was read. */
  stamp: string;
  /** undefined: damaged. */
  summary: GameSummary | undefined;
}

/**
 * The files derived from the journal, below one folder: a folder a UTC day, with `games/`, `jsonl/` and `index.json`.
 * Writing is idempotent, and at any moment a reader finds each file whole.
 */
export class RecordingFiles {
  readonly #folder: string;
  readonly #log: Logger;
  /** By path. */
  readonly #listed = new Map<string, Listed>();

  constructor(folder: string, log: Logger) {
    this.#folder = resolve(folder);
    this.#log = log;
  }

  /** Writes the games' files where they differ from what is there, and the index of each day concerned. */
  async write(games: readonly GameFiles[]): Promise<Map<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    const dates = new Set<string>();
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
    return outcomes;
  }

  /** Removes what a killed process left unfinished in the folders of these days (Unix ms). */
  async sweep(times: readonly number[]): Promise<void> {
    for (const date of new Set(times.map((time) => new Date(time).toISOString().slice(0, 10)))) {
      for (const part of ['', 'games', 'jsonl']) await sweepTemporaries(join(this.#folder, date, part));
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
    if ((await contentOf(path)) === content) return false;
    await ensureFolder(dirname(path));
    await replaceFile(path, content);
    return true;
  }

  /** From the folder, whoever put the files there; files that have not changed are not read again. */
  async #indexOf(date: string): Promise<DayIndex> {
    const day = join(this.#folder, date);
    const jsonl = new Set(await namesIn(join(day, 'jsonl')));
    const names = (await namesIn(join(day, 'games'))).filter(
      (name) => name.endsWith('.game.json') && !name.startsWith('.'),
    );
    const summary = async (name: string): Promise<GameSummary[]> => {
      const known = await this.#summaryOf(day, name);
      const lines = legacyName(name);
      return known === undefined ? [] : [{ ...known, jsonl: jsonl.has(lines) ? `jsonl/${lines}` : null }];
    };
    const games: GameSummary[] = [];
    for (let first = 0; first < names.length; first += FILES_AT_ONCE)
      games.push(...(await Promise.all(names.slice(first, first + FILES_AT_ONCE).map(summary))).flat());
    return { date, games: games.sort(byStart) };
  }

  async #summaryOf(day: string, name: string): Promise<GameSummary | undefined> {
    const path = join(day, 'games', name);
    const { ino, size, mtimeMs } = await stat(path);
    const stamp = `${ino}:${size}:${mtimeMs}`;
    const known = this.#listed.get(path);
    if (known?.stamp === stamp) return known.summary;
    const summary = await this.#readSummary(path, `games/${name}`);
    this.#listed.set(path, { stamp, summary });
    return summary;
  }

  async #readSummary(path: string, file: string): Promise<GameSummary | undefined> {
    try {
      const { meta } = gameRecording.parse(JSON.parse(await readFile(path, 'utf8')));
      return { ...meta, file, jsonl: null };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.warn({ file: path, reason }, 'not a readable recording: left out of the index');
      return undefined;
    }
  }
}

function byStart(a: GameSummary, b: GameSummary): number {
  return compare(a.start_time, b.start_time) || compare(a.game_id, b.game_id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `20251207T143022_e9ac71e7.game.json` -> `game_20251207_143022_e9ac71e7.jsonl` */
function legacyName(gameName: string): string {
  return `game_${gameName.slice(0, -'.game.json'.length).replace('T', '_')}.jsonl`;
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

import { join } from 'node:path';
import type { Event } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import { isFileError } from '../disk.js';
import { RecordingFiles, type Outcome } from '../files.js';
import { foldersOf } from '../folders.js';
import type { GameFiles } from '../recording.js';
import { addAccount, newAccount, type LineAccount } from './account.js';
import { clockIn } from './clock.js';
import { ExistingGames } from './existing.js';
import { GatheredGame } from './gathered.js';
import { Gathering, type LineOutcome } from './gathering.js';
import { findInput, readLines, type InputFile } from './input.js';
import type { Seed } from './seeds.js';
import { settle, type GameReport, type SettledGame } from './settle.js';

/** Games held open at most: two recordings of one game lie near each other, and farther apart the files are merged. */
const GAMES_OPEN = 1_024;
/** Games written together. */
const GROUP = 64;
/** Damaged lines that are named. */
const DAMAGES_NAMED = 20;

/** An imported game on its way to the files. Other formats attach here. */
export interface ImportedGame {
  gameId: string;
  /** Its `game.start`, `game.tick`s, `game.end` and `game.sealed`, as a log would have them. */
  events: readonly Event[];
  files: GameFiles;
}

export interface ImportOptions {
  /** Folders and files, in the order in which they are read. */
  paths: readonly string[];
  dataFolder: string;
  /** What times without a zone are in; see `clockIn`. */
  timeZone: string;
  /** Seeds known from elsewhere, by game id. */
  seeds?: ReadonlyMap<string, Seed>;
  /** Tells what would be done, and writes nothing. */
  dryRun?: boolean;
  log: Logger;
  /** Called after every game that was written, in the order of writing. */
  onGame?: (game: ImportedGame) => Promise<void>;
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  files: number;
  filesDone: number;
  bytes: number;
  bytesDone: number;
  lines: number;
  /** Games written, or found to be there already. */
  games: number;
}

export interface Damage {
  line: number;
  recovered: number;
  lost: number;
  reason: string | null;
}

export interface FileReport {
  file: string;
  bytes: number;
  lines: LineAccount;
  /** Rows recovered from damaged lines. */
  recovered: number;
  /** Rows that damaged lines held and that are lost, at least. */
  lost: number;
  /** The first damaged lines. */
  damages: Damage[];
  /** Why the file could not be read to its end; null when it was. */
  problem: string | null;
}

export interface ImportReport {
  dryRun: boolean;
  timeZone: string;
  seconds: number;
  bytes: number;
  lines: LineAccount;
  files: FileReport[];
  /** Files of other kinds, left alone. */
  passedOver: string[];
  games: GameReport[];
  /** Games whose start, in UTC, is not of the day that begins their id: the time zone is wrong. */
  misdated: number;
}

/** Imports old recordings: reads every file, then writes what has become known. Bad files and lines are reported, and do not stop it. */
export class Importer {
  readonly #options: ImportOptions;
  readonly #gathering: Gathering;
  readonly #recordings: string;
  readonly #files: RecordingFiles;
  readonly #progress: Progress = { files: 0, filesDone: 0, bytes: 0, bytesDone: 0, lines: 0, games: 0 };
  readonly #games = new Map<string, GameReport>();
  #existing = new ExistingGames();

  /** @throws RangeError when the time zone is none. */
  constructor(options: ImportOptions) {
    this.#options = options;
    this.#gathering = new Gathering(clockIn(options.timeZone));
    this.#recordings = foldersOf(options.dataFolder).recordings;
    this.#files = new RecordingFiles(this.#recordings, options.log);
  }

  /** @throws errors of the file system when a path cannot be read at all, or the recordings cannot be written. */
  async run(): Promise<ImportReport> {
    const started = performance.now();
    const inputs = await Promise.all(this.#options.paths.map(findInput));
    const files = inputs.flatMap((input) => input.files);
    this.#progress.files = files.length;
    this.#progress.bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#existing = await ExistingGames.in(this.#recordings);
    const reports = inputs.flatMap(({ unreadable }) =>
      unreadable.map(({ name, problem }): FileReport => ({ ...newFileReport(name, 0), problem })),
    );
    for (const file of files) reports.push(await this.#read(file));
    await this.#settle([...this.#gathering.games.keys()]);
    await this.#settleSeeds();
    const lines = newAccount();
    for (const report of reports) addAccount(lines, report.lines);
    const games = [...this.#games.values()].sort((a, b) => (a.gameId < b.gameId ? -1 : 1));
    return {
      dryRun: this.#options.dryRun === true,
      timeZone: this.#options.timeZone,
      seconds: (performance.now() - started) / 1_000,
      bytes: this.#progress.bytesDone,
      lines,
      files: reports,
      passedOver: inputs.flatMap((input) => input.passedOver),
      games,
      misdated: games.filter(isMisdated).length,
    };
  }

  async #read({ path, name, bytes }: InputFile): Promise<FileReport> {
    const report = newFileReport(name, bytes);
    try {
      let number = 0;
      for await (const lines of readLines(path, (count) => (this.#progress.bytesDone += count))) {
        for (const line of lines) note(report, ++number, this.#line(line, name));
        this.#progress.lines += lines.length;
        this.#tell();
      }
    } catch (error) {
      if (!isFileError(error)) throw error;
      report.problem = error.message;
    }
    this.#progress.filesDone += 1;
    const open = [...this.#gathering.games.keys()];
    if (open.length > GAMES_OPEN) await this.#settle(open.slice(0, open.length - GAMES_OPEN / 2));
    this.#tell();
    return report;
  }

  #line(line: string | undefined, name: string): LineOutcome {
    if (line === undefined)
      return { kind: 'unreadable', recovered: 0, lost: 1, reason: 'longer than 16 MiB' };
    return this.#gathering.line(line, name);
  }

  /** Writes games, and lets them go. */
  async #settle(gameIds: readonly string[]): Promise<void> {
    for (let from = 0; from < gameIds.length; from += GROUP) {
      const ids = gameIds.slice(from, from + GROUP);
      const games = ids.flatMap((id) => this.#gathering.games.get(id) ?? []);
      await this.#write(await Promise.all(games.map((game) => this.#settled(game))));
      for (const id of ids) this.#gathering.drop(id);
    }
  }

  /** A seed that became known after its game was let go, or whose game was recorded before. */
  async #settleSeeds(): Promise<void> {
    const settled: SettledGame[] = [];
    for (const id of new Set([...this.#gathering.seeds.keys(), ...(this.#options.seeds?.keys() ?? [])])) {
      if ((this.#games.get(id)?.verified ?? null) !== null || !this.#existing.has(id)) continue;
      const game = await this.#settled(new GatheredGame(id));
      if (game.report.outcome === 'merged') settled.push(game);
    }
    await this.#write(settled);
  }

  async #settled(game: GatheredGame): Promise<SettledGame> {
    const seed = this.#gathering.seeds.get(game.id) ?? this.#options.seeds?.get(game.id);
    return settle(game, seed, await this.#existing.get(game.id));
  }

  async #write(settled: readonly SettledGame[]): Promise<void> {
    const due = settled.flatMap(({ files }) => files ?? []);
    const outcomes =
      this.#options.dryRun === true ? new Map<string, Outcome>() : await this.#files.write(due);
    for (const { report, events, files } of settled) {
      if (outcomes.get(report.gameId) === 'refused') report.outcome = 'refused';
      else if (files !== undefined) await this.#written({ gameId: report.gameId, events, files });
      this.#noteGame(report);
    }
    this.#tell();
  }

  async #written(game: ImportedGame): Promise<void> {
    const { names } = game.files;
    if (this.#options.dryRun === true) return;
    this.#existing.add(join(this.#recordings, names.date), names.game);
    await this.#options.onGame?.(game);
  }

  /** A game told of twice in one import, far apart, is one game of the report. */
  #noteGame(report: GameReport): void {
    const before = this.#games.get(report.gameId);
    if (before !== undefined) {
      report.files = [...new Set([...before.files, ...report.files])];
      if (report.outcome !== 'refused' && before.outcome !== 'empty') report.outcome = before.outcome;
    }
    this.#games.set(report.gameId, report);
    this.#progress.games = this.#games.size;
  }

  #tell(): void {
    this.#options.onProgress?.({ ...this.#progress });
  }
}

function newFileReport(file: string, bytes: number): FileReport {
  return { file, bytes, lines: newAccount(), recovered: 0, lost: 0, damages: [], problem: null };
}

/** An id begins with the UTC day on which the game was announced, some 15 s before its start. */
function isMisdated({ gameId, startTime }: GameReport): boolean {
  if (startTime === null || !/^\d{8}-/.test(gameId)) return false;
  const announced = new Date(Date.parse(startTime) - 60_000).toISOString();
  return ![startTime, announced].some((time) => time.slice(0, 10).replaceAll('-', '') === gameId.slice(0, 8));
}

function note(report: FileReport, line: number, { kind, recovered, lost, reason }: LineOutcome): void {
  report.lines[kind] += 1;
  report.recovered += recovered;
  report.lost += lost;
  const damaged = kind === 'repaired' || kind === 'unreadable';
  if (damaged && report.damages.length < DAMAGES_NAMED)
    report.damages.push({ line, recovered, lost, reason: reason ?? null });
}

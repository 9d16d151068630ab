import { setTimeout as sleep } from 'node:timers/promises';
import type { Event, Position } from '@vectra/protocol';
import { eventFields, type Health } from '@vectra/service-kit';
import { GameBook, type BookedGame, type Game, type RecordingChange } from './book.js';
import { isFileError } from './disk.js';
import { RecordingFiles } from './files.js';
import { foldersOf } from './folders.js';
import { Journal, type JournalOptions } from './journal.js';
import { recordGame } from './recording.js';
import type { Beginning, Gap, SegmentLine } from './segment.js';
import { describeDiskFailure, type Space } from './space/space.js';
import { SessionKeeper } from './sessions/keeper.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

export interface RecorderOptions extends Omit<JournalOptions, 'folder'> {
  /** Holds `journal/` and `recordings/`. */
  folder: string;
  health: Pick<Health, 'set'>;
  stopping: AbortSignal;
  onGameWritten?: () => void;
  /** Asked before each write. */
  space?: Pick<Space, 'check'>;
  /** Told of every event once it is durable. */
  follower?: Follower;
}

/** Goes along with what the recorder knows of the games. */
export interface Follower {
  /** An ownership begins: what was told before does not count. */
  begin(): void;
  /** @param due games of which more is known now, and that have ended. @param running the game in progress. */
  fold(event: Event, due: readonly BookedGame[], running: BookedGame | undefined): void;
  /** A batch has been told. */
  settled(): void;
}

/**
 * Log to files. Events are first made durable in the journal, then the files they make due are written, and only then
 * may the batch be acknowledged. A crash in between is repaired when ownership next begins: everything in the newest
 * segment's reach is derived anew, and files that are right are left alone.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #journal: Journal;
  readonly #files: RecordingFiles;
  #book = new GameBook();
  /** Games whose files are to be written. */
  #due = new Map<string, Game>();
  #sessions = new SessionKeeper();
  /** Events were lost, which the journal is told of with the next batch. */
  #lost = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: RecorderOptions) {
    const { folder, ...rest } = options;
    const { journal, recordings } = foldersOf(folder);
    this.#options = options;
    this.#journal = new Journal({ ...rest, folder: journal });
    this.#files = new RecordingFiles(recordings, options.log);
  }

  /** The place in the log up to which everything is recorded; undefined before the first event. */
  get position(): Position | undefined {
    return this.#journal.position;
  }

  /** The newest change of recording; undefined when it was never paused. */
  get change(): RecordingChange | undefined {
    return this.#book.change;
  }

  /** The game in progress, and whether it gets files. */
  get running(): Pick<BookedGame, 'id' | 'recorded'> | undefined {
    return this.#book.running;
  }

  /**
   * Begins an ownership of the log's group: reads where the journal ends and repairs the files.
   *
   * @returns the place in the log up to which the journal goes; undefined when it is empty.
   */
  takeOver(token: number): Promise<Position | undefined> {
    return this.#serially(() => this.#takeOver(token));
  }

  async #takeOver(token: number): Promise<Position | undefined> {
    this.#options.follower?.begin();
    this.#due.clear();
    this.#book = new GameBook();
    this.#sessions = new SessionKeeper();
    await this.#journal.recover(token, (line) => this.#goOnFrom(line));
    this.#options.health.set('journal', true);
    await this.#files.sweep([
      ...[...this.#due.values(), ...this.#book.games].map(({ events }) => events[0]?.timestamp ?? 0),
      ...this.#sessions.due().map(({ recording }) => Date.parse(recording.meta.session_start)),
    ]);
    // What the disk refuses now is tried again with the next batch.
    await this.#attempt('files', () => this.#writeDue());
    return this.#journal.position;
  }

  #goOnFrom(line: SegmentLine): void {
    if (line.kind === 'header') {
      this.#book = new GameBook(line.header);
      this.#sessions = new SessionKeeper(line.header.sessions);
    }
    if (line.kind === 'recording') this.#book.follow(line.change);
    if (line.kind === 'carried') this.#applyToGames(line.event);
    if (line.kind === 'event' || line.kind === 'late') this.#apply(line.event, line.kind === 'late');
    if (line.kind === 'gap') this.#sessions.lose();
  }

  /** Events `from` to `to` (seq) can't be had any more. */
  noteGap(gap: Gap): void {
    this.#journal.noteGap(gap);
    this.#lost = true;
  }

  /**
   * Records a batch, as often as it takes while the disk refuses.
   *
   * @param late the events are dead letters sent again: they belong before what is recorded already.
   * @returns false when it gave up because of a stop or because `owned` said so: the batch must not be acknowledged.
   * @throws SupersededError when another owner wrote meanwhile.
   */
  record(events: readonly Event[], owned: () => boolean, late = false): Promise<boolean> {
    return this.#serially(() => this.#record(events, owned, late));
  }

  /**
   * Pauses or resumes recording from the next game on, durably, as often as it takes while the disk refuses.
   *
   * @returns false when it gave up because of a stop or because `owned` said so.
   * @throws SupersededError when another owner wrote meanwhile.
   */
  follow(change: RecordingChange, owned: () => boolean): Promise<boolean> {
    return this.#serially(async () => {
      const durable = await this.#persist('journal', owned, () =>
        this.#journal.appendChange(change, () => this.#carry()),
      );
      if (durable) this.#book.follow(change);
      return durable;
    });
  }

  async #record(events: readonly Event[], owned: () => boolean, late: boolean): Promise<boolean> {
    const carry = (): Beginning => this.#carry();
    let added: readonly Event[] = [];
    const durable = await this.#persist('journal', owned, async () => {
      added = await (late ? this.#journal.appendLate(events, carry) : this.#journal.append(events, carry));
    });
    if (!durable) return false;
    if (this.#lost && !late) {
      this.#sessions.lose();
      this.#lost = false;
    }
    for (const event of added) this.#apply(event, late);
    const written = await this.#persist('files', owned, () => this.#writeDue());
    this.#options.follower?.settled();
    return written;
  }

  /** Steps come from the log and from the operator; each sees what the one before it left. */
  #serially<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#work.then(step);
    this.#work = done.catch(() => undefined); // told to whoever asked for the step
    return done;
  }

  async close(): Promise<void> {
    await this.#serially(() => this.#journal.close());
  }

  #carry(): Beginning {
    return { ...this.#book.carry(), sessions: this.#sessions.carry() };
  }

  /** @param late it belongs before what was applied. */
  #apply(event: Event, late: boolean): void {
    this.#applyToGames(event);
    this.#sessions.apply(event, late);
  }

  #applyToGames(event: Event): void {
    const due = this.#book.apply(event);
    for (const game of due) if (game.recorded) this.#due.set(game.id, game);
    this.#options.follower?.fold(event, due, this.#book.running);
  }

  async #writeDue(): Promise<void> {
    if (this.#due.size + this.#sessions.size === 0) return;
    const due = new Map(this.#due);
    const games = [...due.values()].map(recordGame).filter((files) => files !== undefined);
    const outcomes = await this.#files.write(games, this.#sessions.due());
    this.#due.clear();
    this.#sessions.written();
    for (const [gameId, outcome] of outcomes) {
      if (outcome !== 'written') continue;
      this.#options.onGameWritten?.();
      const newest = due.get(gameId)?.events.at(-1);
      const fields = newest === undefined ? { gameId } : eventFields(newest);
      this.#options.log.info(fields, 'game recorded');
    }
  }

  /** Repeats what the file system refuses, with back-off, until it works, the service stops, or ownership is gone. */
  async #persist(what: string, owned: () => boolean, write: () => Promise<void>): Promise<boolean> {
    const { stopping } = this.#options;
    for (
      let wait = FIRST_RETRY_MS;
      owned() && !stopping.aborted;
      wait = Math.min(2 * wait, LONGEST_RETRY_MS)
    ) {
      if (await this.#attempt(what, write)) return true;
      await sleep(wait, undefined, { signal: stopping }).catch(() => undefined); // a stop ends the wait
    }
    return false;
  }

  /** Returns false when the file system refused, which is then told. */
  async #attempt(what: string, write: () => Promise<void>): Promise<boolean> {
    const { health, log, space, folder } = this.#options;
    try {
      await space?.check();
      await write();
      health.set(what, true);
      return true;
    } catch (error) {
      if (!isFileError(error)) throw error;
      const reason = describeDiskFailure(error, folder);
      health.set(what, false, reason);
      log.error({ reason }, `writing the ${what} failed; trying again`);
      return false;
    }
  }
}

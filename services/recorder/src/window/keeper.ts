import type { Event } from '@vectra/protocol';
import { describeFailure } from '@vectra/service-kit';
import type { WindowWrite } from '@vectra/stream';
import type { BookedGame } from '../book.js';
import type { Follower } from '../recorder.js';
import { gamesInLog, gamesOnDisk, type StoredEvents } from './older.js';
import { RecentGames } from './recentGames.js';
import { WindowWriter, type WindowWriterOptions } from './writer.js';

/** How often it is looked whether Redis still holds the window. */
const CHECK_MS = 1_000;

/** What is needed of the log; `EventLog` fits. */
export interface WindowLog extends StoredEvents {
  writeRecentGames(owner: { group: string; fence: string }, write: WindowWrite): Promise<boolean>;
}

export interface WindowKeeperOptions extends WindowWriterOptions {
  /** How many finished games. */
  size: number;
  /** The folder of the recordings. */
  recordings: string;
}

/** Keeps the last games in Redis for whoever wants them, while this process owns the log's group. */
export class WindowKeeper implements Follower {
  readonly #options: WindowKeeperOptions;
  readonly #games: RecentGames;
  readonly #writer: WindowWriter;
  readonly #timer: NodeJS.Timeout;
  /** Counts ownerships. */
  #ownership = 0;
  #warming: Promise<void> = Promise.resolve();

  constructor(options: WindowKeeperOptions) {
    this.#options = options;
    this.#games = new RecentGames(options.size);
    this.#writer = new WindowWriter(this.#games, options);
    this.#timer = setInterval(() => this.#writer.check(), CHECK_MS);
  }

  begin(): void {
    this.#ownership += 1;
    this.#writer.disown();
    this.#games.clear();
  }

  fold(event: Event, due: readonly BookedGame[], running: BookedGame | undefined): void {
    this.#games.fold(event, due, running);
  }

  settled(): void {
    this.#writer.changed();
  }

  /**
   * The journal has been read. Games that it does not reach back to come from the files, and then from the log; recording
   * need not wait for them.
   */
  own(events: WindowLog, owner: { group: string; fence: string }): void {
    const ownership = this.#ownership;
    const { recordings, size, log } = this.#options;
    this.#warming = this.#warming.then(async () => {
      await this.#warmUp('the files', () => gamesOnDisk(recordings, size, log));
      await this.#warmUp('the log', () => gamesInLog(events));
      if (ownership === this.#ownership) this.#writer.own((write) => events.writeRecentGames(owner, write));
    });
  }

  /** The ownership has ended. */
  disown(): void {
    this.#ownership += 1;
    this.#writer.disown();
  }

  /** Resolves when what is known is written, or can't be. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#warming;
    await this.#writer.settled();
  }

  /** Without the older games the window is only shorter: nothing that recording would have to wait for. */
  async #warmUp(source: string, read: () => ReturnType<typeof gamesOnDisk>): Promise<void> {
    if (this.#games.isFull) return;
    try {
      for (const game of await read()) this.#games.add(game);
    } catch (error) {
      this.#options.log.warn(
        { reason: describeFailure(error) },
        `the last games could not be read from ${source}; the window fills as games are played`,
      );
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, type Health, type Logger } from '@vectra/service-kit';
import { FencedError, type WindowWrite } from '@vectra/stream';
import { planWrite, type Held } from './plan.js';
import type { RecentGames } from './recentGames.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4_000;

/** Writes for one ownership: false when Redis does not hold what the change builds on. */
export type WriteWindow = (write: WindowWrite) => Promise<boolean>;

export interface WindowWriterOptions {
  log: Logger;
  health: Pick<Health, 'set'>;
  stopping: AbortSignal;
  /** Told how long each write took, in seconds. */
  onWritten?: (seconds: number) => void;
}

/**
 * Brings Redis to what the window says, one write at a time; what changes meanwhile goes with the next one. Recording never
 * waits for it: when Redis refuses, it is tried again, and the newest state is what counts then.
 */
export class WindowWriter {
  readonly #games: RecentGames;
  readonly #options: WindowWriterOptions;
  #write: WriteWindow | undefined;
  /** What Redis holds, as far as this ownership knows. */
  #held: Held | undefined;
  #wanted = false;
  #working: Promise<void> | undefined;

  constructor(games: RecentGames, options: WindowWriterOptions) {
    this.#games = games;
    this.#options = options;
  }

  /** An ownership begins: all is written anew. */
  own(write: WriteWindow): void {
    this.#write = write;
    this.#held = undefined;
    this.changed();
  }

  /** It has ended: nothing is written any more. */
  disown(): void {
    this.#write = undefined;
  }

  /** The window may have changed. */
  changed(): void {
    this.#wanted = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      // It may have been wanted again after the last look.
      if (this.#wanted && this.#write !== undefined && !this.#options.stopping.aborted) this.changed();
    });
  }

  /** Looks whether Redis still holds the window, as it does not after FLUSHALL or when it came back with an older state. */
  check(): void {
    const write = this.#write;
    const held = this.#held;
    if (write === undefined || held === undefined || this.#working !== undefined) return;
    this.#working = this.#attempt(write, async () => {
      if (await write({ games: held.games.bytes, running: { act: 'keep' } })) return;
      this.#held = undefined;
      this.#wanted = true;
    }).then(() => {
      this.#working = undefined;
      if (this.#wanted) this.changed();
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    const { stopping } = this.#options;
    let wait = FIRST_RETRY_MS;
    while (this.#wanted && !stopping.aborted) {
      const write = this.#write;
      if (write === undefined) return;
      this.#wanted = false;
      if (await this.#attempt(write, () => this.#bring(write))) {
        wait = FIRST_RETRY_MS;
        continue;
      }
      this.#wanted = true;
      await sleep(wait, undefined, { signal: stopping }).catch(() => undefined); // a stop ends the wait
      wait = Math.min(2 * wait, LONGEST_RETRY_MS);
    }
  }

  async #bring(write: WriteWindow): Promise<void> {
    const plan = planWrite(this.#held, this.#games.finished, this.#games.running);
    if (plan === undefined) return;
    const began = performance.now();
    if (await write(plan.write)) {
      this.#held = plan.held;
      this.#options.onWritten?.((performance.now() - began) / 1000);
      return;
    }
    this.#held = undefined;
    this.#wanted = true;
  }

  /** Returns false when Redis refused, which is then told. */
  async #attempt(write: WriteWindow, step: () => Promise<void>): Promise<boolean> {
    const { health, log } = this.#options;
    try {
      await step();
      health.set('window', true);
      return true;
    } catch (error) {
      // Whether the refused write was made is not known.
      this.#held = undefined;
      if (error instanceof FencedError) {
        // Unless another ownership of this process has begun meanwhile.
        if (this.#write === write) this.disown();
        return true;
      }
      const reason = reasonOf(error);
      health.set('window', false, `the last games could not be written to Redis: ${reason}`);
      log.warn({ reason }, 'writing the last games to Redis failed; trying again');
      return false;
    }
  }
}

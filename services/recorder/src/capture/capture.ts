import { setTimeout as sleep } from 'node:timers/promises';
import { describeFailure, type Health, type Logger } from '@vectra/service-kit';
import type { RawBatch, RawReaderOptions } from '@vectra/stream';
import { foldersOf } from '../folders.js';
import type { Space } from '../space/space.js';
import { CaptureFiles, type CaptureFilesOptions } from './files.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
const CHECK = 'capture';

/** What is needed of the log; `EventLog` fits. */
export interface RawLog {
  rawEvents(options: RawReaderOptions): AsyncIterable<RawBatch>;
}

export interface CaptureOptions extends Omit<CaptureFilesOptions, 'folder'> {
  /** Holds `captures/`. */
  folder: string;
  events: RawLog;
  leaseTtlMs: number;
  /** Asked before each write. */
  space?: Pick<Space, 'check'>;
  health: Pick<Health, 'set'>;
  log: Logger;
  stopping: AbortSignal;
}

/**
 * Upstream events as they were received, to files: one recorder at a time, under a lease of its own. What is durable leaves
 * Redis. Nothing that befalls it concerns the recording of games: it is told by the health check `capture`, and tried again.
 */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #files: CaptureFiles;
  /** Failures in a row. */
  #failures = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#files = new CaptureFiles({ ...options, folder: foldersOf(options.folder).captures });
  }

  /** Resolves when the signal aborts. */
  async run(): Promise<void> {
    const { stopping } = this.#options;
    while (!stopping.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        await this.#backOff(error);
      }
    }
    await this.#files.close();
  }

  async #follow(): Promise<void> {
    const { events, leaseTtlMs, health, stopping } = this.#options;
    const batches = events.rawEvents({
      leaseTtlMs,
      signal: stopping,
      onOwned: () => this.#files.recover(),
      onStatus: (status) => {
        if (this.#failures === 0) health.set(CHECK, true, status);
      },
    });
    for await (const { events: batch, owned } of batches) {
      if (!owned()) break;
      await this.#options.space?.check();
      await this.#files.append(batch);
      this.#failures = 0;
      health.set(CHECK, true, 'owner');
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const { health, log, stopping } = this.#options;
    const reason = describeFailure(error);
    health.set(CHECK, false, `nothing is captured: ${reason}`);
    if (this.#failures === 0) log.error({ reason }, 'the capture failed; trying again');
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    this.#failures += 1;
    await sleep(wait, undefined, { signal: stopping }).catch(() => undefined); // a stop ends the wait
  }
}

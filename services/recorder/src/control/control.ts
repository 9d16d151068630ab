import type { Health, Logger } from '@vectra/service-kit';
import type { RecorderWish } from '@vectra/stream';
import { z } from 'zod';
import type { RecordingChange } from '../book.js';
import { SupersededError } from '../journal.js';
import { statusOf, type RecordingStatus } from './state.js';

const LOOK_MS = 400;
const NO_WISH =
  'what Redis holds as the wish for the recorder is none: say recorder pause or recorder resume';

/** What is needed of the log; `EventLog` fits. */
export interface WishLog {
  recorderWish(): Promise<RecorderWish | null>;
  restoreRecorderWish(wish: RecorderWish): Promise<void>;
}

/** What is needed of the recorder. */
export interface Controlled {
  readonly change: RecordingChange | undefined;
  readonly running: { id: string; recorded: boolean } | undefined;
  follow(change: RecordingChange, owned: () => boolean): Promise<boolean>;
}

export interface ControlOptions {
  recorder: Controlled;
  events: WishLog;
  log: Logger;
  health: Pick<Health, 'set'>;
  /** Tells others of a new status at once. */
  onStatus?: (status: RecordingStatus) => void;
}

/**
 * Lets the recorder follow what the operator wishes. The wish lies in Redis; what counts is the journal, into which the owner
 * writes each change at its place among the events: so a restart, a takeover and a rebuild decide alike which games get files.
 * A wish that Redis has lost is written there again from the journal.
 */
export class RecordingControl {
  readonly #options: ControlOptions;
  readonly #timer: NodeJS.Timeout;
  /** Counts ownerships; undefined while another instance owns the group. */
  #ownership: number | undefined;
  #ownerships = 0;
  #looking: Promise<void> | undefined;
  #told: string | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#tell();
  }

  /** Whether this instance owns the group, as far as it knows. */
  get owns(): boolean {
    return this.#ownership !== undefined;
  }

  get status(): RecordingStatus {
    const { change, running } = this.#options.recorder;
    return statusOf({ owner: this.#ownership !== undefined, change, running });
  }

  /** The journal has been read under a new ownership: what was wished meanwhile is followed before the first event. */
  async own(): Promise<void> {
    this.#ownership = ++this.#ownerships;
    await this.#looking;
    await this.look();
  }

  disown(): void {
    this.#ownership = undefined;
    this.#tell();
  }

  /** Looks what is wished, and follows. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    }));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#ownership = undefined;
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const wish = await this.#wish();
      if (wish !== undefined) await this.#follow(wish);
    } catch (error) {
      // Another owner went on with the journal, and follows as well.
      if (!(error instanceof SupersededError)) throw error;
    }
    this.#tell();
  }

  /** What is wished; undefined when that is not known now, or nothing is. */
  async #wish(): Promise<RecorderWish | undefined> {
    const { events, health, log, recorder } = this.#options;
    try {
      const wish = await events.recorderWish();
      health.set('control', true);
      const { change } = recorder;
      if (wish === null && change !== undefined && this.#ownership !== undefined)
        await events.restoreRecorderWish(change);
      return wish ?? undefined;
    } catch (error) {
      if (error instanceof z.ZodError) health.set('control', false, NO_WISH);
      // Redis is away: its connection says so, and the wish stands.
      else log.debug({ err: error }, 'what is wished of the recorder could not be asked');
      return undefined;
    }
  }

  async #follow(wish: RecorderWish): Promise<void> {
    const { recorder } = this.#options;
    const ownership = this.#ownership;
    if (ownership === undefined || wish.recording === (recorder.change?.recording ?? 'on')) return;
    await recorder.follow(wish, () => this.#ownership === ownership);
  }

  /** Says so when the status has changed. */
  #tell(): void {
    const { health, log, onStatus } = this.#options;
    const { status } = this;
    health.set('recording', true, status.says);
    if (status.says === this.#told) return;
    if (this.#told !== undefined || status.state !== 'recording')
      log.info({ state: status.state }, status.says);
    this.#told = status.says;
    onStatus?.(status);
  }
}

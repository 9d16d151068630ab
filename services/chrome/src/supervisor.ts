import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '@vectra/service-kit';
import type { Chrome } from './chrome.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** A Chrome that ran so long has recovered: the next restart comes soon again. */
const SETTLED_MS = 60_000;
const CHECK_EVERY_MS = 5_000;
/** A Chrome that has not answered so often in a row hangs. */
const HANGS_AFTER = 4;

export interface SupervisorOptions {
  launch: (signal: AbortSignal) => Promise<Chrome>;
  /** How long Chrome may take to end before it is killed. */
  graceMs: number;
  onUp: (chrome: Chrome) => void;
  /** It does not answer, or has ended: why. */
  onDown: (reason: string) => void;
  /** It is about to be started again. */
  onRestart?: () => void;
  /** Tests shorten these. */
  firstDelayMs?: number;
  checkEveryMs?: number;
  hangsAfter?: number;
}

/** Milliseconds before the nth restart in a row. */
export function restartDelay(attempt: number, firstDelayMs = FIRST_DELAY_MS): number {
  return Math.min(MAX_DELAY_MS, firstDelayMs * 2 ** (attempt - 1));
}

/** Keeps one Chrome running: starts it again when it has ended or hangs, with growing delays. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #chrome: Chrome | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** The Chrome that runs now. */
  get chrome(): Chrome | undefined {
    return this.#chrome;
  }

  /** @throws whatever the first launch throws. */
  async start(): Promise<void> {
    await this.#launch();
    this.#loop = this.#run();
  }

  /** Ends Chrome and all its processes. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#chrome?.stop(this.#options.graceMs);
    await this.#loop;
  }

  async #launch(): Promise<void> {
    const { signal } = this.#stopping;
    const chrome = await this.#options.launch(signal);
    this.#chrome = chrome;
    if (signal.aborted) await chrome.stop(this.#options.graceMs);
    else this.#options.onUp(chrome);
  }

  async #run(): Promise<void> {
    const isStopping = (): boolean => this.#stopping.signal.aborted;
    const { signal } = this.#stopping;
    let attempt = 0;
    let upAt = performance.now();
    while (!isStopping()) {
      if (this.#chrome !== undefined) {
        const reason = await this.#untilDown(this.#chrome);
        this.#chrome = undefined;
        if (isStopping()) return;
        this.#options.onDown(reason);
        if (performance.now() - upAt > SETTLED_MS) attempt = 0;
      }
      attempt += 1;
      await sleep(restartDelay(attempt, this.#options.firstDelayMs), undefined, { signal }).catch(
        () => undefined,
      ); // stopped meanwhile
      if (isStopping()) return;
      this.#options.onRestart?.();
      upAt = performance.now();
      await this.#launch().catch((error: unknown) => {
        if (!isStopping()) this.#options.onDown(reasonOf(error));
      });
    }
  }

  /** Resolves with the reason once Chrome has ended, of itself or because it hung. */
  async #untilDown(chrome: Chrome): Promise<string> {
    const exited = chrome.exited.then((how) => `Chrome ended (${how})`);
    let silent = 0;
    for (;;) {
      const pause = new AbortController();
      const next = sleep(this.#options.checkEveryMs ?? CHECK_EVERY_MS, undefined, {
        signal: pause.signal,
      }).catch(() => undefined); // it ended first
      const ended = await Promise.race([exited, next]);
      pause.abort();
      if (ended !== undefined) return ended;
      silent = (await chrome.answers()) ? 0 : silent + 1;
      if (silent === 0) this.#options.onUp(chrome);
      else if (silent >= (this.#options.hangsAfter ?? HANGS_AFTER)) {
        await chrome.stop(0);
        return 'Chrome hung: its DevTools did not answer, and it was killed';
      } else this.#options.onDown('the DevTools of Chrome do not answer');
    }
  }
}

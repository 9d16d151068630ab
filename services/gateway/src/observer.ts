import { reasonOf } from '@vectra/service-kit';
import type { Observation } from './health.js';
import type { LogSource } from './source.js';

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 900;

/** Asks Redis every second how the system is, so that the answer is at hand whatever Redis does. */
export class Observer {
  readonly #log: LogSource;
  readonly #timer: NodeJS.Timeout;
  #asking = false;
  #latest: Observation = {
    failure: 'not asked yet',
    answeredAt: null,
    log: { epoch: null, first: 1, last: 0 },
    groups: [],
    services: [],
  };

  constructor(log: LogSource, intervalMs = INTERVAL_MS) {
    this.#log = log;
    this.#timer = setInterval(() => void this.ask(), intervalMs);
  }

  get latest(): Observation {
    return this.#latest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Never rejects: a failure is an observation. */
  async ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    });
    try {
      const answers = Promise.all([this.#log.state(), this.#log.groups(), this.#log.services()]);
      const [log, groups, services] = await Promise.race([answers, timeout]);
      this.#latest = { failure: null, answeredAt: Date.now(), log, groups, services };
    } catch (error) {
      this.#latest = { ...this.#latest, failure: reasonOf(error) };
    } finally {
      clearTimeout(timer);
      this.#asking = false;
    }
  }
}

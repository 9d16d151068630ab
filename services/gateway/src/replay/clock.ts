import { setImmediate as nextTurn } from 'node:timers/promises';

/** When something is done, for those who replay; in a test, the test's. */
export interface Clock {
  /** Milliseconds, from whenever. */
  now(): number;
  /** @returns what takes it back. */
  after(ms: number, then: () => void): () => void;
  /** Lets others do something first. */
  turn(): Promise<void>;
}

/** The real time. Those who share it take turns: between two of them live events get through, however many replay at full speed. */
export function systemClock(): Clock {
  let last: Promise<void> = Promise.resolve();
  return {
    now: () => performance.now(),
    after(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    turn: () => (last = last.then(() => nextTurn())),
  };
}

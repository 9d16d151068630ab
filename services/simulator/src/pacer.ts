/** Something due at a time of the script. */
export interface Timed {
  /** Milliseconds; only differences matter. */
  at: number;
}

/** Work goes on this long (ms) before sockets and timers get their turn. */
const SLICE_MS = 10;
/** Later than this (ms), the script's time is taken to have stood still: it slows down rather than skip or pile up. */
const MAX_LAG_MS = 1000;

export interface PacerOptions<T extends Timed> {
  /** In order; an earlier time than the one before means at once. */
  items: Iterator<T>;
  /** How many times faster than the items' own time. */
  speed: number;
  play: (item: T) => void;
  /** The items have ended. */
  onEnd?: () => void;
  onError: (error: unknown) => void;
}

/**
 * Plays items in order, each when its time has come, against absolute times: an item that is late does not delay the
 * next. Times are the items' own, divided by `speed`. Returns a function that stops it.
 */
export function startPacer<T extends Timed>({
  items,
  speed,
  play,
  onEnd,
  onError,
}: PacerOptions<T>): () => void {
  let stopped = false;
  let wake: NodeJS.Timeout | NodeJS.Immediate | undefined;
  let next = items.next();
  const first = next.done === true ? 0 : next.value.at;
  let origin = performance.now();
  const waitFor = (at: number): number => origin + (at - first) / speed - performance.now();

  const run = (): void => {
    const sliceEnd = performance.now() + SLICE_MS;
    while (next.done !== true && !stopped) {
      const wait = waitFor(next.value.at);
      if (wait > 0) {
        wake = setTimeout(guarded, wait);
        return;
      }
      play(next.value);
      next = items.next();
      if (performance.now() > sliceEnd) {
        origin += Math.max(0, -wait - MAX_LAG_MS);
        wake = setImmediate(guarded);
        return;
      }
    }
    if (!stopped) onEnd?.();
  };
  const guarded = (): void => {
    try {
      run();
    } catch (error) {
      onError(error);
    }
  };
  wake = setImmediate(guarded);

  return () => {
    stopped = true;
    clearTimeout(wake as NodeJS.Timeout);
    clearImmediate(wake as NodeJS.Immediate);
  };
}

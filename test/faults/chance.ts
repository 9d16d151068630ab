import seedrandom from 'seedrandom';

/** Random choices that a seed repeats. */
export interface Chance {
  readonly seed: string;
  /** From `min` to `max`, both included. */
  between(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
}

/** @param seed that of the environment's `FAULTS_SEED`; unless set, a new one. */
export function chance(seed = process.env.FAULTS_SEED ?? String(Date.now())): Chance {
  const next = seedrandom(seed);
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    seed,
    between,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}

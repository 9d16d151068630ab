import { join } from 'node:path';

/** How long, how hard, and where the report goes: `SOAK_MINUTES` and its like. */
export interface Settings {
  minutes: number;
  faults: number;
  /** The same one draws the same faults, in the same order. */
  seed: string;
  /** How many times faster than the real game is played. */
  speed: number;
  /** The file of the report. */
  report: string;
  /** The containers and their data stay at the end. */
  keep: boolean;
}

/** @throws Error when a variable is no number above 0. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const number = (name: string, fallback: number): number => {
    const given = env[name];
    if (given === undefined || given === '') return fallback;
    const value = Number(given);
    if (!(value > 0 && value < Infinity))
      throw new Error(`${name}: expected a number above 0, was "${given}"`);
    return value;
  };
  const text = (name: string, fallback: string): string => {
    const given = env[name];
    return given === undefined || given === '' ? fallback : given;
  };
  return {
    minutes: number('SOAK_MINUTES', 30),
    faults: Math.ceil(number('SOAK_FAULTS', 100)),
    seed: text('SOAK_SEED', String(Date.now())),
    speed: number('SOAK_SPEED', 5),
    report: text('SOAK_REPORT', join(process.cwd(), 'soak-report.md')),
    keep: text('SOAK_KEEP', '') !== '',
  };
}

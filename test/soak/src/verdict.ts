import type { Tally } from '../../faults/tally.js';
import type { Parity } from './parity.js';

/** Events somewhere: in the log, in a file, at a client. */
export interface Place {
  name: string;
  tally: Tally;
  /** How often it connected again; undefined where there is no such thing, or it is not known. */
  reconnects?: number;
}

/** All that a soak came to. */
export interface Outcome {
  /** How many faults were to happen, and how many did. */
  wanted: number;
  done: number;
  /** How long it was to be and was, in minutes. */
  minutes: { wanted: number; run: number };
  places: readonly Place[];
  sessions: readonly Parity[];
  /** Anything else that is wrong, in words. */
  problems: readonly string[];
}

/** What is wrong with what was found, in words; nothing when all is as it must be. */
export function problemsOf({ wanted, done, minutes, places, sessions, problems }: Outcome): string[] {
  const found: string[] = [];
  if (done < wanted) found.push(`${done} faults happened, ${wanted} were to`);
  if (minutes.run < minutes.wanted)
    found.push(`it ran for ${minutes.run.toFixed(1)} minutes, not ${minutes.wanted}`);
  for (const { name, tally } of places) {
    const { events, ...rest } = tally;
    const wrong = Object.entries(rest).filter(([, count]) => count > 0);
    if (wrong.length > 0)
      found.push(`${name}: ${wrong.map(([what, count]) => `${count} ${what}`).join(', ')}`);
    if (events === 0) found.push(`${name}: no event`);
  }
  for (const session of sessions) {
    for (const problem of session.problems) found.push(`session ${session.name}: ${problem}`);
    if (session.bets === 0) found.push(`session ${session.name}: no bet`);
    if (session.backtested === 0) found.push(`session ${session.name}: no game to compare with its backtest`);
  }
  return [...found, ...problems];
}

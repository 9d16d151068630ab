import type { SourceName } from '../wire.js';

/**
 * `normal`: all is as it should be. `degraded`: the log gets everything, but something is not as it should be. `minimal`: nothing
 * reaches the log.
 */
export const MODES = ['normal', 'degraded', 'minimal'] as const;
export type Mode = (typeof MODES)[number];

/** Why a mode is not the normal one. */
export interface Reason {
  code: 'no_connection' | 'silent' | 'log' | 'connection_lost' | 'spare_followed' | 'waiting' | 'latency';
  message: string;
}

/** How the feed is, as far as its mode goes. */
export interface Condition {
  /** Those that are there to be connected to. */
  connections: readonly { name: SourceName; connected: boolean }[];
  preferred: SourceName;
  followed: SourceName;
  /** What is wrong with the age of the data; null while nothing is. */
  silence: string | null;
  /** Why the log does not take events; null while it does. */
  logProblem: string | null;
  /** Events that wait to be stored. */
  waiting: number;
  /** From arrival to storage, ms; null before the first event. */
  p99: number | null;
}

/** More than a few batches on their way: some seconds of a busy game. */
const MANY_WAITING = 200;
/** At four ticks a second, a reader would be a tick behind. */
const SLOW_MS = 250;

/** The operating mode and why. Pure. */
export function modeOf(condition: Condition): { mode: Mode; reasons: Reason[] } {
  const stopping = nothingArrives(condition);
  const reasons = [...stopping, ...notAsItShould(condition)];
  return { mode: stopping.length > 0 ? 'minimal' : reasons.length > 0 ? 'degraded' : 'normal', reasons };
}

function nothingArrives({ connections, silence, logProblem }: Condition): Reason[] {
  const reasons: Reason[] = [];
  if (!connections.some(({ connected }) => connected))
    reasons.push({ code: 'no_connection', message: 'no connection to the game' });
  else if (silence !== null) reasons.push({ code: 'silent', message: silence });
  if (logProblem !== null) reasons.push({ code: 'log', message: logProblem });
  return reasons;
}

function notAsItShould({ connections, preferred, followed, waiting, p99 }: Condition): Reason[] {
  const reasons: Reason[] = [];
  const lost = connections.filter(({ connected }) => !connected).map(({ name }) => name);
  if (lost.length > 0 && lost.length < connections.length)
    reasons.push({ code: 'connection_lost', message: `the connection ${lost.join(' and ')} is lost` });
  if (followed !== preferred)
    reasons.push({ code: 'spare_followed', message: `${followed} is followed in place of ${preferred}` });
  if (waiting > MANY_WAITING)
    reasons.push({ code: 'waiting', message: `${waiting} events wait to be stored` });
  if (p99 !== null && p99 > SLOW_MS)
    reasons.push({
      code: 'latency',
      message: `one in a hundred events takes ${Math.round(p99)} ms to be stored`,
    });
  return reasons;
}

import { decimal } from '@vectra/game';
import type { SessionRecording } from '@vectra/protocol';
import type { Session } from './state.js';

/** What a session's file holds: a function of the session alone, so equal journals give equal files. */
export interface SessionFile {
  /** The day's folder. */
  date: string;
  /** Relative to it. */
  name: string;
  recording: SessionRecording;
}

/** The file of a session that has a name. */
export function recordSession(session: Session): SessionFile {
  const start = isoTime(session.startedAt);
  const meta = {
    session_id: session.id,
    part: session.part,
    player_id: session.playerId,
    username: session.username,
    session_start: start,
    session_end: session.endedAt === null ? null : isoTime(session.endedAt),
    end_reason: session.reason,
  };
  return {
    date: start.slice(0, 10),
    name: `sessions/${session.name ?? ''}_session.json`,
    recording: { meta, summary: totalsOf(session), actions: session.actions },
  };
}

function totalsOf({ startBalance, endBalance, actions, drifts }: Session): SessionRecording['summary'] {
  const inSol = actions.flatMap(({ coin, pnl }) => (coin === null && pnl !== null ? [pnl] : []));
  return {
    start_balance: startBalance,
    end_balance: endBalance,
    realized_pnl: inSol.reduce((sum, pnl) => sum.plus(pnl), decimal(0)).toFixed(),
    games: new Set(actions.map(({ game_id }) => game_id)).size,
    actions: actions.length,
    drifts,
  };
}

/** Unix ms -> `2025-12-07T14:30:22.118Z` */
function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

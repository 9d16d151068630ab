import { parsePosition, type Event } from '@vectra/protocol';
import type { Logger } from './logger.js';

/** By what an event is found in the log lines of every service. */
export interface EventFields {
  epoch: string | null;
  seq: number;
  gameId: string | null;
  type: string;
}

/** The fields of a log line that is about an event. */
export function eventFields({
  id,
  seq,
  gameId,
  type,
}: Pick<Event, 'id' | 'seq' | 'gameId' | 'type'>): EventFields {
  return { epoch: parsePosition(id)?.epoch ?? null, seq, gameId, type };
}

/** At the level debug, a line for each event: what the service did with it. Costs nothing at the levels above. */
export function traceEvents(log: Logger, events: readonly Event[], did: string, more: object = {}): void {
  if (!log.isLevelEnabled('debug')) return;
  for (const event of events) log.debug({ ...eventFields(event), ...more }, did);
}

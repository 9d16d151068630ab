import type { Event } from '@vectra/protocol';
import { eventFields, traceEvents, type Logger } from '@vectra/service-kit';

/** What the log of the feed tells of events that are stored: what matters of a game, and at debug each of them. */
export function tellStored(log: Logger, events: readonly Event[]): void {
  traceEvents(log, events, 'stored');
  for (const event of events) tellMoment(log, event);
}

function tellMoment(log: Logger, event: Event): void {
  const fields = eventFields(event);
  switch (event.type) {
    case 'game.start':
      log.info({ ...fields, joinedAtTick: event.data.joinedAtTick }, 'a game begins');
      break;
    case 'game.end': {
      const { reason, rugTick, peakMultiplier } = event.data;
      log.info({ ...fields, reason, rugTick, peakMultiplier }, 'a game ends');
      break;
    }
    case 'game.sealed': {
      const { verdict, complete } = event.data;
      log[verdict === 'mismatch' ? 'error' : 'info']({ ...fields, verdict, complete }, 'a game is sealed');
      break;
    }
    case 'player.drift':
      log.warn({ ...fields, ...event.data }, 'the account is not what its own trades make it');
      break;
    case 'error':
      log.warn({ ...fields, ...event.data }, 'told to the operator');
      break;
  }
}

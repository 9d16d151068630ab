import { decodeEvent, InvalidEventError, type Event } from '@vectra/protocol';

/** A stream entry as Redis returns it: its id and its flat fields, null when it was trimmed while pending. */
export type RawEntry = [id: string, fields: string[] | null];

/** `1042-0` -> 1042 */
export function seqOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

export function entryId(seq: number): string {
  return `${seq}-0`;
}

/** The event's JSON in an entry's fields. */
export function jsonOf(fields: readonly string[]): string {
  // Where the publish script puts it.
  if (fields[4] === 'e') return fields[5] ?? '';
  const at = fields.findIndex((name, index) => index % 2 === 0 && name === 'e');
  return fields[at + 1] ?? '';
}

/** Fields of an entry: type, game id, and the event's JSON. */
export function publishArguments(event: Event, json: string): [string, string, string] {
  return [event.type, event.gameId ?? '', json];
}

/**
 * The event of an entry.
 *
 * @throws InvalidEventError when it holds none, or one of another place.
 */
export function eventOf(id: string, fields: readonly string[]): Event {
  const event = decodeEvent(jsonOf(fields));
  if (id !== entryId(event.seq))
    throw new InvalidEventError(`event ${event.id} does not belong at entry ${id}`);
  return event;
}

/** When the event of an entry was received, Unix ms; 0 when it holds none. */
export function timestampOf(fields: readonly string[]): number {
  try {
    return decodeEvent(jsonOf(fields)).timestamp;
  } catch {
    return 0; // not an event: nothing that would have to be kept
  }
}

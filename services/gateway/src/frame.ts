import { encodeEvent, parsePosition, type Event, type Position } from '@vectra/protocol';

/** An event as every client gets it: encoded once, however many clients there are. */
export interface Frame {
  type: string;
  position: Position;
  /** The text of one WebSocket message. */
  bytes: Buffer;
}

export function frameOf(event: Event): Frame {
  const position = parsePosition(event.id);
  if (position === undefined)
    throw new TypeError(`expected an event with a place in the log, was "${event.id}"`);
  return { type: event.type, position, bytes: Buffer.from(encodeEvent(event)) };
}

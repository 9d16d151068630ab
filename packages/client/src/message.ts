import type { Event, Reply } from '@vectra/protocol';

export type Message = Event | Reply;

/** Events carry the protocol's version, replies do not. */
export function isEvent(message: Message): message is Event {
  return 'v' in message;
}

/** Reads one message of the gateway; undefined when it is none, as from a server that is no gateway. */
export function readMessage(data: unknown): Message | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    const isMessage = typeof value === 'object' && value !== null && 'type' in value;
    return isMessage ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

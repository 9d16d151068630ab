import { z } from 'zod';
import { eventData, rawData, type EventData, type EventType, type RawType } from './events.js';
import { resumeToken } from './resume.js';

export const PROTOCOL_VERSION = 1;

/** Where the content came from: the public socket, the logged-in page, the simulator, or a replayed recording. */
export const SOURCES = ['public', 'authenticated', 'simulator', 'replay'] as const;
export type Source = (typeof SOURCES)[number];

/** A game's id is used in file names and Redis keys, so nothing but letters, digits, `-` and `_` is one. */
export const gameIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected a game id');

interface Envelope<T extends EventType> {
  v: typeof PROTOCOL_VERSION;
  type: T;
  /** `epoch:seq`: the resume token. */
  id: string;
  /** Position in the log: from 1, without gaps. */
  seq: number;
  /** Unix ms when the feed received it. */
  timestamp: number;
  /** null for events that belong to no game. */
  gameId: string | null;
  source: Source;
  data: EventData<T>;
}

type KnownType = keyof typeof eventData;

/** One event of the log. Narrow it by `type`. */
export type Event = { [T in KnownType]: Envelope<T> }[KnownType] | Envelope<RawType>;
export type EventOf<T extends EventType> = Envelope<T>;

type DraftFields = 'type' | 'timestamp' | 'gameId' | 'source' | 'data';
/** An event that has no place in the log yet. */
export type Draft =
  { [T in KnownType]: Pick<Envelope<T>, DraftFields> }[KnownType] | Pick<Envelope<RawType>, DraftFields>;

/** What every event has. */
export const envelope = z.object({
  v: z.literal(PROTOCOL_VERSION).describe("the protocol's version"),
  type: z.string().describe('what happened; it says what data holds'),
  id: resumeToken.describe('epoch:seq, the resume token'),
  seq: z.int().min(1).describe('position in the log: from 1, without gaps'),
  timestamp: z.int().describe('Unix ms at which the feed received what the event is made from'),
  gameId: gameIdSchema.nullable().describe('null for events that belong to no game'),
  source: z
    .enum(SOURCES)
    .describe('the public socket, the logged-in page, the simulator, or a replayed recording'),
  data: z.unknown().describe('what the type says'),
});

export const RAW_PREFIX = 'raw.';

/** The schema of a type's `data`; undefined when the type is not one of the protocol. */
export function dataSchemaOf(type: string): z.ZodType | undefined {
  if (Object.hasOwn(eventData, type)) return eventData[type as KnownType];
  return type.startsWith(RAW_PREFIX) ? rawData : undefined;
}

/** What is wrong with an event, field by field. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

/**
 * Checks a parsed JSON value against the envelope and its type's schema.
 *
 * @throws InvalidEventError naming each field, what was expected and what it was.
 */
export function parseEvent(value: unknown): Event {
  const outer = envelope.safeParse(value);
  if (!outer.success) throw new InvalidEventError(z.prettifyError(outer.error));
  const schema = dataSchemaOf(outer.data.type);
  if (schema === undefined) throw new InvalidEventError(`unknown event type "${outer.data.type}"`);
  const data = schema.safeParse(outer.data.data);
  if (!data.success) throw new InvalidEventError(`${outer.data.type}: ${z.prettifyError(data.error)}`);
  return { ...outer.data, data: data.data } as Event;
}

/** @throws InvalidEventError when the text is not JSON or not an event. */
export function decodeEvent(text: string): Event {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidEventError(`not JSON: ${text.slice(0, 80)}`, { cause });
  }
  return parseEvent(value);
}

/** Key order is fixed, so equal events have equal text. */
export function encodeEvent(event: Event): string {
  const { v, type, id, seq, timestamp, gameId, source, data } = event;
  return JSON.stringify({ v, type, id, seq, timestamp, gameId, source, data });
}

/** Gives a draft its place in the log. */
export function placeEvent(draft: Draft, epoch: string, seq: number): Event {
  const { type, timestamp, gameId, source, data } = draft;
  return { v: PROTOCOL_VERSION, type, id: `${epoch}:${seq}`, seq, timestamp, gameId, source, data } as Event;
}

/**
 * Checks a draft before it gets a place in the log.
 *
 * @throws InvalidEventError
 */
export function checkDraft(draft: Draft): void {
  parseEvent(placeEvent(draft, '0000', 1));
}

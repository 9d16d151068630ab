import { sessionSummary, type SessionSummary } from '@vectra/protocol';
import { z } from 'zod';
import { badQuery } from './errors.js';
import { cursorOf, formatCursor, limit, PAGE_LENGTH, span } from './paging.js';

/** A session's name as in that of its file: its start (UTC) and whose it is. It leads nowhere but into the day's sessions. */
const NAME = /^(\d{4})(\d\d)(\d\d)T\d{6}_[A-Za-z0-9_-]{1,100}$/;
const FILE = /^sessions\/(.*)_session\.json$/;

export const sessionNameSchema = z
  .string()
  .regex(NAME, 'expected the name of a session, as in 20251207T143000_dutch');

/** One session as `/api/account/sessions` lists it. */
export const recordedSession = sessionSummary.extend({
  name: z.string().describe('What it is called in `/api/account/sessions/:name`.'),
});
export type RecordedSession = z.infer<typeof recordedSession>;

/** What `/api/account/sessions` was asked for, checked. */
export interface SessionsQuery {
  /** Unix ms, inclusive: sessions that started then or later. */
  from: number;
  /** Unix ms, inclusive. */
  to: number;
  limit: number;
  /** Only sessions that come later in the listing than this one. */
  after: { key: number; name: string } | undefined;
}

/** The parameters of `/api/account/sessions`. */
export const sessionsParameters = z.strictObject({
  ...span('Sessions'),
  limit,
  cursor: cursorOf(z.tuple([z.number(), sessionNameSchema])),
});

/** @throws ApiError 400 when the parameters contradict each other. */
export function sessionsQueryOf({
  from = -Infinity,
  to = Infinity,
  limit: length = PAGE_LENGTH,
  cursor,
}: z.output<typeof sessionsParameters>): SessionsQuery {
  if (from > to) throw badQuery('from: expected no more than to, which leaves no session');
  return { from, to, limit: length, after: cursor && { key: cursor[0], name: cursor[1] } };
}

/** A session of a day's index with its name; undefined when its file is none of that day's sessions. */
export function named(day: string, session: SessionSummary): RecordedSession | undefined {
  const name = FILE.exec(session.file)?.[1] ?? '';
  return dayOf(name) === day ? { ...session, name } : undefined;
}

/** The day (UTC) in whose folder a session lies. */
export function dayOf(name: string): string | undefined {
  const [, year, month, day] = NAME.exec(name) ?? [];
  return day === undefined ? undefined : `${year}-${month}-${day}`;
}

/** The newest first; total, so that a cursor stays right whatever is recorded meanwhile. */
export function bySessionStart(a: RecordedSession, b: RecordedSession): number {
  return compare(placeOf(b), placeOf(a));
}

/** Whether a session is among those asked for. */
export function isWanted(session: RecordedSession, { from, to, after }: SessionsQuery): boolean {
  const place = placeOf(session);
  if (place.key < from || place.key > to) return false;
  return after === undefined || compare(place, after) < 0;
}

export function cursorAfterSession(session: RecordedSession): string {
  const { key, name } = placeOf(session);
  return formatCursor([key, name]);
}

interface Place {
  key: number;
  name: string;
}

function placeOf({ session_start, name }: RecordedSession): Place {
  return { key: Date.parse(session_start), name };
}

function compare(a: Place, b: Place): number {
  return a.key - b.key || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

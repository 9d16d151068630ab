import type { SessionSummary } from '@vectra/protocol';

/** One session as the gateway lists it. */
export interface ListedSession extends SessionSummary {
  name: string;
}

/** The answer of `/api/account/sessions`. */
export interface SessionsPage {
  /** The newest first. */
  sessions: ListedSession[];
  next: string | null;
}

/** The path that answers what the screen's address asks for: its days are local ones, the gateway's times UTC. */
export function sessionsPath(query: URLSearchParams): string {
  const asked = new URLSearchParams();
  const from = localDay(query.get('from'));
  const to = localDay(query.get('to'));
  if (from !== undefined) asked.set('from', from.toISOString());
  if (to !== undefined) {
    to.setDate(to.getDate() + 1);
    asked.set('to', new Date(to.getTime() - 1).toISOString());
  }
  const cursor = query.get('cursor');
  if (cursor !== null) asked.set('cursor', cursor);
  return asked.size === 0 ? '/api/account/sessions' : `/api/account/sessions?${asked.toString()}`;
}

/** The beginning of a day; undefined when the text is none. */
function localDay(text: string | null): Date | undefined {
  if (text === null || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = new Date(`${text}T00:00:00`);
  return Number.isNaN(day.getTime()) ? undefined : day;
}

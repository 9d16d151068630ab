import { gameIdSchema } from '@vectra/protocol';
import { z } from 'zod';
import { badQuery } from './errors.js';

const LIMIT = { least: 1, most: 200, fallback: 50 } as const;

/** What `/api/games` was asked for, checked. */
export interface GamesQuery {
  /** Unix ms, inclusive: games that started then or later. */
  from: number;
  /** Unix ms, inclusive. */
  to: number;
  minPeak: number;
  limit: number;
  /** Only games older than this one. */
  after: Place | undefined;
}

/** A game's place in the order of the listing. */
interface Place {
  startedAt: number;
  gameId: string;
}

const once = z.string('expected the parameter once');
const WHEN = 'expected an ISO 8601 date or time, as in 2025-12-07 or 2025-12-07T14:30:00Z';
const date = z.iso.date();
const time = z.iso.datetime({ offset: true });

/** A date means its first or its last millisecond (UTC). */
function instant(edge: 'T00:00:00.000Z' | 'T23:59:59.999Z') {
  return once.transform((text, context) => {
    if (date.safeParse(text).success) return Date.parse(`${text}${edge}`);
    if (time.safeParse(text).success) return Date.parse(text);
    context.addIssue(WHEN);
    return z.NEVER;
  });
}

const limitText = `expected a whole number from ${LIMIT.least} to ${LIMIT.most}`;
const place = z.tuple([z.int(), gameIdSchema]);

const parameters = {
  from: instant('T00:00:00.000Z').optional(),
  to: instant('T23:59:59.999Z').optional(),
  minPeak: once
    .regex(/^\d+(\.\d+)?$/, 'expected a multiplier, as in 10 or 2.5')
    .transform(Number)
    .optional(),
  limit: once
    .regex(/^\d{1,3}$/, limitText)
    .transform(Number)
    .refine((limit) => limit >= LIMIT.least && limit <= LIMIT.most, limitText)
    .optional(),
  cursor: once
    .transform((text, context) => {
      const parsed = place.safeParse(parseBase64(text));
      if (parsed.success) return { startedAt: parsed.data[0], gameId: parsed.data[1] };
      context.addIssue('expected the `next` of an earlier answer');
      return z.NEVER;
    })
    .optional(),
};
const gamesQuery = z.object(parameters);
const KNOWN = Object.keys(parameters);

/** @throws ApiError 400 naming each parameter that does not fit, its value and what was expected. */
export function readGamesQuery(query: unknown): GamesQuery {
  const given = z.record(z.string(), z.unknown()).parse(query);
  const unknown = Object.keys(given).filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) {
    throw badQuery(`unknown parameter ${unknown.join(', ')}; expected one of ${KNOWN.join(', ')}`);
  }
  const parsed = gamesQuery.safeParse(given);
  if (!parsed.success) {
    throw badQuery(
      parsed.error.issues
        .map(({ path: [name], message }) => `${String(name)}=${shown(given[String(name)])}: ${message}`)
        .join('; '),
    );
  }
  const { from = -Infinity, to = Infinity, minPeak = 0, limit = LIMIT.fallback, cursor } = parsed.data;
  if (from > to) {
    throw badQuery(`from=${shown(given.from)}: expected a time before to=${shown(given.to)}`);
  }
  return { from, to, minPeak, limit, after: cursor };
}

/** The cursor with which a listing continues after a game. */
export function cursorAfter({ start_time, game_id }: { start_time: string; game_id: string }): string {
  return Buffer.from(JSON.stringify([Date.parse(start_time), game_id])).toString('base64url');
}

/** Whether a game comes later in the listing (newest first) than a place. */
export function isBehind(
  game: { start_time: string; game_id: string },
  { startedAt, gameId }: Place,
): boolean {
  const time = Date.parse(game.start_time);
  return time < startedAt || (time === startedAt && game.game_id < gameId);
}

function parseBase64(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}

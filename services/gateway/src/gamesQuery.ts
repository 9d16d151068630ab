import { gameIdSchema, type GameSummary } from '@vectra/protocol';
import { z } from 'zod';
import { badQuery } from './errors.js';
import { cursorOf, formatCursor, limit, once, PAGE_LENGTH, span } from './paging.js';
import { readParameters } from './parameters.js';

export const SORTS = ['start', 'peak', 'ticks'] as const;
export type Sort = (typeof SORTS)[number];

/** What `/api/games` was asked for, checked. */
export interface GamesQuery {
  /** Unix ms, inclusive: games that started then or later. */
  from: number;
  /** Unix ms, inclusive. */
  to: number;
  minPeak: number;
  maxPeak: number;
  minTicks: number;
  maxTicks: number;
  /** null: those whose seed is not known. undefined: all. */
  verified: boolean | null | undefined;
  complete: boolean | undefined;
  sort: Sort;
  order: 'asc' | 'desc';
  limit: number;
  /** Only games that come later in the listing than this one. */
  after: Place | undefined;
}

/** A game's place in the listing: what it is sorted by, and the id among games that are equal in that. */
interface Place {
  key: number;
  gameId: string;
}

type Listed = Pick<GameSummary, 'game_id' | 'start_time' | 'peak_multiplier' | 'duration_ticks'>;

const multiplier = once
  .regex(/^\d{1,15}(\.\d{1,15})?$/, 'expected a multiplier, as in 10 or 2.5')
  .transform(Number);
const ticks = once.regex(/^\d{1,9}$/, 'expected a number of ticks, as in 100').transform(Number);
const place = z.tuple([
  z.enum([...SORTS, ...SORTS.map((sort) => `${sort}+` as const)]),
  z.number(),
  gameIdSchema,
]);

/** The parameters of `/api/games`. */
export const gamesParameters = z.strictObject({
  ...span('Games'),
  minPeak: multiplier.optional().describe('Games that reached this multiplier.'),
  maxPeak: multiplier.optional().describe('Games that went no higher.'),
  minTicks: ticks.optional().describe('Games that lasted so many ticks.'),
  maxTicks: ticks.optional().describe('Games that lasted no longer.'),
  verified: z
    .enum(['true', 'false', 'unknown'], 'expected true, false or unknown')
    .optional()
    .describe('Whether the prices are those of the revealed seed; unknown: it is not known yet.'),
  complete: z
    .enum(['true', 'false'], 'expected true or false')
    .optional()
    .describe('Whether every tick up to the rug is known.'),
  sort: z
    .enum(SORTS, `expected one of ${SORTS.join(', ')}`)
    .optional()
    .describe('start unless told.'),
  order: z
    .enum(['asc', 'desc'], 'expected asc or desc')
    .optional()
    .describe('desc unless told: newest, highest or longest first.'),
  limit,
  cursor: cursorOf(place),
});

/** Every game, the newest first. */
export const ALL_GAMES: GamesQuery = {
  from: -Infinity,
  to: Infinity,
  minPeak: 0,
  maxPeak: Infinity,
  minTicks: 0,
  maxTicks: Infinity,
  verified: undefined,
  complete: undefined,
  sort: 'start',
  order: 'desc',
  limit: PAGE_LENGTH,
  after: undefined,
};

/** @throws ApiError 400 naming each parameter that does not fit, its value and what was expected. */
export function readGamesQuery(given: unknown): GamesQuery {
  return gamesQueryOf(readParameters(gamesParameters, given));
}

/** @throws ApiError 400 when the parameters contradict each other. */
export function gamesQueryOf({
  verified,
  complete,
  cursor,
  ...given
}: z.output<typeof gamesParameters>): GamesQuery {
  const query = { ...ALL_GAMES, ...defined(given) };
  for (const [low, high] of [
    ['from', 'to'],
    ['minPeak', 'maxPeak'],
    ['minTicks', 'maxTicks'],
  ] as const)
    if (query[low] > query[high])
      throw badQuery(`${low}: expected no more than ${high}, which leaves no game`);
  const [sorted, key = 0, gameId = ''] = cursor ?? [];
  if (sorted !== undefined && sorted !== sortName(query))
    throw badQuery(`cursor: expected the sort and order of the answer it is from`);
  return {
    ...query,
    verified: verified === undefined ? undefined : verified === 'unknown' ? null : verified === 'true',
    complete: complete === undefined ? undefined : complete === 'true',
    after: cursor === undefined ? undefined : { key, gameId },
  };
}

/** The cursor with which a listing continues after a game. */
export function cursorAfter(game: Listed, query: Pick<GamesQuery, 'sort' | 'order'>): string {
  return formatCursor([sortName(query), keyOf(game, query.sort), game.game_id]);
}

/** What a listing is sorted by. */
export function keyOf(game: Listed, sort: Sort): number {
  if (sort === 'peak') return game.peak_multiplier;
  return sort === 'ticks' ? game.duration_ticks : Date.parse(game.start_time);
}

/** The order of the listing: total, so that a cursor stays right whatever is recorded meanwhile. */
export function comparer({
  sort,
  order,
}: Pick<GamesQuery, 'sort' | 'order'>): (a: Listed, b: Listed) => number {
  const sign = order === 'asc' ? 1 : -1;
  return (a, b) => sign * compare(keyOf(a, sort), a.game_id, keyOf(b, sort), b.game_id);
}

/** Whether a game is among those asked for. */
export function matches(game: GameSummary, query: GamesQuery): boolean {
  const { from, to, minPeak, maxPeak, minTicks, maxTicks, verified, complete, after, sort, order } = query;
  const startedAt = Date.parse(game.start_time);
  if (startedAt < from || startedAt > to) return false;
  if (game.peak_multiplier < minPeak || game.peak_multiplier > maxPeak) return false;
  if (game.duration_ticks < minTicks || game.duration_ticks > maxTicks) return false;
  if (verified !== undefined && game.verified !== verified) return false;
  if (complete !== undefined && game.complete !== complete) return false;
  if (after === undefined) return true;
  const behind = compare(keyOf(game, sort), game.game_id, after.key, after.gameId);
  return order === 'asc' ? behind > 0 : behind < 0;
}

function compare(keyA: number, idA: string, keyB: number, idB: string): number {
  return keyA - keyB || (idA < idB ? -1 : idA > idB ? 1 : 0);
}

function sortName({ sort, order }: Pick<GamesQuery, 'sort' | 'order'>): z.output<typeof place>[0] {
  return order === 'asc' ? `${sort}+` : sort;
}

function defined<T extends object>(given: T): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> };
}

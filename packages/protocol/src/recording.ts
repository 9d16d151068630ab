import { z } from 'zod';
import { gameIdSchema } from './envelope.js';
import { BACKFILL_SOURCES } from './events.js';
import { PHASES } from './phases.js';
import { sessionSummary } from './session.js';

/** UTC, ISO 8601 with milliseconds: `2025-12-07T14:30:22.118Z`. */
const isoTime = z.iso.datetime();

/** Ticks in a row, both ends included. */
const tickSpan = z.object({ from: z.int().min(0), to: z.int().min(0) });
export type TickSpan = z.infer<typeof tickSpan>;
const backfill = tickSpan.extend({ by: z.enum(BACKFILL_SOURCES) });
export type Backfill = z.infer<typeof backfill>;

/** `<YYYYMMDDTHHMMSS>_<last 8 of the game id>.game.json`: `prices[k]` is the price at tick k, without holes. */
export const gameRecording = z.object({
  meta: z.object({
    game_id: gameIdSchema,
    start_time: isoTime,
    end_time: isoTime.nullable(),
    /** The highest tick: `prices.length - 1`. */
    duration_ticks: z.int().min(0),
    peak_multiplier: z.number(),
    server_seed_hash: z.string().nullable(),
    server_seed: z.string().nullable(),
    /** true: re-derived from the seed and equal. false: it disagrees. null: the seed is not known. */
    verified: z.boolean().nullable(),
    /** null when the rug was not seen and has not become known. */
    rug_tick: z.int().min(0).nullable(),
    /** Every tick from 0 to the rug is known. When false, `prices` ends before the first unknown tick. */
    complete: z.boolean(),
    backfilled_ticks: z.int().min(0),
  }),
  prices: z.array(z.number()),
  /** The ticks that were not received live, and by what they became known. Absent: none, or an older recording. */
  backfills: z.array(backfill).optional(),
  /** The ticks up to the rug, or to the last one known, that are not known. Absent: none, or an older recording. */
  missing: z.array(tickSpan).optional(),
});
export type GameRecording = z.infer<typeof gameRecording>;

/** One game as a day's `index.json` and the gateway's `/api/games` list it: its meta and where its files lie. */
export const gameSummary = gameRecording.shape.meta.extend({
  /** Relative to the day's folder. */
  file: z.string(),
  jsonl: z.string().nullable(),
});
export type GameSummary = z.infer<typeof gameSummary>;

/** `recordings/<date>/index.json`: the games, and the account's sessions, that started on that UTC day, oldest first. */
export const dayIndex = z.object({
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  games: z.array(gameSummary),
  /** Absent in the first indexes. */
  sessions: z.array(sessionSummary).optional(),
});
export type DayIndex = z.infer<typeof dayIndex>;

const legacyTime = z.string();

/** One line of the legacy JSONL recording, with its first recorder's fields and field order. */
export const legacyLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('game_start'), timestamp: legacyTime, game_id: z.string() }),
  z.object({
    type: z.literal('tick'),
    timestamp: legacyTime,
    game_id: z.string(),
    tick: z.int(),
    price: z.number(),
    phase: z.enum(PHASES),
    active: z.boolean(),
    rugged: z.boolean(),
    cooldown_timer: z.int(),
    trade_count: z.int(),
  }),
  z.object({
    type: z.literal('game_end'),
    timestamp: legacyTime,
    game_id: z.string(),
    total_ticks: z.int(),
    tick_range: z.tuple([z.int(), z.int()]),
    price_range: z.tuple([z.number(), z.number()]),
    peak_price: z.number(),
    final_price: z.number(),
    status: z.enum(['complete', 'incomplete']),
  }),
]);
export type LegacyLine = z.infer<typeof legacyLine>;

/** Names of a game's files and its day (UTC), from its id and start (Unix ms). The id has been checked before. */
export function recordingNames(
  gameId: string,
  startedAt: number,
): { date: string; game: string; jsonl: string } {
  const iso = new Date(startedAt).toISOString();
  const date = iso.slice(0, 10);
  const day = date.replaceAll('-', '');
  const time = iso.slice(11, 19).replaceAll(':', '');
  const short = gameId.slice(-8);
  return {
    date,
    game: `games/${day}T${time}_${short}.game.json`,
    jsonl: `jsonl/game_${day}_${time}_${short}.jsonl`,
  };
}

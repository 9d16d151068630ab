import { gameRecording, resumeToken } from '@vectra/protocol';
import { z } from 'zod';
import { runScript, type RedisClient } from './connection.js';
import { fromReply } from './errors.js';
import type { LogKeys } from './keys.js';

const { meta } = gameRecording.shape;
/** prices[k] is the price at tick k; null where it is not known. */
const prices = z.array(z.number().nullable());

const windowGame = z.object({ meta, prices });
/** A finished game: the meta of its `.game.json`, and every price known. */
export type WindowGame = z.infer<typeof windowGame>;

const runningGame = z.object({
  meta: meta.pick({ game_id: true, start_time: true, server_seed_hash: true }),
  prices,
  /** The newest event that is contained: the resume token with which to go on. */
  id: resumeToken,
});
export type RunningGame = z.infer<typeof runningGame>;

/** The last games, as the recorder keeps them in Redis. */
export interface RecentGames {
  /** null between two games. */
  running: RunningGame | null;
  /** Newest first; none when no recorder has ever run on this log. */
  games: WindowGame[];
}

/** One change of the window, made whole or not at all. Texts are JSON. */
export interface WindowWrite {
  /** The finished games, newest first; or how many bytes they have when they stay as they are. */
  games: string | number;
  running:
    | { act: 'keep' | 'remove' }
    | { act: 'set'; text: string }
    /** Overwrites from `offset` on the text of `length` bytes that is there. */
    | { act: 'append'; text: string; offset: number; length: number };
}

/** @throws z.ZodError or SyntaxError when something else wrote there; what Redis says. */
export async function readWindow(redis: RedisClient, { window }: LogKeys): Promise<RecentGames> {
  // One command, so that a game that ends is never in both, and never in neither.
  const [running, games] = await redis.mget(window.running, window.games);
  return {
    running: typeof running === 'string' ? runningGame.parse(JSON.parse(running)) : null,
    games: typeof games === 'string' ? z.array(windowGame).parse(JSON.parse(games)) : [],
  };
}

/**
 * Changes the window as the owner of a group.
 *
 * @param fence the fencing token of that ownership.
 * @returns false when Redis does not hold what the change builds on: nothing was written, write both parts whole.
 * @throws FencedError when another owner exists.
 */
export async function writeWindow(
  redis: RedisClient,
  keys: LogKeys,
  { group, fence }: { group: string; fence: string },
  { games, running }: WindowWrite,
): Promise<boolean> {
  const where = [keys.window.running, keys.window.games, keys.fence(group)];
  const finished = typeof games === 'string' ? [games, 0] : ['', games];
  const what = 'text' in running ? [running.text] : [];
  const place = running.act === 'append' ? [running.offset, running.length] : [];
  try {
    const args = [fence, ...finished, running.act, ...what, ...place];
    return (await runScript(redis, 'window', where, args)) === 1;
  } catch (error) {
    throw fromReply(error);
  }
}

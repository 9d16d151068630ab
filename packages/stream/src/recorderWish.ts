import { z } from 'zod';
import type { RedisClient } from './connection.js';
import type { LogKeys } from './keys.js';

const wish = z.object({
  /** Whether games that start from now on are to be recorded. */
  recording: z.enum(['on', 'paused']),
  /** Unix ms at which it was wished. */
  at: z.coerce.number().int().min(0),
  /** Who wished it, in words. */
  by: z.string(),
});

/** What the operator wants of the recorder. It outlives every process. */
export type RecorderWish = z.infer<typeof wish>;

/** null when nothing is wished: the recorder then goes on as it did. @throws z.ZodError when it is none of the two. */
export async function readWish(redis: RedisClient, keys: LogKeys): Promise<RecorderWish | null> {
  const fields = await redis.hgetall(keys.recorderControl);
  if (fields.recording === undefined) return null;
  // Somebody who sets only the field `recording` by hand is understood.
  return wish.parse({ at: 0, by: 'somebody', ...fields });
}

/** May run twice. */
export async function writeWish(redis: RedisClient, keys: LogKeys, given: RecorderWish): Promise<void> {
  const { recording, at, by } = wish.parse(given);
  await redis.hset(keys.recorderControl, { recording, at: String(at), by });
}

/** Writes a wish where there is none, as after the loss of everything Redis held. */
export async function restoreWish(redis: RedisClient, keys: LogKeys, given: RecorderWish): Promise<void> {
  const key = keys.recorderControl;
  const { recording, at, by } = wish.parse(given);
  // The field that counts comes last, and only if it is absent: a wish made meanwhile stands.
  await redis
    .multi()
    .hsetnx(key, 'at', String(at))
    .hsetnx(key, 'by', by)
    .hsetnx(key, 'recording', recording)
    .exec();
}

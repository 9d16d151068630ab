import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, runScript, type RedisClient } from './connection.js';
import type { LogKeys } from './keys.js';

/**
 * One holding of a lease, from its taking to its loss. It ends on this machine's clock, counted from before the last
 * renewal was sent: always before Redis lets another owner in.
 */
export interface Holding {
  /** Number of this holding: higher than that of every holding before, as far as Redis remembers. */
  token: number;
  /** The fencing token itself, which no other holding ever has. */
  fence: string;
  /** Once false it stays so: whoever was told that may have left work undone, which must not be acknowledged. */
  readonly valid: boolean;
  /** Aborted when the holding has ended. */
  lost: AbortSignal;
  /** Ends the holding; another owner need not wait. */
  release(): Promise<void>;
}

interface LeaseOptions {
  redis: RedisClient;
  keys: LogKeys;
  /** The role or group that is held. */
  name: string;
  ttlMs: number;
}

/**
 * Waits until the lease is ours.
 *
 * @param onWait called once if another owner holds it.
 * @throws the signal's reason when aborted; what Redis says when it refuses for good. Its being away is waited out.
 */
export async function takeLease(
  { redis, keys, name, ttlMs }: LeaseOptions,
  signal: AbortSignal,
  onWait?: () => void,
): Promise<Holding> {
  const owner = randomUUID();
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    const asked = performance.now();
    const token = await runScript(
      redis,
      'acquire',
      [keys.lease(name), keys.fence(name)],
      [owner, ttlMs],
    ).catch((error: unknown) => {
      // Redis is away: the connection says so; wait for it.
      if (!isTransient(error)) throw error;
    });
    if (typeof token === 'number' && token > 0)
      return hold({ redis, keys, name, ttlMs }, owner, token, asked + ttlMs);
    if (token === 0 && !told) {
      told = true;
      onWait?.();
    }
    await sleep(ttlMs / 8 + (Math.random() * ttlMs) / 8, undefined, { signal });
  }
}

function hold(
  { redis, keys, name, ttlMs }: LeaseOptions,
  owner: string,
  token: number,
  until: number,
): Holding {
  const ended = new AbortController();
  const fence = `${token}:${owner}`;
  let validUntil = until;
  let timer: NodeJS.Timeout;

  const end = (): void => {
    clearTimeout(timer);
    ended.abort();
  };
  const renew = async (): Promise<void> => {
    const asked = performance.now();
    try {
      const renewed = await runScript(
        redis,
        'renew',
        [keys.lease(name), keys.fence(name)],
        [owner, fence, ttlMs],
      );
      if (renewed === 1) validUntil = asked + ttlMs;
      else end();
    } catch {
      // No answer: the holding lasts as long as the last renewal said, and not longer.
    }
    schedule();
  };
  const schedule = (): void => {
    if (ended.signal.aborted) return;
    const left = validUntil - performance.now();
    if (left <= 0) end();
    else timer = setTimeout(() => void renew(), Math.min(ttlMs / 4, left));
  };
  schedule();

  return {
    token,
    fence,
    get valid() {
      if (performance.now() >= validUntil) end();
      return !ended.signal.aborted;
    },
    lost: ended.signal,
    async release() {
      end();
      await runScript(redis, 'release', [keys.lease(name)], [owner]).catch(() => undefined); // else it expires
    },
  };
}

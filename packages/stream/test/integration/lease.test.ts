import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectForCommands, type RedisClient } from '../../src/connection.js';
import { logKeys } from '../../src/index.js';
import { takeLease } from '../../src/lease.js';
import { logOfATest } from './setup.js';

const given = logOfATest();
const TTL_MS = 500;

describe('a lease that has run out on its holder’s clock', () => {
  let redis: RedisClient;
  beforeEach(async () => {
    redis = connectForCommands({ url: given.server.url, name: 'test' });
    await once(redis, 'ready');
  });
  afterEach(() => redis.disconnect());

  it('stays lost, though it was renewed in time and only the answer comes late', async () => {
    const renewal = holdBack(redis, 'renew');
    const lease = { redis, keys: logKeys(given.stream), name: 'g', ttlMs: TTL_MS };
    const holding = await takeLease(lease, new AbortController().signal);
    expect(await renewal.answer).toBe(1);
    await expect.poll(() => holding.valid).toBe(false);
    renewal.handOut();
    await setImmediate();
    expect(holding.valid).toBe(false);
    expect(holding.lost.aborted).toBe(true);
    await holding.release();
  });
});

/** Redis carries the next such command out at once; its answer arrives when it is handed out. */
function holdBack(redis: RedisClient, name: string): { answer: Promise<unknown>; handOut: () => void } {
  const commands = redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const original = commands[name]?.bind(redis);
  if (original === undefined) throw new Error(`there is no command ${name}`);
  let handOut = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (handOut = resolve));
  const answer = new Promise<unknown>((resolve) => {
    commands[name] = async (...args) => {
      const said = await original(...args);
      resolve(said);
      await arrival;
      return said;
    };
  });
  return { answer, handOut: () => handOut() };
}

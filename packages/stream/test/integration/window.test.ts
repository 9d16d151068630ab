import { describe, expect, it } from 'vitest';
import { FencedError } from '../../src/index.js';
import { takeLease } from '../../src/lease.js';
import { connectForCommands } from '../../src/connection.js';
import { LEASE_MS } from './fixtures.js';
import { logOfATest } from './setup.js';

const given = logOfATest();
const meta = { game_id: 'g1', start_time: '2025-12-07T14:30:22.118Z', server_seed_hash: 'ab' };
const head = `{"meta":${JSON.stringify(meta)},"prices":[1`;
const first = `${head}],"id":"8f3a:1"}`;

/** A new ownership of the group `recorder`; whoever had it before is a former owner. */
async function own(): Promise<{ group: string; fence: string }> {
  const redis = connectForCommands({ url: given.server.url, name: 'test' });
  await expect.poll(() => redis.status).toBe('ready');
  const { keys } = given.log;
  await redis.del(keys.lease('recorder'));
  const lease = { redis, keys, name: 'recorder', ttlMs: LEASE_MS };
  const holding = await takeLease(lease, new AbortController().signal);
  await holding.release();
  redis.disconnect();
  return { group: 'recorder', fence: holding.fence };
}

describe('the window in Redis', () => {
  it('is empty where no recorder has run', async () => {
    expect(await given.log.recentGames()).toEqual({ running: null, games: [] });
  });

  it('grows by a price without being written anew', async () => {
    const owner = await own();
    await given.log.writeRecentGames(owner, { games: '[]', running: { act: 'set', text: first } });
    const text = ',null,1.5],"id":"8f3a:3"}';
    const append = { act: 'append' as const, text, offset: head.length, length: first.length };
    expect(await given.log.writeRecentGames(owner, { games: 2, running: append })).toBe(true);
    expect((await given.log.recentGames()).running).toEqual({ meta, prices: [1, null, 1.5], id: '8f3a:3' });
  });

  it('changes nothing and says so when what it would continue is not there', async () => {
    const owner = await own();
    const append = { act: 'append' as const, text: ',2]}', offset: head.length, length: first.length };
    expect(await given.log.writeRecentGames(owner, { games: 2, running: append })).toBe(false);
    await given.log.writeRecentGames(owner, { games: '[]', running: { act: 'set', text: `${first} ` } });
    expect(await given.log.writeRecentGames(owner, { games: 2, running: append })).toBe(false);
    expect((await given.log.recentGames()).running?.prices).toEqual([1]);
    await given.redis.flushall();
    expect(
      await given.log.writeRecentGames(await own(), { games: 2, running: { act: 'set', text: first } }),
    ).toBe(false);
    expect(await given.log.recentGames()).toEqual({ running: null, games: [] });
  });

  it('is not to be written by a former owner', async () => {
    const former = await own();
    const owner = await own();
    const whole = { games: '[]', running: { act: 'set' as const, text: first } };
    await given.log.writeRecentGames(owner, whole);
    await expect(
      given.log.writeRecentGames(former, { ...whole, running: { act: 'remove' } }),
    ).rejects.toThrow(FencedError);
    expect((await given.log.recentGames()).running?.meta.game_id).toBe('g1');
  });
});

describe('the wish for the recorder', () => {
  it('is none until somebody has one, and stands until the next', async () => {
    const { log } = given;
    expect(await log.recorderWish()).toBeNull();
    const wish = { recording: 'paused' as const, at: 1_765_500_000_000, by: 'ann' };
    await log.wishRecorder(wish);
    await log.restoreRecorderWish({ recording: 'on', at: 1, by: 'the journal' });
    expect(await log.recorderWish()).toEqual(wish);
  });

  it('is restored where it was lost', async () => {
    const wish = { recording: 'paused' as const, at: 5, by: 'ann' };
    await given.log.restoreRecorderWish(wish);
    expect(await given.log.recorderWish()).toEqual(wish);
  });

  it('is understood when it is one field set by hand, and refused when it is no wish', async () => {
    const { redis, log } = given;
    await redis.hset(log.keys.recorderControl, 'recording', 'paused');
    expect(await log.recorderWish()).toEqual({ recording: 'paused', at: 0, by: 'somebody' });
    await redis.hset(log.keys.recorderControl, 'recording', 'perhaps');
    await expect(log.recorderWish()).rejects.toThrow('paused');
  });
});

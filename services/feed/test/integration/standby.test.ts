import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeGame } from '../unit/frames.js';
import { Feeds, metric, range, readiness } from './feeds.js';
import { Upstream } from './upstream.js';

const feeds = Feeds.forEachTest();
const { events, ticks, statuses } = feeds;
const game = FakeGame.lasting(120);
const leads = (feed: { url: string }): Promise<number> => metric(feed, 'feed_leader');
const heard = (feed: { url: string }): Promise<number> => metric(feed, 'feed_upstream_events_total');

const tradeAt = (tickIndex: number): object => ({
  id: `trade-${tickIndex}`,
  gameId: game.gameId,
  playerId: 'did:privy:x',
  type: 'buy',
  tickIndex,
  price: 1,
  qty: 1,
  amount: 1,
});

/** A tick and a trade, to whoever is connected. */
function play(from: number, to: number, upstreams = [feeds.upstream]): void {
  for (const tick of range(from, to)) {
    for (const upstream of upstreams) {
      upstream.send('gameStateUpdate', game.tick(tick));
      upstream.send('standard/newTrade', tradeAt(tick));
    }
  }
}

const trades = async (): Promise<number[]> =>
  (await events()).flatMap((event) => (event.type === 'player.trade' ? [event.data.tickIndex] : []));

/** Nothing missing, nothing twice, and the places without a gap. */
async function expectWhole(through: number): Promise<void> {
  await expect.poll(ticks).toEqual(range(0, through));
  await expect.poll(trades).toEqual(range(0, through));
  const all = await events();
  expect(all.map(({ seq }) => seq)).toEqual(range(1, all.length));
  expect(all.filter(({ type }) => type === 'game.start')).toHaveLength(1);
  expect(all.filter(({ type }) => type === 'error')).toEqual([]);
}

let redis: Redis;
beforeAll(() => {
  redis = new Redis(feeds.redisUrl);
});
afterAll(() => redis.disconnect());

describe('a second feed', () => {
  it('listens to upstream while it stands by, shows that, and writes nothing', async () => {
    const first = await feeds.start();
    await expect.poll(() => leads(first)).toBe(1);
    const second = await feeds.start({ FEED_DATA_DIR: feeds.folder('second') });
    await feeds.connected(2);
    play(0, 9);
    await expectWhole(9);
    await expect.poll(() => heard(second)).toBe(20);
    expect(await statuses()).toEqual(['connecting', 'connected']);
    expect(await leads(second)).toBe(0);
    expect(await metric(second, 'feed_held_events')).toBeGreaterThanOrEqual(20);
    expect(await metric(second, 'feed_noise_total')).toBe(20);
    expect(await readiness(second)).toBe(200);
    const { checks } = (await (await fetch(`${second.url}/readyz`)).json()) as { checks: object };
    expect(checks).toMatchObject({
      upstream: { ok: true, detail: 'standby: connected' },
      role: { ok: true, detail: 'standby' },
    });
    const details = async (): Promise<unknown[]> => (await feeds.log.services()).map(({ detail }) => detail);
    await expect.poll(details).toMatchObject([{ role: 'leader' }, { role: 'standby', status: 'standby' }]);
  });

  it('is not ready while it stands by without upstream', async () => {
    const first = await feeds.start();
    await expect.poll(() => leads(first)).toBe(1);
    const second = await feeds.start({ FEED_DATA_DIR: feeds.folder('second') });
    await expect.poll(() => readiness(second)).toBe(200);
    await feeds.upstream.close();
    await expect.poll(() => readiness(second)).toBe(503);
    await feeds.upstream.open();
    await expect.poll(() => readiness(second)).toBe(200);
  });

  it.each([
    ['with a folder of its own', true],
    ['in the same folder', false],
  ])('%s takes over when the first stops, and tells the log', async (_, own) => {
    const first = await feeds.start();
    await expect.poll(() => leads(first)).toBe(1);
    const second = await feeds.start(own ? { FEED_DATA_DIR: feeds.folder('second') } : {});
    await feeds.connected(2);
    play(0, 9);
    await expectWhole(9);
    await first.stop();
    play(10, 19);
    await expectWhole(19);
    expect(await leads(second)).toBe(1);
    expect(await statuses()).toEqual(['connecting', 'connected', 'disconnected', 'standby', 'connected']);
    const standby = (await events()).find(
      (event) => event.type === 'connection.status' && event.data.status === 'standby',
    );
    expect(standby).toMatchObject({
      data: { reason: expect.stringMatching(/^stood by since 20/) as string },
    });
    expect(feeds.upstream.received).toEqual([]);
  });
});

describe('when the feed that writes the log', () => {
  it('is killed, the other one has published within 6 s all that came meanwhile', async () => {
    const LEASE_TTL_MS = '4000'; // the default
    const first = await feeds.spawn({ LEASE_TTL_MS });
    await expect.poll(() => leads(first)).toBe(1);
    const second = await feeds.start({ FEED_DATA_DIR: feeds.folder('second'), LEASE_TTL_MS });
    await feeds.connected(2);
    play(0, 9);
    await expectWhole(9);
    first.child.signal('SIGKILL');
    const killed = performance.now();
    play(10, 39);
    await expect.poll(ticks, { interval: 20 }).toEqual(range(0, 39));
    expect(performance.now() - killed).toBeLessThan(6_000);
    play(40, game.rugTick);
    await expectWhole(game.rugTick);
    expect((await events()).filter(({ type }) => type === 'game.end')).toHaveLength(1);
    expect(await leads(second)).toBe(1);
  });

  it('is killed over and over in mid-stream, the log has everything once', async () => {
    let folder = 0;
    const next = () => feeds.spawn({ FEED_DATA_DIR: feeds.folder(`${folder++ % 2}`) });
    let leader = await next();
    await expect.poll(() => leads(leader)).toBe(1);
    let standby = await next();
    await feeds.connected(2);
    let tick = 0;
    for (let round = 0; round < 3; round++) {
      play(tick, tick + 14);
      // Killed somewhere in the middle of what it was just sent; the other one hears all of it.
      await expect.poll(ticks).toContain(tick + 3);
      leader.child.signal('SIGKILL');
      play(tick + 15, tick + 29);
      tick += 30;
      await expect.poll(() => leads(standby)).toBe(1);
      await feeds.connected(1);
      leader = standby;
      standby = await next();
      await feeds.connected(2);
    }
    await expectWhole(tick - 1);
  });

  it('dies with events in its file that Redis never got, they are published once, and its file is set aside', async () => {
    const own = { FEED_DATA_DIR: feeds.folder('first') };
    const first = await feeds.spawn(own);
    await expect.poll(() => leads(first)).toBe(1);
    const second = await feeds.start({ FEED_DATA_DIR: feeds.folder('second') });
    await feeds.connected(2);
    play(0, 9);
    await expectWhole(9);
    const { epoch } = await feeds.log.state();
    await redis.client('PAUSE', 60_000, 'WRITE');
    try {
      play(10, 19);
      await expect.poll(() => writtenAhead(own.FEED_DATA_DIR)).toContain('"tradeId":"trade-19"');
      await expect.poll(() => heard(second)).toBe(40);
      first.child.signal('SIGKILL');
      await first.child.exited;
    } finally {
      await redis.client('UNPAUSE');
    }
    await expectWhole(19);

    const again = await feeds.spawn(own);
    await feeds.connected(2);
    await second.stop();
    await expect.poll(() => leads(again)).toBe(1);
    play(20, 29);
    await expectWhole(29);
    expect((await feeds.log.state()).epoch).toBe(epoch);
  });

  it('is paused for longer than its lease, it is refused when it wakes, stands by, and publishes nothing', async () => {
    // It alone hears from this one, so that what it would publish can be told from the other's.
    const aside = await Upstream.listen();
    try {
      const first = await feeds.spawn({ UPSTREAM_URL: aside.url });
      await expect.poll(() => leads(first)).toBe(1);
      const second = await feeds.start({ FEED_DATA_DIR: feeds.folder('second') });
      await feeds.connected();
      await expect.poll(() => aside.clients).toBe(1);
      play(0, 9, [aside, feeds.upstream]);
      await expectWhole(9);

      first.child.signal('SIGSTOP');
      await expect.poll(() => leads(second)).toBe(1);
      const ghost = FakeGame.lasting(30);
      for (const tick of range(0, 20)) aside.send('gameStateUpdate', ghost.tick(tick));
      play(10, 19);
      await expectWhole(19);

      first.child.signal('SIGCONT');
      await expect.poll(() => heard(first)).toBe(20 + 21);
      await expect.poll(() => leads(first)).toBe(0);
      // Events that came while it still took itself for the leader, and one after that.
      aside.send('gameStateUpdate', ghost.tick(21));
      await expect.poll(() => heard(first)).toBe(20 + 22);
      play(20, 29);
      await expectWhole(29);
      expect((await events()).some(({ gameId }) => gameId === ghost.gameId)).toBe(false);
      expect(await readiness(first)).toBe(200);
      expect(aside.origins).toHaveLength(1); // it kept its connection
      expect(first.child.running).toBe(true);

      // And it takes its turn again.
      await second.stop();
      await expect.poll(() => leads(first)).toBe(1);
    } finally {
      await aside.close();
    }
  });
});

/** All that is in a write-ahead folder. */
async function writtenAhead(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('');
}

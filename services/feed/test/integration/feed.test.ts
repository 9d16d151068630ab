import { describe, expect, it } from 'vitest';
import { FakeGame } from '../unit/frames.js';
import { Feeds, range, readiness } from './feeds.js';

const feeds = Feeds.forEachTest();
const { events, ticks, statuses } = feeds;
const startFeed = (): ReturnType<Feeds['start']> => feeds.start();
const connected = (): Promise<void> => feeds.connected();

const game = FakeGame.lasting(40);

describe('the feed', () => {
  it('connects as the game expects, writes what it hears into the log, and never sends anything', async () => {
    const service = await startFeed();
    await connected();
    expect(feeds.upstream.origins).toEqual(['https://rugs.fun']);
    expect(feeds.upstream.queries).toEqual(['1.0']);
    for (const tick of range(0, game.rugTick)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, game.rugTick));
    expect(await readiness(service)).toBe(200);
    await service.stop();
    expect(await statuses()).toEqual(['connecting', 'connected', 'disconnected']);
    expect(feeds.upstream.received).toEqual([]);
  });

  it('is not disturbed by bad frames and unknown events, and counts each', async () => {
    const service = await startFeed();
    await connected();
    feeds.upstream.send('gameStateUpdate', game.tick(0));
    await expect.poll(ticks).toEqual([0]);
    for (const bad of ['nonsense', null, { gameId: '../..' }, { ...game.tick(1), tickCount: -3 }]) {
      feeds.upstream.send('gameStateUpdate', bad);
    }
    feeds.upstream.send('gameStateUpdate');
    feeds.upstream.send('somethingNew', { a: 1 });
    feeds.upstream.send('../etc/passwd', { a: 1 });
    feeds.upstream.send('gameStateUpdate', game.tick(1));
    await expect.poll(ticks).toEqual([0, 1]);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('feed_noise_total{event="gameStateUpdate",reason="invalid"} 5');
    expect(metrics).toContain('feed_noise_total{event="somethingNew",reason="not_selected"} 1');
    expect((await events()).filter((event) => event.type === 'error')).toHaveLength(2);
  });

  it('comes back when the server hangs up, and neither loses nor repeats a tick', async () => {
    const service = await startFeed();
    await connected();
    for (const tick of range(0, 9)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, 9));
    feeds.upstream.hangUp();
    await expect.poll(() => readiness(service)).toBe(503);
    await connected();
    feeds.upstream.send('gameStateUpdate', game.snapshot(30));
    for (const tick of range(31, game.rugTick)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, game.rugTick));
    expect(await statuses()).toEqual(['connecting', 'connected', 'disconnected', 'connected']);
    expect((await events()).filter((event) => event.type === 'game.start')).toHaveLength(1);
  });

  it('hears each event once after ten reconnects, says of each once that it is connected, and hears nothing once it has stopped', async () => {
    const service = await startFeed();
    const reconnects = 10;
    for (const times of range(0, reconnects)) {
      await expect
        .poll(async () => (await statuses()).filter((status) => status === 'connected').length)
        .toBe(times + 1);
      await connected();
      if (times < reconnects) feeds.upstream.hangUp();
    }
    const received = async (): Promise<string | undefined> =>
      /^feed_upstream_events_total\{event="gameStateUpdate"\} (\d+)$/m.exec(
        await (await fetch(`${service.url}/metrics`)).text(),
      )?.[1];
    for (const tick of range(0, 9)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, 9));
    expect(await received()).toBe('10');
    await service.stop();
    const { last } = await feeds.log.state();
    feeds.upstream.send('gameStateUpdate', game.tick(10));
    expect(feeds.upstream.clients).toBe(0);
    expect((await feeds.log.state()).last).toBe(last);
    expect((await statuses()).filter((status) => status === 'connected')).toHaveLength(reconnects + 1);
  });

  it('keeps trying while the server is away', async () => {
    await feeds.upstream.close();
    const service = await startFeed();
    await expect.poll(statuses).toContain('reconnecting');
    expect(await readiness(service)).toBe(503);
    await feeds.upstream.open();
    await connected();
    await expect.poll(() => readiness(service)).toBe(200);
  });

  it('leaves a server alone that has too much to do, and says why it waits', async () => {
    feeds.upstream.refuses = 429;
    await feeds.start();
    await expect.poll(statuses).toContain('reconnecting');
    const told = (await events()).flatMap((event) =>
      event.type === 'connection.status' ? (event.data.reason ?? []) : [],
    );
    expect(told).toEqual(['the server answered 429']);
    // Any other failure is tried again within 0.5 s, this one not before 5.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(feeds.upstream.refused).toBe(1);
    feeds.upstream.refuses = undefined;
    await connected();
  });

  it('goes on with the same game after a restart', async () => {
    const first = await startFeed();
    await connected();
    for (const tick of range(0, 9)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(ticks).toEqual(range(0, 9));
    await first.stop();
    await startFeed();
    await connected();
    feeds.upstream.send('gameStateUpdate', game.snapshot(20));
    await expect.poll(ticks).toEqual(range(0, 20));
    expect((await events()).map((event) => event.seq)).toEqual(range(1, (await feeds.log.state()).last));
    expect((await events()).filter((event) => event.type === 'game.start')).toHaveLength(1);
  });

  it('keeps the newest ticks at hand, and no more than it is told to', async () => {
    feeds.env.FEED_RING_TICKS = '5';
    const service = await startFeed();
    await connected();
    for (const tick of range(0, 9)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    const newest = async (): Promise<number[]> => {
      const list = (await (await fetch(`${service.url}/ticks`)).json()) as { data: { tickCount: number } }[];
      return list.map(({ data }) => data.tickCount);
    };
    await expect.poll(newest).toEqual(range(5, 9));
  });
});

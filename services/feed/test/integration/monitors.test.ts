import { describe, expect, it } from 'vitest';
import { FakeGame } from '../unit/frames.js';
import { Feeds, range, readiness } from './feeds.js';

const feeds = Feeds.forEachTest();
const game = FakeGame.lasting(40);
const PATIENT = { interval: 200 };

const metricsOf = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

describe('a feed whose connection is there', () => {
  it('and silent in play is unready within 10 s, says so in the log, and is well again with the next frame', async () => {
    const service = await feeds.start();
    await feeds.connected();
    for (const tick of range(0, 5)) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    await expect.poll(feeds.ticks).toEqual(range(0, 5));
    expect(await readiness(service)).toBe(200);
    await expect.poll(() => readiness(service), PATIENT).toBe(503);
    expect(await metricsOf(service.url)).toContain('feed_mode{mode="minimal"} 1');
    await expect.poll(feeds.statuses).toContain('degraded');
    feeds.upstream.send('gameStateUpdate', game.tick(6));
    await expect.poll(() => readiness(service), PATIENT).toBe(200);
    // On a busy machine it may be degraded, by its latency.
    expect(await metricsOf(service.url)).toContain('feed_mode{mode="minimal"} 0');
    expect((await feeds.statuses()).slice(-2)).toEqual(['degraded', 'connected']);
  });

  it('and silent in a countdown stays ready for as long as one lasts', async () => {
    const service = await feeds.start();
    await feeds.connected();
    feeds.upstream.send('gameStateUpdate', game.countdown(12_000));
    await expect.poll(() => metricsOf(service.url)).toMatch(/feed_data_age_seconds \d/);
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await readiness(service)).toBe(200);
  });

  it('and floods it with chat takes as much as it is told to, and every frame of the game', async () => {
    feeds.env.FEED_LIMIT_PER_SECOND = '5';
    const service = await feeds.start();
    await feeds.connected();
    for (const tick of range(0, 30)) {
      feeds.upstream.send('gameStateUpdate', game.tick(tick));
      for (const words of range(1, 10))
        feeds.upstream.send('newChatMessage', { message: `${tick} ${words}` });
    }
    await expect.poll(feeds.ticks).toEqual(range(0, 30));
    const metrics = await metricsOf(service.url);
    const limited = Number(
      /feed_noise_total\{event="newChatMessage",reason="limited"\} (\d+)/.exec(metrics)?.[1],
    );
    expect(limited).toBeGreaterThan(200);
    expect(metrics).toContain('feed_upstream_events_total{event="newChatMessage"} 310');
    expect(metrics).not.toContain('event="gameStateUpdate",reason="limited"');
  });

  it('counts changes of the phase, and frames that go back', async () => {
    const service = await feeds.start();
    await feeds.connected();
    // What it hears before is held for a takeover, and counted as noise.
    await expect.poll(() => metricsOf(service.url)).toContain('feed_leader 1');
    for (const frame of [game.countdown(100), game.tick(0), game.tick(1), game.tick(3), game.tick(2)])
      feeds.upstream.send('gameStateUpdate', frame);
    await expect.poll(feeds.ticks).toEqual([0, 1, 2, 3]);
    const metrics = await metricsOf(service.url);
    expect(metrics).toContain('feed_phase_transitions_total{from="PRESALE",to="GAME_ACTIVATION"} 1');
    expect(metrics).toContain('feed_tick_regressions_total 1');
    expect(metrics).toMatch(/feed_tick_interval_seconds_count 1/);
  });
});

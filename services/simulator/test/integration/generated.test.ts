import { derivePrices } from '@vectra/game';
import { describe, expect, it } from 'vitest';
import type { EndedGame } from '../../src/ended.js';
import { shapeOf, type Frame } from '../unit/messages.js';
import { listen, startSimulator, type Received } from './simulator.js';

const framesOf = (received: Received[]): Frame[] =>
  received.flatMap(({ event, args }) => (event === 'gameStateUpdate' ? [args[0] as Frame] : []));

const newGames = (received: Received[]): number =>
  framesOf(received).filter((frame) => shapeOf(frame) === 'activation').length;

describe('a client of generated games', () => {
  it('sees whole games tick by tick, at 200 times the speed, with the prices the simulator tells', async () => {
    const simulator = await startSimulator({ SIMULATOR_SPEED: '200', SIMULATOR_SEED: 'whole' });
    const client = listen(simulator.url);
    await client.until((received) => newGames(received) > 3);
    const frames = framesOf(client.received);
    const games = await simulator.json<EndedGame[]>('/api/simulator/games');
    const activations = frames.filter((frame) => shapeOf(frame) === 'activation').slice(0, 3);
    for (const { gameId } of activations) {
      const game = games.find(({ id }) => id === gameId) ?? expect.fail(`game ${gameId} is not told`);
      const live = frames.filter(
        (frame) => frame.gameId === gameId && ['activation', 'tick', 'rug'].includes(shapeOf(frame)),
      );
      expect(live.map((frame) => frame.tickCount)).toEqual(game.prices.map((_, tick) => tick));
      expect(live.map((frame) => frame.price)).toEqual(game.prices);
      expect(game.rugTick).toBe(game.prices.length - 1);
      expect(game.prices.slice(0, -1)).toEqual(derivePrices(game.serverSeed, gameId, 'v3').prices);
    }
  });

  it('first gets a snapshot of its own with every price so far, now and then after a newer tick', async () => {
    // The first game of this seed lasts 1107 ticks, so that everybody joins within it.
    const simulator = await startSimulator({ SIMULATOR_SPEED: '20', SIMULATOR_SEED: 'snapshot-275' });
    const first = listen(simulator.url);
    const ticks = (received: Received[]) => framesOf(received).filter((frame) => shapeOf(frame) === 'tick');
    await first.until((received) => ticks(received).length >= 10);
    const joined = Array.from({ length: 6 }, (_, index) =>
      listen(simulator.url, index === 0 ? ['polling'] : ['websocket']),
    );
    await Promise.all(joined.map((client) => client.until((received) => ticks(received).length >= 5)));
    const places = joined.map((client) => {
      const frames = framesOf(client.received);
      const place = frames.findIndex((frame) => frame.prices !== undefined);
      const snapshot = frames[place] ?? expect.fail('no snapshot');
      expect(snapshot.partialPrices).toBeUndefined();
      expect(snapshot.prices).toHaveLength((snapshot.tickCount ?? 0) + 1);
      expect(snapshot.prices?.at(-1)).toBe(snapshot.price);
      expect(snapshot.gameHistory).toHaveLength(10);
      const live = ticks(client.received).map((frame) => frame.tickCount ?? 0);
      expect(live).toEqual(live.map((_, index) => (snapshot.tickCount ?? 0) + 1 + index));
      return place;
    });
    expect(places.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(framesOf(first.received).filter((frame) => frame.prices !== undefined)).toHaveLength(1);
  });

  it('gets the same games from a second simulator with the same seed', async () => {
    const env = { SIMULATOR_SPEED: '1000', SIMULATOR_SEED: 'twice' };
    const [one, two] = [await startSimulator(env), await startSimulator(env)];
    const clients = [listen(one.url), listen(two.url)];
    await Promise.all(clients.map((client) => client.until((received) => newGames(received) > 4)));
    const [a, b] = await Promise.all(
      [one, two].map((simulator) => simulator.json<EndedGame[]>('/api/simulator/games')),
    );
    const newest = Math.min(a?.length ?? 0, b?.length ?? 0);
    expect(newest).toBeGreaterThan(3);
    expect(a?.slice(-newest)).toEqual(b?.slice(-newest));
  });

  it('is never listened to: what it emits is counted and changes nothing', async () => {
    const simulator = await startSimulator({ SIMULATOR_SPEED: '10', SIMULATOR_SEED: 'mute' });
    const client = listen(simulator.url);
    await client.until((received) => received.length > 0);
    expect(await simulator.metric('simulator_client_messages_total')).toBe(0);
    const answered: unknown[] = [];
    client.socket.emit('authenticate', { token: 'x' });
    client.socket.emit('buyOrder', { amount: 1 }, (answer: unknown) => answered.push(answer));
    const seen = client.received.length;
    await client.until((received) => received.length > seen + 20);
    await expect.poll(() => simulator.metric('simulator_client_messages_total')).toBe(2);
    expect(answered).toEqual([]);
    expect(await simulator.metric('simulator_clients')).toBe(1);
  });

  it('can read what is being played', async () => {
    const simulator = await startSimulator({ SIMULATOR_SPEED: '500', SIMULATOR_SEED: 'status' });
    expect(await simulator.json('/api/simulator')).toEqual({
      mode: 'generated',
      seed: 'status',
      speed: 500,
      gameId: expect.stringMatching(/^2025\d{4}-[0-9a-f]{16}$/) as string,
      tick: expect.any(Number) as number,
      phase: expect.stringMatching(
        /^(PRESALE|COOLDOWN|ACTIVE_GAMEPLAY|GAME_ACTIVATION|RUG_EVENT_1)$/,
      ) as string,
      gamesFinished: expect.any(Number) as number,
    });
    const client = listen(simulator.url);
    await client.until((received) => newGames(received) > 2);
    const { gamesFinished } = await simulator.json<{ gamesFinished: number }>('/api/simulator');
    expect(gamesFinished).toBeGreaterThanOrEqual(2);
    expect(await simulator.metric('simulator_games_total')).toBeGreaterThanOrEqual(gamesFinished);
    const sent = await simulator.metric('simulator_events_sent_total{event="gameStateUpdate"}');
    expect(sent).toBeGreaterThan(300);
  });
});

describe('without a seed', () => {
  it('each start plays other games, of today', async () => {
    const [one, two] = [await startSimulator({}), await startSimulator({})];
    const [a, b] = await Promise.all(
      [one, two].map((simulator) => simulator.json<{ seed: string; gameId: string }>('/api/simulator')),
    );
    expect(a?.seed).not.toBe(b?.seed);
    expect(a?.gameId).not.toBe(b?.gameId);
    const days = [Date.now() - 60_000, Date.now()].map((time) =>
      new Date(time).toISOString().slice(0, 10).replaceAll('-', ''),
    );
    expect(days).toContain(a?.gameId.slice(0, 8));
  });
});

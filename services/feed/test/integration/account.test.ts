import { describe, expect, it } from 'vitest';
import type { Event, EventOf, EventType } from '@vectra/protocol';
import { startSimulator, type Simulator } from '../../../simulator/test/integration/simulator.js';
import { Feeds, metric } from './feeds.js';

const feeds = Feeds.forEachTest();
const PATIENT = { interval: 200 };
const PAGE = 1_000;

/** The log, read on from where it was read to. */
class Reader {
  readonly #events: Event[] = [];

  async of<T extends EventType>(type: T): Promise<EventOf<T>[]> {
    const { last } = await feeds.log.state();
    for (let next = this.#events.length + 1; next <= last; next = this.#events.length + 1)
      this.#events.push(...(await feeds.log.range(next, Math.min(last, next + PAGE - 1), PAGE)));
    return this.#events.filter((event) => event.type === type) as EventOf<T>[];
  }

  async games(): Promise<number> {
    return (await this.of('game.end')).length;
  }
}

/** A feed that is logged in at the simulator itself, so that no browser sets its pace. */
async function watch(seed: string) {
  const simulator = await startSimulator({ SIMULATOR_SEED: seed, SIMULATOR_SPEED: '500' });
  const service = await feeds.start({ UPSTREAM_URL: `${simulator.url}?auth=any` });
  return { simulator, service, log: new Reader() };
}

const tamper = (simulator: Simulator, drift: object): Promise<Response> =>
  fetch(`${simulator.url}/api/simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'drift', ...drift }),
  });

describe('the logged-in account', () => {
  it('agrees with its own trades over fifty games told five hundred times faster than they are played', async () => {
    const { log, service } = await watch('fifty games');
    await expect.poll(() => log.games(), PATIENT).toBeGreaterThan(50);
    expect((await log.of('player.update')).length).toBeGreaterThan(100);
    expect(await log.of('player.drift')).toEqual([]);
    expect(await log.of('error')).toEqual([]);
    expect(await metric(service, 'feed_upstream_reconnects_total')).toBe(0);
  });

  it('that is tampered with gives one drift, after the update that shows it, and none when the feed starts again', async () => {
    const { simulator, service, log } = await watch('tampered');
    await expect.poll(async () => (await log.of('player.update')).length, PATIENT).toBeGreaterThan(20);
    expect(await log.of('player.drift')).toEqual([]);
    expect((await tamper(simulator, { by: -0.05 })).status).toBe(201);
    await expect.poll(async () => (await log.of('player.drift')).length, PATIENT).toBe(1);
    const [drift] = await log.of('player.drift');
    expect(drift).toMatchObject({ gameId: null, data: { field: 'cash' } });
    const { local, server } = drift?.data ?? expect.fail('no drift');
    expect(Number(server) - Number(local)).toBeCloseTo(-0.05, 6);
    const shows = (await log.of('player.update')).find(({ data }) => Number(data.cash) === Number(server));
    expect(shows?.seq).toBeLessThan(drift?.seq ?? 0);
    const games = await log.games();
    await expect.poll(() => log.games(), PATIENT).toBeGreaterThan(games + 5);
    await service.stop();
    await feeds.start({ UPSTREAM_URL: `${simulator.url}?auth=any` });
    await expect.poll(() => log.games(), PATIENT).toBeGreaterThan(games + 15);
    expect(await log.of('player.drift')).toEqual([drift]);
  });
});

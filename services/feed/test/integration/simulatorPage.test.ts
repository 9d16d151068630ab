import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventOf, EventType } from '@vectra/protocol';
import { startSimulator, type Simulator } from '../../../simulator/test/integration/simulator.js';
import { Chromium, PLANTED } from './chromium.js';
import { Feeds, metric, range } from './feeds.js';

const feeds = Feeds.forEachTest();
const PATIENT = { interval: 200 };

let chromium: Chromium;
beforeAll(async () => {
  chromium = await Chromium.prepare();
  await chromium.start();
});
afterAll(() => chromium.remove());

async function of<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  return (await feeds.events()).filter((event) => event.type === type) as EventOf<T>[];
}

/** A simulator, its logged-in page in Chrome, and a feed that hears both. */
async function watch(speed: number): Promise<{ simulator: Simulator; followed: () => Promise<string> }> {
  const simulator = await startSimulator({ SIMULATOR_SEED: 'two ways', SIMULATOR_SPEED: String(speed) });
  const page = `${simulator.url}/page?auth=${PLANTED}`;
  const service = await feeds.start({
    UPSTREAM_URL: simulator.url,
    CHROME_CDP_URL: chromium.cdpUrl,
    CHROME_START_URL: page,
  });
  await expect.poll(() => metric(service, 'feed_chrome_sessions'), PATIENT).toBeGreaterThan(0);
  await chromium.open(page);
  await expect.poll(async () => (await of('player.update')).length, PATIENT).toBeGreaterThan(0);
  const followed = async (): Promise<string> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return /feed_upstream_followed\{source="(\w+)"\} 1/.exec(text)?.[1] ?? 'none';
  };
  return { simulator, followed };
}

const fault = (simulator: Simulator, wanted: object): Promise<Response> =>
  fetch(`${simulator.url}/api/simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  });

const ended = async (): Promise<number> => (await of('game.end')).length;

interface Ended {
  id: string;
  prices: number[];
}

/** One thing the account of the page did. */
interface Row {
  gameId: string;
  action: string;
  amount: number;
}

/** The log has each tick of the games that ended once and in order, at the price that the server played. */
async function expectWhole(simulator: Simulator): Promise<void> {
  const games = await simulator.json<Ended[]>('/api/simulator/games');
  const sealed = new Set((await of('game.sealed')).map(({ gameId }) => gameId));
  const ticks = await of('game.tick');
  const compared = games.filter(({ id }) => sealed.has(id));
  expect(compared.length).toBeGreaterThan(1);
  for (const { id, prices } of compared) {
    const own = ticks.filter(({ gameId }) => gameId === id).map(({ data }) => data);
    own.sort((a, b) => a.tickCount - b.tickCount);
    expect(own.map(({ tickCount }) => tickCount)).toEqual(range(0, prices.length - 1));
    expect(own.map(({ price }) => Number(price))).toEqual(prices);
  }
}

describe('on the simulator', () => {
  it('the account of the logged-in page is in the log, trade by trade and bet by bet, and no tick twice', async () => {
    const { simulator } = await watch(20);
    await expect.poll(ended, PATIENT).toBeGreaterThan(2);
    await expect
      .poll(async () => (await of('sidebet.result')).filter(({ data }) => data.own).length, PATIENT)
      .toBeGreaterThan(0);
    const [identity] = await of('player.identity');
    expect(identity?.source).toBe('authenticated');
    const me = identity?.data.playerId;
    const own = (await of('player.trade')).filter(({ data }) => data.playerId === me);
    expect(own.length).toBeGreaterThan(0);
    expect(new Set(own.map(({ data }) => data.tradeId)).size).toBe(own.length);
    // From the first to the last that the log has, it has all that the account did.
    const { ledger } = await simulator.json<{ ledger: Row[] }>('/api/simulator/account');
    const traded = ledger
      .filter(({ action }) => ['buy', 'sell', 'rugged'].includes(action))
      .map(({ gameId, action, amount }) => `${gameId} ${action === 'buy' ? 'buy' : 'sell'} ${amount}`);
    const logged = own.map(({ gameId, data }) => `${gameId} ${data.side} ${Number(data.amount)}`);
    expect(`${traded.join('\n')}\n`).toContain(`${logged.join('\n')}\n`);
    expect((await of('player.update')).every(({ source }) => source === 'authenticated')).toBe(true);
    expect((await of('game.tick')).every(({ source }) => source === 'simulator')).toBe(true);
    expect(JSON.stringify(await feeds.events())).not.toContain(PLANTED);
    expect(await of('player.drift')).toEqual([]);
    await expectWhole(simulator);
  });

  it('whichever connection is cut, stalled, silent or sent nonsense: no tick is lost or doubled, and each is followed in turn', async () => {
    const { simulator, followed } = await watch(5);
    const followedIs = (source: string): Promise<void> => expect.poll(followed, PATIENT).toBe(source);
    await fault(simulator, { kind: 'disconnect', sockets: 'public', durationMs: 3_000 });
    await followedIs('chrome');
    await followedIs('public');
    await fault(simulator, { kind: 'malformed', sockets: 'public', count: 1 });
    await followedIs('chrome');
    await followedIs('public');
    await fault(simulator, { kind: 'stall', sockets: 'public', durationMs: 7_000 });
    await followedIs('chrome');
    await fault(simulator, { kind: 'disconnect', sockets: 'page', durationMs: 1_000 });
    await followedIs('public');
    await fault(simulator, { kind: 'drop', event: '*', sockets: 'public', durationMs: 8_000 });
    await followedIs('chrome');
    await followedIs('public');
    const before = (await of('game.sealed')).length;
    await expect
      .poll(async () => (await of('game.sealed')).length, PATIENT)
      .toBeGreaterThan(Math.max(1, before));
    await expectWhole(simulator);
    expect((await of('error')).map(({ data }) => data.code)).toEqual([]);
    expect(await of('player.drift')).toEqual([]);
  });
});

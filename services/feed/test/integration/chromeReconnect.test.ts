import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChromeSource } from '../../src/chrome/source.js';
import type { StatusChange } from '../../src/source.js';
import type { UpstreamEvent } from '../../src/wire.js';
import { Chromium, Site, Wire } from './chromium.js';
import { Upstream } from './upstream.js';

const RECONNECTS = 200;
const PATIENT = { interval: 5 };

let chromium: Chromium;
let upstream: Upstream;
let site: Site;
let wire: Wire;
beforeAll(async () => {
  chromium = await Chromium.prepare();
  await chromium.start();
});
afterAll(() => chromium.remove());
beforeEach(async () => {
  upstream = await Upstream.listen();
  site = await Site.open(upstream.url);
  wire = await Wire.to(chromium.port);
});
afterEach(async () => {
  await chromium.closePages();
  await wire.close();
  await site.close();
  await upstream.close();
});

/** A source, and what it told. */
function follow() {
  const events: UpstreamEvent[] = [];
  const changes: StatusChange[] = [];
  const source = new ChromeSource({
    cdpUrl: wire.url,
    hosts: ['127.0.0.1'],
    startUrl: site.url(),
    loginWaitMs: 60_000,
    firstDelayMs: 2,
    note: () => undefined,
    onEvent: (event) => events.push(event),
    onStatus: (change) => changes.push(change),
  });
  return { source, events, changes };
}

/** Open connections and timers of this process. */
const resources = (): number => process.getActiveResourcesInfo().length;

describe('a feed that loses Chrome', () => {
  it(
    `${RECONNECTS} times has afterwards as many sessions, connections and handles as after the first, and still hears each event once (row 22)`,
    { timeout: 180_000 },
    async () => {
      const { source, events } = follow();
      source.open();
      try {
        await expect.poll(() => source.sessions, PATIENT).toBeGreaterThan(0);
        await chromium.open(site.url());
        await expect.poll(() => source.connected, PATIENT).toBe(true);
        const reconnect = async (): Promise<void> => {
          const { sessions } = source;
          wire.cut();
          await expect.poll(() => source.sessions, PATIENT).toBe(0);
          await expect.poll(() => source.sessions, PATIENT).toBe(sessions);
        };
        for (let round = 0; round < 10; round++) await reconnect();
        await expect.poll(() => wire.connections, PATIENT).toBe(1);
        const before = { sessions: source.sessions, handles: resources() };
        for (let round = 10; round < RECONNECTS; round++) await reconnect();
        await expect.poll(() => wire.connections, PATIENT).toBe(1);
        expect(source.sessions).toBe(before.sessions);
        await expect.poll(resources, PATIENT).toBeLessThanOrEqual(before.handles + 2);
        // The page was connected before the last of them: what it says shows that, and it is loaded again.
        const speaking = setInterval(() => upstream.sendTo('pages', 'gameStateUpdate', { gameId: 'x' }), 50);
        await expect
          .poll(() => source.connected, PATIENT)
          .toBe(true)
          .finally(() => clearInterval(speaking));
        await expect.poll(() => source.sockets, PATIENT).toBeLessThanOrEqual(2);
        await expect.poll(() => upstream.pages, PATIENT).toBe(1);
        // What is said while it is loaded again nobody hears; of the rest, nothing is heard twice.
        let said = 0;
        const heard = (): unknown[] =>
          events.flatMap(({ name, args }) => (name === 'newChatMessage' ? args : []));
        const speak = (): number => {
          upstream.sendTo('pages', 'newChatMessage', said++);
          return heard().length;
        };
        await expect.poll(speak).toBeGreaterThan(5);
        expect(new Set(heard()).size).toBe(heard().length);
      } finally {
        await source.close();
      }
      // Nothing is left of it, in this process or in Chrome.
      await expect.poll(() => wire.connections, PATIENT).toBe(0);
      expect(source.sessions).toBe(0);
    },
  );

  it('tells that once for each power of two of its attempts, and comes back when Chrome does', async () => {
    const { source, changes } = follow();
    await wire.close();
    source.open();
    try {
      await expect
        .poll(() => changes.filter(({ status }) => status === 'reconnecting').length, PATIENT)
        .toBe(4);
      expect(changes.map(({ status, attempt }) => [status, attempt])).toEqual([
        ['connecting', 1],
        ['reconnecting', 1],
        ['reconnecting', 2],
        ['reconnecting', 4],
        ['reconnecting', 8],
      ]);
    } finally {
      await source.close();
    }
    wire = await Wire.to(chromium.port);
  });

  it('ends at once when it is asked to, even while Chrome does not answer', async () => {
    const { source } = follow();
    chromium.pause();
    try {
      source.open();
      await expect.poll(() => wire.connections, PATIENT).toBeGreaterThan(0);
      const asked = performance.now();
      await source.close();
      expect(performance.now() - asked).toBeLessThan(2_000);
    } finally {
      chromium.resume();
    }
  });
});

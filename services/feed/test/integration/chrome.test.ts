import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event, EventOf, EventType } from '@vectra/protocol';
import { createLogger, startService, type RunningService } from '@vectra/service-kit';
import { feed } from '../../src/service.js';
import { FakeGame } from '../unit/frames.js';
import { Chromium, PLANTED, Site, type Place } from './chromium.js';
import { Feeds, metric, range, readiness } from './feeds.js';

const feeds = Feeds.forEachTest();
const { events, ticks } = feeds;
const game = FakeGame.lasting(60);
const TRACE = { __trace: true, traceparent: '00-b919-01' };
const ME = 'did:privy:me';
const PATIENT = { interval: 50 };

const bet = { gameId: game.gameId, playerId: ME, betAmount: 0.001, xPayout: 5, startTick: 3, endTick: 43 };
const account = (cash: number): object => ({ id: ME, authenticated: true, cash, positionQty: 0, avgCost: 0 });

let chromium: Chromium;
let site: Site;
beforeAll(async () => {
  chromium = await Chromium.prepare();
  await chromium.start();
});
afterAll(() => chromium.remove());
beforeEach(async () => {
  feeds.upstream.greeting = [
    ['usernameStatus', TRACE, { id: ME, hasUsername: true, username: 'me' }],
    ['playerUpdate', account(1.5)],
  ];
  site = await Site.open(feeds.upstream.url);
  feeds.env.CHROME_CDP_URL = chromium.cdpUrl;
  feeds.env.CHROME_START_URL = site.url();
});
afterEach(async () => {
  await chromium.closePages();
  await site.close();
});

async function of<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  return (await events()).filter((event) => event.type === type) as EventOf<T>[];
}

/** What became of a connection, in words. */
const told = async (source: string): Promise<string[]> =>
  (await of('connection.status')).filter(({ data }) => data.source === source).map(({ data }) => data.status);

const cashes = async (): Promise<string[]> => (await of('player.update')).map(({ data }) => data.cash);

/** A feed, and a page that it has seen from its beginning. */
async function watchPage(place: Place = 'page', env: Record<string, string> = {}): Promise<RunningService> {
  const service = await feeds.start(env);
  await expect.poll(() => sessions(service)).toBeGreaterThan(0);
  await chromium.open(site.url(place));
  await expect.poll(cashes, PATIENT).toEqual(['1.5']);
  return service;
}

const sessions = async (service: { url: string }): Promise<number> => metric(service, 'feed_chrome_sessions');

/** Ticks to whoever listens. */
function play(from: number, to: number, whom?: 'public' | 'pages'): void {
  for (const tick of range(from, to)) {
    if (whom === undefined) feeds.upstream.send('gameStateUpdate', game.tick(tick));
    else feeds.upstream.sendTo(whom, 'gameStateUpdate', game.tick(tick));
  }
}

const sourceOfTick = async (tick: number): Promise<string | undefined> =>
  (await of('game.tick')).find(({ data }) => data.tickCount === tick)?.source;

describe('a feed beside a Chrome with the logged-in page', () => {
  it('logs what only the page is told, as authenticated, and the games as the public connection tells them', async () => {
    const began = Date.now();
    const service = await watchPage();
    play(0, 5);
    feeds.upstream.sendTo('pages', 'gameStatePlayerUpdate', {
      gameId: game.gameId,
      leaderboardEntry: { pnl: 1 },
    });
    feeds.upstream.sendTo('pages', 'currentSidebet', TRACE, bet);
    const won = { ...bet, type: 'payout', payout: 0.005, profit: 0.004, tickIndex: 9 };
    feeds.upstream.sendTo('pages', 'currentSidebetResult', TRACE, won);
    feeds.upstream.sendTo('pages', 'playerUpdate', account(1.504));
    await expect.poll(cashes).toEqual(['1.5', '1.504']);
    await expect.poll(ticks).toEqual(range(0, 5));
    const own = (await events()).filter(({ source }) => source === 'authenticated');
    expect(own.map(({ type }) => type)).toEqual([
      'player.identity',
      'player.update',
      'player.leaderboard',
      'sidebet.placed',
      'sidebet.result',
      'player.update',
    ]);
    expect((await of('player.identity'))[0]?.data).toMatchObject({ playerId: ME, username: 'me' });
    expect((await of('sidebet.result'))[0]?.data).toMatchObject({ own: true, won: true, payout: '0.005' });
    for (const { timestamp } of own) {
      expect(timestamp).toBeGreaterThanOrEqual(began);
      expect(timestamp).toBeLessThanOrEqual(Date.now());
    }
    expect(await told('chrome')).toEqual(['connecting', 'connected']);
    expect(await readiness(service)).toBe(200);
  });

  it.each(['page', 'iframe', 'worker', 'shared'] as const)(
    'hears the connection wherever it is: %s (row 21)',
    async (place) => {
      await watchPage(place);
      feeds.upstream.sendTo('pages', 'playerUpdate', account(2));
      await expect.poll(cashes).toEqual(['1.5', '2']);
    },
  );

  it('loads a page again that was connected before anyone looked, once', async () => {
    await chromium.open(site.url());
    await expect.poll(() => feeds.upstream.pages, PATIENT).toBe(1);
    await feeds.start();
    const speaking = setInterval(() => play(0, 0, 'pages'), 100);
    try {
      await expect.poll(cashes, PATIENT).toEqual(['1.5']);
    } finally {
      clearInterval(speaking);
    }
    expect(feeds.upstream.pages).toBe(1);
    expect((await of('player.identity')).map(({ data }) => data.playerId)).toEqual([ME]);
  });

  it('tells of several tabs what one tells, and goes on with another when that is closed', async () => {
    await watchPage();
    await chromium.open(site.url());
    await expect.poll(() => feeds.upstream.pages, PATIENT).toBe(2);
    feeds.upstream.sendTo('pages', 'playerUpdate', account(2));
    await expect.poll(cashes).toEqual(['1.5', '2']);
    const [, first] = await chromium.pages(); // the newest comes first
    await fetch(`${chromium.cdpUrl}/json/close/${first}`);
    await expect.poll(() => feeds.upstream.pages, PATIENT).toBe(1);
    // The game hears that a tab is closed before the feed does.
    const both = async (): Promise<string[]> => {
      feeds.upstream.sendTo('pages', 'playerUpdate', account(3));
      return cashes();
    };
    await expect.poll(both, PATIENT).toEqual(['1.5', '2', '3']);
  });
});

describe('it recovers by itself', () => {
  it("when the page's connection is dropped", async () => {
    await watchPage();
    feeds.upstream.greeting[1] = ['playerUpdate', account(2)];
    feeds.upstream.hangUp('pages');
    await expect.poll(cashes, PATIENT).toEqual(['1.5', '2']);
    expect(await told('chrome')).toEqual(['connecting', 'connected', 'disconnected', 'connected']);
  });

  it('when Chrome is killed and started again, and says so', async () => {
    const service = await watchPage();
    await chromium.kill();
    await expect.poll(() => told('chrome'), PATIENT).toContain('reconnecting');
    expect(await readiness(service)).toBe(200); // the public connection is there
    feeds.upstream.greeting[1] = ['playerUpdate', account(2)];
    await chromium.start(site.url());
    // It may have been open before anyone looked: then what it is told shows that.
    const speaking = setInterval(() => play(0, 0, 'pages'), 100);
    try {
      await expect.poll(cashes, PATIENT).toEqual(['1.5', '2']);
    } finally {
      clearInterval(speaking);
    }
    expect((await told('chrome')).at(-1)).toBe('connected');
  });

  it('when the page is closed: it is opened again', async () => {
    await watchPage();
    feeds.upstream.greeting[1] = ['playerUpdate', account(2)];
    await chromium.closePages();
    await expect.poll(cashes).toEqual(['1.5', '2']);
  });
});

describe('of the two connections', () => {
  it('the page takes over when the public one is lost, and gives way again; no tick is lost or doubled', async () => {
    const service = await watchPage();
    play(0, 9);
    await expect.poll(ticks).toEqual(range(0, 9));
    feeds.upstream.refuses = 503;
    feeds.upstream.hangUp('public');
    play(10, 19);
    await expect.poll(ticks).toEqual(range(0, 19));
    expect(await sourceOfTick(9)).toBe('simulator');
    expect(await sourceOfTick(19)).toBe('authenticated');
    expect(await readiness(service)).toBe(200);
    await expect.poll(() => feeds.upstream.refused, PATIENT).toBeGreaterThan(0);
    feeds.upstream.refuses = undefined;
    await feeds.connected();
    let tick = 20;
    while ((await metric(service, 'feed_source_switches_total')) < 2) {
      play(tick, tick);
      tick++;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    play(tick, tick + 4);
    await expect.poll(ticks).toEqual(range(0, tick + 4));
    expect(await sourceOfTick(tick + 4)).toBe('simulator');
    expect((await of('game.start')).length).toBe(1);
    expect((await of('game.phase')).filter(({ data }) => data.phase === 'UNKNOWN')).toEqual([]);
    expect(await told('public')).toEqual(expect.arrayContaining(['connected', 'disconnected', 'connected']));
  });

  it('the page alone is followed when that is asked for', async () => {
    await watchPage('page', { FEED_SOURCE: 'chrome' });
    expect(feeds.upstream.clients).toBe(0);
    play(0, 9);
    await expect.poll(ticks).toEqual(range(0, 9));
    expect(await told('public')).toEqual([]);
  });

  it('the public one is all there is where the host of Chrome is unknown', async () => {
    const service = await feeds.start({ CHROME_CDP_URL: 'http://chrome.invalid:9223' });
    await feeds.connected();
    play(0, 3);
    await expect.poll(ticks).toEqual(range(0, 3));
    expect(await readiness(service)).toBe(200);
    expect(await told('chrome')).toEqual([]);
  });
});

describe('a page that', () => {
  it('is not logged in is read for what everybody may read, and that is said once', async () => {
    const service = await feeds.start({ CHROME_LOGIN_WAIT_MS: '500' });
    await expect.poll(() => sessions(service)).toBeGreaterThan(0);
    await chromium.open(site.url('page', { login: false }));
    await expect.poll(() => told('chrome'), PATIENT).toEqual(['connecting', 'connected', 'degraded']);
    expect((await of('connection.status')).at(-1)?.data.reason).toContain('not logged in');
    // It is loaded again, which makes another connection of it.
    await expect.poll(() => told('chrome'), PATIENT).toContain('disconnected');
    await expect.poll(async () => (await told('chrome')).at(-1), PATIENT).toBe('degraded');
    expect((await told('chrome')).filter((status) => status === 'connected')).toHaveLength(1);
    play(0, 3);
    await expect.poll(ticks).toEqual(range(0, 3));
    expect(await readiness(service)).toBe(200);
  });

  it('falls back to polling is said to have done so', async () => {
    const service = await feeds.start();
    await expect.poll(() => sessions(service)).toBeGreaterThan(0);
    await chromium.open(site.url('page', { transport: 'polling' }));
    await expect.poll(() => told('chrome'), PATIENT).toContain('degraded');
    expect((await of('connection.status')).at(-1)?.data.reason).toContain('polling');
  });
});

describe('the feed', () => {
  // With `chrome` all that is heard of the page is taken, with `auto` what only the page is told.
  it.each(['auto', 'chrome'])(
    "sends nothing to the game, and what the page sends is nowhere: not in the log, the feed's file, or its log lines (%s)",
    async (FEED_SOURCE) => {
      const lines: string[] = [];
      const output = new Writable({
        write(chunk: Buffer, _, done) {
          lines.push(chunk.toString());
          done();
        },
      });
      const env = { ...feeds.env, FEED_RAW_EVENTS: '*', FEED_SOURCE };
      const service = await startService(feed, {
        env,
        log: createLogger('feed', { LOG_LEVEL: 'trace', LOG_FORMAT: 'json' }, output),
      });
      try {
        await expect.poll(() => sessions(service)).toBeGreaterThan(0);
        await chromium.open(site.url());
        await expect.poll(cashes, PATIENT).toEqual(['1.5']);
        feeds.upstream.sendTo('pages', 'inboxMessages', TRACE, { session: { token: PLANTED }, count: 1 });
        feeds.upstream.hangUp();
        await expect.poll(async () => (await told('chrome')).length, PATIENT).toBeGreaterThanOrEqual(4);
        await feeds.connected(FEED_SOURCE === 'auto' ? 1 : 0);
      } finally {
        await service.stop();
      }
      expect(await of('raw.inboxMessages')).toHaveLength(1);
      const log = JSON.stringify((await events()) satisfies Event[]);
      const folder = feeds.env.FEED_DATA_DIR ?? '';
      const files = await Promise.all(
        (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
      );
      for (const text of [log, ...files, lines.join('')]) expect(text).not.toContain(PLANTED);
      expect(lines.length).toBeGreaterThan(5);
      expect(files.join('')).toContain('player.update');
      expect(feeds.upstream.received).toEqual([]);
      // The goodbye of a connection that is ended is the only packet there is.
      expect(feeds.upstream.packets.filter((packet) => packet !== '1')).toEqual([]);
    },
  );
});

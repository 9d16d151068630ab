import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@vectra/launcher';
import { EventLog } from '@vectra/stream';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import { WebSocket, WebSocketServer } from 'ws';
import { measurePaced, startFeed, startService, type FeedFigures, type Taker } from './feed.js';

export interface BrowserFigures {
  name: string;
  latency: FeedFigures['latency'];
}

/**
 * From the game's socket to a browser's, at 100 frames a second: through feed, log and gateway as processes, with each event synced to
 * disk twice on its way (the feed's file, then Redis), beside two bare relays in this process: one that keeps nothing, and one
 * through a stream of the same Redis, which syncs each frame once.
 */
export async function benchBrowser(redisUrl: string, dir: string): Promise<BrowserFigures[]> {
  const figures: BrowserFigures[] = [];
  for (const [name, take] of [
    ['bare relay', bareRelay],
    ['bare relay through Redis', bareRelayThrough(redisUrl)],
    ['vectra', throughGateway(redisUrl, dir)],
  ] as const) {
    const { latency } = await measurePaced('standard', take);
    figures.push({ name, latency });
  }
  return figures;
}

const bareRelay: Taker = (url, frames) =>
  relayed(url, frames, ({ upstream, send }) => {
    upstream.on('gameStateUpdate', (frame: unknown) => send(JSON.stringify(frame)));
    return Promise.resolve();
  });

/** XADD of each frame, without waiting for the one before, and XREAD BLOCK. */
function bareRelayThrough(redisUrl: string): Taker {
  const stream = 'bare-relay';
  return (url, frames) =>
    relayed(url, frames, async ({ upstream, send, until }) => {
      const [writer, reader] = [new Redis(redisUrl), new Redis(redisUrl)];
      upstream.on('gameStateUpdate', (frame: unknown) => {
        writer.xadd(stream, '*', 'frame', JSON.stringify(frame)).catch(() => undefined); // cut off at the end
      });
      void until.then(() => [writer, reader].forEach((redis) => redis.disconnect()));
      let place = '0';
      try {
        for (;;) {
          const [found] = (await reader.xread('BLOCK', 0, 'STREAMS', stream, place)) ?? [];
          for (const [id, [, frame = '']] of found?.[1] ?? []) {
            place = id;
            send(frame);
          }
        }
      } catch (error) {
        if (reader.status !== 'end') throw error;
      }
    });
}

interface Relaying {
  upstream: ReturnType<typeof io>;
  send: (text: string) => void;
  /** Resolves at the end. */
  until: Promise<void>;
}

/** A WebSocket server and a browser's connection to it, and what goes between the game's socket and them. */
async function relayed(
  url: string,
  frames: number,
  relay: (relaying: Relaying) => Promise<void>,
): Promise<number[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const browser = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(browser, 'open');
  const upstream = io(url, { transports: ['websocket'], forceNew: true });
  const send = (text: string): void => {
    for (const client of server.clients) client.send(text);
  };
  let end = (): void => undefined;
  const until = new Promise<void>((resolve) => (end = resolve));
  const relaying = relay({ upstream, send, until });
  try {
    return await ticksOf(browser, frames, (message) => (message as { tickCount?: number }).tickCount);
  } finally {
    end();
    await relaying;
    upstream.disconnect();
    browser.terminate();
    server.close();
  }
}

function throughGateway(redisUrl: string, dir: string): Taker {
  return async (url, frames) => {
    const stream = 'browser';
    const log = await EventLog.open({ url: redisUrl, stream });
    const port = String(await freePort());
    const gateway = startService('gateway', {
      REDIS_URL: redisUrl,
      STREAM: stream,
      GATEWAY_PORT: port,
      RUGS_DATA_DIR: join(dir, 'none'),
    });
    const browser = await connected(`ws://127.0.0.1:${port}/ws`);
    browser.send(JSON.stringify({ action: 'subscribe', channels: ['game.tick'] }));
    await once(browser, 'message');
    const feed = startFeed({ redisUrl, stream, dir, upstream: url });
    try {
      return await ticksOf(browser, frames, (message) => {
        const { type, data } = message as { type: string; data?: { tickCount: number } };
        return type === 'game.tick' ? data?.tickCount : undefined;
      });
    } finally {
      browser.terminate();
      await feed.stop(5_000);
      await gateway.stop(5_000);
      await log.close();
    }
  };
}

/** As soon as the server is there. */
async function connected(url: string): Promise<WebSocket> {
  for (;;) {
    const socket = new WebSocket(url);
    try {
      await once(socket, 'open');
      return socket;
    } catch {
      await sleep(50); // not listening yet
    }
  }
}

/** When each tick came, by tick count (Unix ms), until there are so many. */
async function ticksOf(
  browser: WebSocket,
  frames: number,
  tickOf: (message: unknown) => number | undefined,
): Promise<number[]> {
  const knownAt: number[] = [];
  await new Promise<void>((resolve) => {
    browser.on('message', (data: Buffer) => {
      const tick = tickOf(JSON.parse(data.toString()));
      if (tick === undefined) return;
      knownAt[tick] = Date.now();
      if (knownAt.length >= frames) resolve();
    });
  });
  return knownAt;
}

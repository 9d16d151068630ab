import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gatewayOver, type LogSource } from '@vectra/gateway';
import { encodeEvent, placeEvent, type Event } from '@vectra/protocol';
import { startService } from '@vectra/service-kit';
import { pino } from 'pino';
import { Server as SocketIo } from 'socket.io';
import { WebSocketServer } from 'ws';

/** What the bench asks of a server. */
export interface ServerOrder {
  /** So many events, read from the log `together` at a time, so many a second; 0: at once. */
  publish?: { count: number; together: number; rate: number };
}

/** What a server answers: its port first, then after each order how much CPU (ms) it has used and how much memory (bytes) it has. */
export interface ServerTold {
  port: number;
  cpuMs: number;
  rss: number;
}

type Publish = (events: readonly Event[]) => void;
type Start = () => Promise<{ port: number; publish: Publish }>;

const EPOCH = 'aaaa';
/** The bench says how many clients there are, and all of them come from one address. */
const UNLIMITED = {
  GATEWAY_PORT: '0',
  GATEWAY_EXPECTED_SERVICES: '',
  GATEWAY_MAX_CLIENTS: '1000000',
  GATEWAY_MAX_CLIENTS_PER_ADDRESS: '1000000',
};

/** The log in memory: hands out what it is given. */
class MemoryLog implements Partial<LogSource> {
  #waiting: (readonly Event[])[] = [];
  #wake: () => void = () => undefined;

  push(events: readonly Event[]): void {
    this.#waiting.push(events);
    this.#wake();
  }

  async *group(): AsyncIterable<{ events: readonly Event[] }> {
    for (;;) {
      for (const events of this.#waiting.splice(0)) yield { events };
      if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
  state = () => Promise.resolve({ epoch: EPOCH, first: 1, last: 0 });
  range = () => Promise.resolve([]);
  groups = () => Promise.resolve([]);
  services = () => Promise.resolve([]);
  announce = () => undefined;
}

const servers: Record<string, Start> = {
  async gateway() {
    const log = new MemoryLog();
    const { port } = await startService(
      gatewayOver(() => Promise.resolve(log as unknown as LogSource)),
      { env: UNLIMITED, log: pino({ level: 'silent' }) },
    );
    return { port, publish: (events) => log.push(events) };
  },
  async ws() {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    await new Promise((resolve) => server.once('listening', resolve));
    const publish: Publish = (events) => {
      for (const event of events) {
        const text = Buffer.from(encodeEvent(event));
        for (const client of server.clients) client.send(text, { binary: false });
      }
    };
    return { port: (server.address() as AddressInfo).port, publish };
  },
  async 'socket.io'() {
    const http = createServer();
    const io = new SocketIo(http, {
      transports: ['websocket'],
      perMessageDeflate: false,
      pingInterval: 600_000,
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const publish: Publish = (events) => {
      for (const event of events) io.emit('event', event);
    };
    return { port: (http.address() as AddressInfo).port, publish };
  },
};

let seq = 0;
const tick = (): Event =>
  placeEvent(
    {
      ...{
        type: 'game.tick',
        timestamp: Date.now(),
        gameId: '20251212-6114b2ff44ef4b71',
        source: 'simulator',
      },
      data: {
        ...{ tickCount: 42, price: '1.2345678901234567', active: true, rugged: false },
        ...{ phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: 12 },
      },
    },
    EPOCH,
    ++seq,
  );

function tell(port: number): void {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const told: ServerTold = { port, cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() };
  process.send?.(told);
}

const start = servers[process.argv[2] ?? ''];
if (start === undefined) throw new TypeError(`expected one of ${Object.keys(servers).join(', ')}`);
const { port, publish } = await start();
process.on('message', ({ publish: order }: ServerOrder) => {
  if (order === undefined) {
    tell(port);
    return;
  }
  const { count, together, rate } = order;
  let left = count;
  const some = (): void => {
    publish(Array.from({ length: Math.min(together, left) }, tick));
    left -= together;
  };
  if (rate === 0) {
    while (left > 0) some();
    setImmediate(() => tell(port));
    return;
  }
  const timer = setInterval(
    () => {
      some();
      if (left > 0) return;
      clearInterval(timer);
      tell(port);
    },
    (1_000 * together) / rate,
  );
});
tell(port);

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Counter, Gauge, type Registry } from 'prom-client';
import { Server } from 'socket.io';
import { Faults } from './faults/faults.js';
import type { Packet } from './faults/line.js';
import { AUDIENCES, type Audience, type Drift } from './faults/request.js';

export interface Broadcast {
  readonly faults: Faults;
  /** Sends an event to every client, or to every client of one kind. */
  send(event: string, args: readonly unknown[], audience?: Audience): void;
  /** Disconnects every client and takes no new ones. */
  close(): void;
}

/** Sends to one client alone: right away, or after the next event of that name has been sent to all. */
export type SendTo = (event: string, args: readonly unknown[], when: 'now' | 'afterNext') => void;

export interface BroadcastOptions {
  http: HttpServer;
  metrics: Registry;
  /** Called for each new client. */
  onClient: (sendTo: SendTo, audience: Audience) => void;
  /** The account of the logged-in page is to change; without it there is none. */
  onDrift?: (drift: Drift) => void;
}

/**
 * The Socket.IO server (protocol 5, path `/socket.io`, websocket and polling). It listens to nothing a client says. A
 * connection with `auth` in its query is logged in: it belongs to the page.
 */
export function openBroadcast({ http, metrics, onClient, onDrift }: BroadcastOptions): Broadcast {
  const { sent, heard, clients } = meters(metrics);
  let closed = false;
  const io = new Server(http, {
    // The real server is called by pages of another origin.
    cors: { origin: true, credentials: true },
    allowRequest: (request, accept) => {
      const refused = closed
        ? 'the server is stopping'
        : faults.refuses(audienceOf(request))
          ? 'a fault by request'
          : null;
      accept(refused, refused === null);
    },
  });
  let later: { event: string; audience: Audience; packet: Packet }[] = [];

  const deliver = (audience: Audience, packets: readonly Packet[]): void => {
    for (const { event, args, to = audience, cut = false } of packets) {
      const ids = io.sockets.adapter.rooms.get(to);
      if (ids === undefined || ids.size === 0) continue; // nobody: encoding is saved
      if (!cut) io.to(to).emit(event, ...args);
      else for (const id of ids) io.sockets.sockets.get(id)?.conn.write(halfOf(event, args));
    }
  };
  const disconnect = (audience: Audience): boolean => {
    const ids = [...(io.sockets.adapter.rooms.get(audience) ?? [])];
    // Without a word, as a connection that is lost: a client that is told so does not come back.
    for (const id of ids) io.sockets.sockets.get(id)?.conn.close(true);
    return ids.length > 0;
  };
  const faults = new Faults({ deliver, disconnect, tamper: (drift) => onDrift?.(drift) });

  io.on('connection', (socket) => {
    const audience = audienceOf(socket.request);
    void socket.join(audience);
    clients.set(io.sockets.sockets.size);
    socket.on('disconnect', () => clients.set(io.sockets.sockets.size));
    socket.onAny(() => heard.inc());
    onClient((event, args, when) => {
      const packet = { event, args, to: socket.id };
      if (when === 'afterNext') {
        later.push({ event, audience, packet });
        return;
      }
      faults.pass(audience, packet);
      sent.inc({ event });
    }, audience);
    if (faults.cuts(audience)) socket.conn.close(true);
  });

  const sendLater = (name: string, audience: Audience): void => {
    const waiting = later.filter((one) => one.event === name && one.audience === audience);
    later = later.filter((one) => !waiting.includes(one));
    for (const { event, packet } of waiting) {
      faults.pass(audience, packet);
      sent.inc({ event });
    }
  };

  return {
    faults,
    send(event, args, audience) {
      if (io.sockets.sockets.size === 0) return;
      const audiences = audience === undefined ? AUDIENCES : [audience];
      for (const name of audiences) faults.pass(name, { event, args });
      if (audiences.some((name) => io.sockets.adapter.rooms.has(name))) sent.inc({ event });
      for (const name of audiences) sendLater(event, name);
    },
    close() {
      closed = true;
      faults.close();
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

function audienceOf({ url = '/' }: IncomingMessage): Audience {
  const auth = new URL(url, 'http://simulator').searchParams.get('auth');
  return auth === null || auth === '' ? 'public' : 'page';
}

/** The first half of an event's text, as Engine.IO sends it on: `4` comes before it. */
function halfOf(event: string, args: readonly unknown[]): string {
  const text = `2${JSON.stringify([event, ...args])}`;
  return text.slice(0, Math.ceil(text.length / 2));
}

function meters(metrics: Registry) {
  return {
    sent: new Counter({
      name: 'simulator_events_sent_total',
      help: 'Events sent to connected clients, a broadcast counted once, before any fault by request.',
      labelNames: ['event'],
      registers: [metrics],
    }),
    heard: new Counter({
      name: 'simulator_client_messages_total',
      help: 'Events received from clients, all of them ignored.',
      registers: [metrics],
    }),
    clients: new Gauge({
      name: 'simulator_clients',
      help: 'Clients connected now.',
      registers: [metrics],
    }),
  };
}

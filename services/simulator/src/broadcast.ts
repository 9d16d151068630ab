import type { Server as HttpServer } from 'node:http';
import { Counter, Gauge, type Registry } from 'prom-client';
import { Server } from 'socket.io';

export interface Broadcast {
  /** Sends an event to every client. */
  send(event: string, args: readonly unknown[]): void;
  /** Disconnects every client and takes no new ones. */
  close(): void;
}

export interface BroadcastOptions {
  http: HttpServer;
  metrics: Registry;
  /**
   * Called for each new client, with a function that sends to this one alone: right away, or after the next event of
   * that name has been sent to all.
   */
  onClient: (sendTo: (event: string, args: readonly unknown[], when: 'now' | 'afterNext') => void) => void;
}

/** The Socket.IO server (protocol 5, path `/socket.io`, websocket and polling). It listens to nothing a client says. */
export function openBroadcast({ http, metrics, onClient }: BroadcastOptions): Broadcast {
  const sent = new Counter({
    name: 'simulator_events_sent_total',
    help: 'Events sent to connected clients, a broadcast counted once.',
    labelNames: ['event'],
    registers: [metrics],
  });
  const heard = new Counter({
    name: 'simulator_client_messages_total',
    help: 'Events received from clients, all of them ignored.',
    registers: [metrics],
  });
  const clients = new Gauge({
    name: 'simulator_clients',
    help: 'Clients connected now.',
    registers: [metrics],
  });

  let closed = false;
  const io = new Server(http, {
    serveClient: false,
    // The real server is called by pages of another origin.
    cors: { origin: true, credentials: true },
    allowRequest: (_request, accept) => {
      accept(closed ? 'the server is stopping' : null, !closed);
    },
  });
  let later: { event: string; send: () => void }[] = [];

  io.on('connection', (socket) => {
    clients.set(io.sockets.sockets.size);
    socket.on('disconnect', () => clients.set(io.sockets.sockets.size));
    socket.onAny(() => heard.inc());
    onClient((event, args, when) => {
      const send = (): void => {
        if (!socket.connected) return;
        socket.emit(event, ...args);
        sent.inc({ event });
      };
      if (when === 'now') send();
      else later.push({ event, send });
    });
  });

  return {
    send(event, args) {
      if (io.sockets.sockets.size === 0) return;
      io.emit(event, ...args);
      sent.inc({ event });
      const waiting = later.filter((one) => one.event === event);
      later = later.filter((one) => one.event !== event);
      for (const one of waiting) one.send();
    },
    close() {
      closed = true;
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

import websocket, { type WebSocket } from '@fastify/websocket';
import { CLOSE_CODES } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { FastifyInstance } from 'fastify';
import type { RawData } from 'ws';
import type { DeskFor } from './client.js';
import type { Hub } from './hub.js';
import { Session, SESSION_LIMITS, type SessionLimits } from './session.js';
import type { LogSource } from './source.js';

export interface SocketLimits extends SessionLimits {
  /** How often a client is asked for a sign of life; one that has not answered by the next time is cut off. */
  pingMs: number;
  /** How long clients get to say goodbye when the gateway stops. */
  goodbyeMs: number;
}

export const SOCKET_LIMITS: SocketLimits = { ...SESSION_LIMITS, pingMs: 20_000, goodbyeMs: 1_000 };

/** A message beyond this is not even read: the connection is closed (1009). Up to it, an error is the answer. */
const MAX_READ_BYTES = 1024 * 1024;

interface Peer {
  session: Session;
  alive: boolean;
}

export interface SocketParts {
  hub: Hub;
  log: LogSource;
  logger: Logger;
  limits: SocketLimits;
  /** Serve the commands that sessions do not serve themselves; asked in this order. */
  desks: readonly DeskFor[];
}

/** The clients connected to `/ws`. */
export class Sockets {
  readonly #parts: SocketParts;
  readonly #peers = new Map<WebSocket, Peer>();
  readonly #pings: NodeJS.Timeout;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#pings = setInterval(() => this.#ping(), parts.limits.pingMs);
  }

  /** How many clients are served. */
  get size(): number {
    return [...this.#peers.values()].filter(({ session }) => !session.closed).length;
  }

  async register(http: FastifyInstance): Promise<void> {
    await http.register(websocket, {
      options: { maxPayload: MAX_READ_BYTES, perMessageDeflate: false },
      // Only this connection is at fault, and it is over.
      errorHandler: (error, socket) => {
        this.#parts.logger.info({ reason: error.message }, 'a client connection failed');
        socket.terminate();
      },
      // Clients have been sent away by `close` before the server stops.
      preClose: (done) => done(),
    });
    // The guard has looked at who asks; connections have limits of their own.
    http.get('/ws', { websocket: true, config: { rateLimit: false }, schema: { hide: true } }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Sends everybody to where the place in the log may be asked for again. */
  sendAway(): void {
    for (const { session } of this.#peers.values()) session.leave(CLOSE_CODES.goingAway);
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    this.sendAway();
    const deadline = performance.now() + this.#parts.limits.goodbyeMs;
    while (this.#peers.size > 0 && performance.now() < deadline) await new Promise((r) => setTimeout(r, 10));
    for (const socket of this.#peers.keys()) socket.terminate();
  }

  /** Listens before anything else happens: the first messages may have come with the request itself. */
  #accept(socket: WebSocket): void {
    const session = new Session(socket, undefined, this.#parts);
    const peer: Peer = { session, alive: true };
    this.#peers.set(socket, peer);
    socket.on('message', (data, isBinary) => session.command(bytesOf(data), isBinary));
    socket.on('pong', () => {
      peer.alive = true;
    });
    socket.on('close', () => {
      this.#peers.delete(socket);
      session.end();
    });
  }

  #ping(): void {
    for (const [socket, peer] of this.#peers) {
      if (!peer.alive) socket.terminate();
      peer.alive = false;
      socket.ping();
    }
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

import websocket, { type WebSocket } from '@fastify/websocket';
import { CLOSE_CODES, MAX_COMMAND_BYTES } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RawData } from 'ws';
import { roleOf } from './access.js';
import type { DeskFor } from './client.js';
import type { StreamLimits } from './eventStreams.js';
import type { Hub } from './hub.js';
import type { ClientMeters } from './metrics.js';
import { Session, SESSION_LIMITS, type SessionLimits } from './session.js';
import type { LogSource } from './source.js';
import type { Tokens } from './tokens.js';

/** One that has not answered a ping by the next is cut off. */
export interface SocketLimits extends SessionLimits, StreamLimits {}

export const SOCKET_LIMITS: Omit<SocketLimits, 'maxClients' | 'maxClientsPerAddress'> = {
  ...SESSION_LIMITS,
  pingMs: 20_000,
  goodbyeMs: 1_000,
  returnMs: { first: 1_000, each: 4, longest: 30_000 },
};

/** A message beyond this is not even read: the connection is closed (1009). Up to it, an error is the answer. */
const MAX_READ_BYTES = 4 * MAX_COMMAND_BYTES;

/** How long a client that is closed may take to read up to there; it then knows why, and where to resume. */
const FAREWELL_MS = 60_000;

interface Peer {
  session: Session;
  address: string;
  alive: boolean;
}

export interface SocketParts {
  hub: Hub;
  log: LogSource;
  logger: Logger;
  limits: SocketLimits;
  meters: ClientMeters;
  tokens: Tokens;
  /** Serve the commands that sessions do not serve themselves; asked in this order. */
  desks: readonly DeskFor[];
}

/** The clients connected to `/ws`. */
export class Sockets {
  readonly #parts: SocketParts;
  readonly #peers = new Map<WebSocket, Peer>();
  /** How many clients each address has. */
  readonly #addresses = new Map<string, number>();
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
    const settings = { maxPayload: MAX_READ_BYTES, perMessageDeflate: false, closeTimeout: FAREWELL_MS };
    await http.register(websocket, {
      options: settings,
      // Only this connection is at fault, and it is over.
      errorHandler: (error, socket) => {
        this.#parts.logger.info({ reason: error.message }, 'a client connection failed');
        socket.terminate();
      },
      // Clients have been sent away by `close` before the server stops.
      preClose: (done) => done(),
    });
    // The guard has looked at who asks; connections have limits of their own.
    const route = { websocket: true, config: { rateLimit: false }, schema: { hide: true } } as const;
    const preValidation = (request: FastifyRequest): Promise<void> => {
      roleOf(request, this.#parts.tokens);
      return Promise.resolve();
    };
    http.get('/ws', { ...route, preValidation }, (socket, request) => this.#accept(socket, request));
  }

  /** Sends everybody away, to resume elsewhere or later; not all of them at the same time. */
  sendAway(): void {
    const { first, each, longest } = this.#parts.limits.returnMs;
    let reconnectInMs = first;
    for (const { session } of this.#peers.values()) {
      session.sendAway(Math.round(Math.min(reconnectInMs, longest)));
      reconnectInMs += each;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    this.sendAway();
    const deadline = performance.now() + this.#parts.limits.goodbyeMs;
    while (this.#peers.size > 0 && performance.now() < deadline) await new Promise((r) => setTimeout(r, 10));
    for (const socket of this.#peers.keys()) socket.terminate();
  }

  /** Listens before anything else happens: the first messages may have come with the request itself. */
  #accept(socket: WebSocket, request: FastifyRequest): void {
    const { tokens, limits } = this.#parts;
    const { ip: address } = request;
    const ofAddress = this.#addresses.get(address) ?? 0;
    if (this.#peers.size >= limits.maxClients || ofAddress >= limits.maxClientsPerAddress) {
      this.#turnAway(socket, address);
      return;
    }
    const ends = { socket, wire: request.raw.socket };
    const session = new Session(ends, roleOf(request, tokens), this.#parts);
    const peer: Peer = { session, address, alive: true };
    this.#peers.set(socket, peer);
    this.#addresses.set(address, ofAddress + 1);
    socket.on('message', (data, isBinary) => session.command(bytesOf(data), isBinary));
    socket.on('pong', () => {
      peer.alive = true;
    });
    socket.on('close', () => {
      this.#forget(socket, peer);
      session.end();
    });
  }

  #forget(socket: WebSocket, { address }: Peer): void {
    this.#peers.delete(socket);
    const left = (this.#addresses.get(address) ?? 0) - 1;
    if (left > 0) this.#addresses.set(address, left);
    else this.#addresses.delete(address);
  }

  #turnAway(socket: WebSocket, address: string): void {
    this.#parts.meters.turnedAway();
    this.#parts.logger.warn({ address }, 'a client is turned away: too many connections');
    socket.close(CLOSE_CODES.tooManyConnections);
    const timer = setTimeout(() => socket.terminate(), this.#parts.limits.goodbyeMs);
    socket.on('close', () => clearTimeout(timer));
  }

  #ping(): void {
    for (const [socket, peer] of this.#peers) {
      // It cannot answer before it has read what waits for it: other limits hold, which tell it where to resume.
      if (peer.session.isBehind) continue;
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

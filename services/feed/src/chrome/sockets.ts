import { payloadOf } from '../wire.js';
import { parseFrame, type Packet } from './socketio.js';

/** Names one socket: a request id is unique within its session only. */
export interface SocketId {
  session: string;
  request: string;
}

interface Socket {
  /** Whether the Socket.IO connection stands. */
  connected: boolean;
  /** Whether it told something that only a logged-in page is told. */
  loggedIn: boolean;
  /** Unix ms of its newest frame, of whatever kind. */
  lastFrameAt: number;
}

/** A living connection is pinged every 25 s; Chrome does not always tell that one is gone, as when its page crashed. */
const SILENT_MS = 90_000;

/** What a frame gave. */
export interface Reading {
  name: string;
  args: unknown[];
}

/** A frame of a socket that was opened before anyone looked begins with this. It must be the game's. */
const GAME_FRAME = '42["gameStateUpdate"';

/**
 * The page's connections to the game, told apart; one of them is read: a logged-in one rather than another, an older one
 * rather than a newer. Any other socket of the browser is ignored. Pure.
 */
export class PageSockets {
  readonly #hosts: ReadonlySet<string>;
  /** The game's by their key; null for any that is not to be read. Oldest first. */
  readonly #sockets = new Map<string, Socket | null>();
  #read: Socket | undefined;

  /** @param hosts names of the hosts whose Socket.IO connections are the game's. */
  constructor(hosts: Iterable<string>) {
    this.#hosts = new Set(hosts);
  }

  /** Whether a connection to the game is read. */
  get connected(): boolean {
    return this.#read?.connected === true;
  }

  get loggedIn(): boolean {
    return this.#read?.loggedIn === true;
  }

  /** Sockets known now, other pages' included. */
  get size(): number {
    return this.#sockets.size;
  }

  /** @param now Unix ms, here and below. */
  opened(id: SocketId, url: string, now: number): void {
    const socket = { connected: false, loggedIn: false, lastFrameAt: now };
    this.#sockets.set(keyOf(id), this.isGame(url) ? socket : null);
  }

  closed(id: SocketId): void {
    this.#sockets.delete(keyOf(id));
    this.#choose();
  }

  /** Forgets those that have been silent for longer than any that lives. */
  expire(now: number): void {
    for (const [key, socket] of this.#sockets) {
      if (socket !== null && now - socket.lastFrameAt > SILENT_MS) this.#sockets.delete(key);
    }
    this.#choose();
  }

  /** Another document takes the place of what was there: its sockets are not read any more, whatever they still say. */
  documentChanged(session: string): void {
    for (const [key, socket] of this.#sockets) {
      if (!key.startsWith(`${session} `)) continue;
      if (socket === null) this.#sockets.delete(key);
      else this.#sockets.set(key, null);
    }
    this.#choose();
  }

  /** The page, frame or worker is gone, and all its sockets with it. */
  sessionEnded(session: string): void {
    for (const key of this.#sockets.keys()) if (key.startsWith(`${session} `)) this.#sockets.delete(key);
    this.#choose();
  }

  /** Whether this is the address of a Socket.IO connection to the game, by whichever transport. */
  isGame(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { hostname, pathname } = new URL(url);
    return this.#hosts.has(hostname) && pathname.includes('socket.io');
  }

  /**
   * A text frame that the page received.
   *
   * @returns the event, if it is one of the socket that is read. `late`: the socket is the game's, and was opened before
   *   anyone looked.
   */
  received(id: SocketId, text: string, now: number): { reading?: Reading; late?: true } {
    const key = keyOf(id);
    const known = this.#sockets.get(key);
    if (known === null || (known === undefined && !text.startsWith(GAME_FRAME))) return {};
    const socket = known ?? { connected: true, loggedIn: false, lastFrameAt: now };
    socket.lastFrameAt = now;
    if (known === undefined) this.#sockets.set(key, socket);
    const reading = this.#take(socket, parseFrame(text));
    return {
      ...(reading === undefined ? {} : { reading }),
      ...(known === undefined ? { late: true } : {}),
    };
  }

  #take(socket: Socket, packet: Packet | undefined): Reading | undefined {
    if (packet === undefined || packet.kind === 'transport' || packet.namespace !== '/') return undefined;
    if (packet.kind === 'connect' || packet.kind === 'disconnect') {
      socket.connected = packet.kind === 'connect';
      this.#choose();
      return undefined;
    }
    socket.connected = true;
    if (packet.kind === 'event' && tellsLogin(packet)) socket.loggedIn = true;
    this.#choose();
    if (this.#read !== socket) return undefined;
    if (packet.kind === 'ack') return { name: 'ack', args: [{ id: packet.id, args: packet.args }] };
    return { name: packet.name, args: packet.args };
  }

  #choose(): void {
    const game = [...this.#sockets.values()].filter((socket) => socket?.connected === true);
    const current = game.includes(this.#read ?? null) ? this.#read : undefined;
    const loggedIn = game.find((socket) => socket?.loggedIn === true);
    if (current?.loggedIn !== true) this.#read = loggedIn ?? current ?? game[0] ?? undefined;
  }
}

/** A page that is not logged in is never told who it is, nor what it owns. */
function tellsLogin({ name, args }: Reading): boolean {
  if (name === 'playerUpdate') return true;
  const payload = name === 'usernameStatus' ? payloadOf(args) : undefined;
  return typeof payload === 'object' && payload !== null && 'id' in payload && typeof payload.id === 'string';
}

function keyOf({ session, request }: SocketId): string {
  return `${session} ${request}`;
}

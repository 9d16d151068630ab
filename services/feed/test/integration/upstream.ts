import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type Socket } from 'socket.io';
import { freePort } from '@vectra/launcher';

/**
 * A Socket.IO server in the game's place, which sends what a test tells it to and notes whatever it is sent. Who says that it is a
 * page is one; one with a token is logged in.
 */
export class Upstream {
  readonly url: string;
  /** What public clients emitted. Must stay empty. */
  readonly received: unknown[] = [];
  /** Every packet that public clients sent, but for those of the transport and the connection itself. */
  readonly packets: string[] = [];
  readonly origins: (string | undefined)[] = [];
  readonly queries: unknown[] = [];
  /** What a logged-in page is told when it connects: who it is, and what it owns. */
  greeting: [name: string, ...args: unknown[]][] = [];
  /** Answers every public connection with this HTTP status instead, and counts them. */
  refuses: number | undefined;
  refused = 0;
  readonly #port: number;
  #io: Server | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}?frontend-version=1.0`;
  }

  static async listen(): Promise<Upstream> {
    const upstream = new Upstream(await freePort());
    await upstream.open();
    return upstream;
  }

  async open(): Promise<void> {
    const http = createServer();
    this.#io = new Server(http, { cors: { origin: '*' } });
    this.#refuseWhenTold(http);
    this.#io.on('connection', (socket) => (isPage(socket) ? this.#greet(socket) : this.#note(socket)));
    await new Promise<void>((resolve) => http.listen(this.#port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    await this.#io?.close();
  }

  /** Public connections. */
  get clients(): number {
    return this.#sockets().filter((socket) => !isPage(socket)).length;
  }

  /** Connections of pages. */
  get pages(): number {
    return this.#sockets().filter(isPage).length;
  }

  send(name: string, ...args: unknown[]): void {
    this.#io?.emit(name, ...args);
  }

  /** To public connections only, or to pages only. */
  sendTo(whom: 'public' | 'pages', name: string, ...args: unknown[]): void {
    for (const socket of this.#sockets())
      if (isPage(socket) === (whom === 'pages')) socket.emit(name, ...args);
  }

  /** Hangs up on everyone, as a server that wants to be rid of its clients does. */
  hangUp(whom?: 'public' | 'pages'): void {
    for (const socket of this.#sockets()) {
      if (whom === undefined || isPage(socket) === (whom === 'pages')) socket.conn.close();
    }
  }

  /** In front of the Socket.IO server. */
  #refuseWhenTold(http: ReturnType<typeof createServer>): void {
    const upgrades = http.listeners('upgrade') as ((...args: unknown[]) => void)[];
    http.removeAllListeners('upgrade');
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (this.refuses === undefined || request.url?.includes('secret=') === true) {
        for (const upgrade of upgrades) upgrade.call(http, request, socket, head);
      } else {
        this.refused++;
        socket.end(`HTTP/1.1 ${this.refuses} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      }
    });
  }

  #greet(socket: Socket): void {
    if (!('token' in socket.handshake.auth)) return;
    for (const [name, ...args] of this.greeting) socket.emit(name, ...args);
  }

  #note(socket: Socket): void {
    this.origins.push(socket.handshake.headers.origin);
    this.queries.push(socket.handshake.query['frontend-version']);
    socket.onAny((...args: unknown[]) => this.received.push(args));
    socket.conn.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
      if (type === 'message') this.packets.push(String(data));
    });
  }

  #sockets(): Socket[] {
    return [...(this.#io?.sockets.sockets.values() ?? [])];
  }
}

function isPage(socket: Socket): boolean {
  return 'page' in socket.handshake.auth;
}

import { createServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { freePort } from '@vectra/launcher';

/** A Socket.IO server in the game's place, which sends what a test tells it to and notes whatever it is sent. */
export class Upstream {
  readonly url: string;
  /** What clients emitted. Must stay empty. */
  readonly received: unknown[] = [];
  readonly origins: (string | undefined)[] = [];
  readonly queries: unknown[] = [];
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
    this.#io = new Server(http);
    this.#io.on('connection', (socket: Socket) => {
      this.origins.push(socket.handshake.headers.origin);
      this.queries.push(socket.handshake.query['frontend-version']);
      socket.onAny((...args: unknown[]) => this.received.push(args));
    });
    await new Promise<void>((resolve) => http.listen(this.#port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    await this.#io?.close();
  }

  get clients(): number {
    return this.#io?.sockets.sockets.size ?? 0;
  }

  send(name: string, ...args: unknown[]): void {
    this.#io?.emit(name, ...args);
  }

  /** Hangs up on everyone, as a server that wants to be rid of its clients does. */
  hangUp(): void {
    this.#io?.disconnectSockets(true);
  }
}

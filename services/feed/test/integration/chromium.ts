import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer as listen, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { Child, freePort } from '@vectra/launcher';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What a page's own traffic carries to the game, and nobody else may ever see. */
export const PLANTED = 'planted-7f3c9a-token';

export type Place = 'page' | 'iframe' | 'worker' | 'shared';

/** A web site with the game's page, whose connection is in the page itself, a frame of another site, a worker or a shared worker. */
export class Site {
  readonly port: number;
  readonly #server: Server;
  readonly #upstream: string;

  private constructor(server: Server, port: number, upstream: string) {
    this.#server = server;
    this.port = port;
    this.#upstream = upstream;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(new URL(request.url ?? '/', 'http://site'), response);
    });
  }

  static async open(upstream: string): Promise<Site> {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new Site(server, port, upstream);
  }

  url(place: Place = 'page', { login = true, transport = 'websocket' } = {}): string {
    return `http://127.0.0.1:${this.port}/${place}?login=${login}&transport=${transport}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ pathname, searchParams }: URL, response: ServerResponse): void {
    const options = {
      transports: [searchParams.get('transport') ?? 'websocket'],
      reconnectionDelay: 100,
      query: { secret: PLANTED },
      auth: { page: true, ...(searchParams.get('login') === 'true' ? { token: PLANTED } : {}) },
    };
    const client = new URL('/socket.io/socket.io.js', this.#upstream).href;
    const open = `const socket = io(${JSON.stringify(this.#upstream)}, ${JSON.stringify(options)});
      socket.on('connect', () => socket.emit('authenticate', { token: '${PLANTED}' }, '${PLANTED}'));`;
    const bodies: Record<string, [type: string, body: string]> = {
      '/page': ['text/html', `<script src="${client}"></script><script>${open}</script>`],
      // 127.0.0.1 and localhost are two sites, and so two processes of the browser.
      '/iframe': ['text/html', `<iframe src="http://localhost:${this.port}/page?login=true"></iframe>`],
      '/worker': ['text/html', '<script>new Worker("/worker.js?login=true")</script>'],
      '/shared': ['text/html', '<script>new SharedWorker("/worker.js?login=true")</script>'],
      '/worker.js': ['text/javascript', `importScripts('${client}'); ${open}`],
    };
    const [type, body] = bodies[pathname] ?? ['text/plain', ''];
    response.writeHead(200, { 'content-type': type }).end(body);
  }
}

/** A Chromium with its DevTools on one port, through all its restarts. */
export class Chromium {
  readonly port: number;
  readonly #dir: string;
  #child: Child | undefined;

  private constructor(port: number, dir: string) {
    this.port = port;
    this.#dir = dir;
  }

  static async prepare(): Promise<Chromium> {
    return new Chromium(await freePort(), await mkdtemp(join(tmpdir(), 'vectra-chromium-')));
  }

  get cdpUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(url = 'about:blank'): Promise<void> {
    this.#child = new Child({
      command: CHROMIUM,
      args: [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--remote-debugging-port=${this.port}`,
        `--user-data-dir=${this.#dir}`,
        url,
      ],
      stdio: 'ignore',
    });
    await vi.waitFor(() => fetch(`${this.cdpUrl}/json/version`), { timeout: 30_000 });
  }

  /** It is there, and does not answer. */
  pause(): void {
    this.#child?.signal('SIGSTOP');
  }

  resume(): void {
    this.#child?.signal('SIGCONT');
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.#child?.signal('SIGKILL');
    await this.#child?.exited;
    await rm(join(this.#dir, 'SingletonLock'), { force: true });
  }

  async open(url: string): Promise<void> {
    await fetch(`${this.cdpUrl}/json/new?${encodeURIComponent(url)}`, { method: 'PUT' });
  }

  async pages(): Promise<string[]> {
    return (await this.#targets()).map(({ id }) => id);
  }

  async closePages(): Promise<void> {
    const targets = await this.#targets();
    await this.open('about:blank');
    for (const { id } of targets) await fetch(`${this.cdpUrl}/json/close/${id}`);
    await vi.waitFor(async () => expect(await this.pages()).toHaveLength(1), { timeout: 10_000 });
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #targets(): Promise<{ id: string; type: string }[]> {
    const list = (await (await fetch(`${this.cdpUrl}/json/list`)).json()) as { id: string; type: string }[];
    return list.filter(({ type }) => type === 'page');
  }
}

/** Between a feed and Chrome: what passes can be cut, and is counted. */
export class Wire {
  readonly url: string;
  readonly #server: ReturnType<typeof listen>;
  readonly #open = new Set<Socket>();

  private constructor(server: ReturnType<typeof listen>, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async to(port: number): Promise<Wire> {
    const own = await freePort();
    const server = listen();
    const wire = new Wire(server, own);
    server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      wire.#open.add(near);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          other.destroy();
          wire.#open.delete(near);
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
    return wire;
  }

  get connections(): number {
    return this.#open.size;
  }

  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

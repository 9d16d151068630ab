import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, Reply } from '@vectra/protocol';
import { startService, type RunningService } from '@vectra/service-kit';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { LogSource } from '../src/source.js';
import { gatewayOver } from '../src/service.js';
import type { SocketLimits } from '../src/sockets.js';

export type Message = Event | Reply;
export type ReplyOf<T extends Reply['type']> = Extract<Reply, { type: T }>;

interface ConnectOptions {
  origin?: string;
  token?: string;
}

export interface TestGateway {
  url: string;
  /** Of recordings; absent until a test writes it. */
  dataDir: string;
  webDir: string;
  /** What was logged at warning and above. */
  logged: { msg: string }[];
  fetchJson(path: string, options?: RequestInit): Promise<{ status: number; body: unknown }>;
  connect(options?: ConnectOptions): Promise<TestClient>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A gateway in this process over a log; stop it in the end. */
export async function startGateway(
  openLog: () => Promise<LogSource>,
  { limits = {}, env = {} }: { limits?: Partial<SocketLimits>; env?: Record<string, string> } = {},
): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const dataDir = join(folder, 'data');
  const webDir = join(folder, 'web');
  const logged: { msg: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => logged.push(JSON.parse(line) as { msg: string }) });
  const clients: TestClient[] = [];
  const failures: unknown[] = [];
  const settings = { RUGS_DATA_DIR: dataDir, GATEWAY_WEB_DIR: webDir, GATEWAY_EXPECTED_SERVICES: '', ...env };
  const begin = (port: string): Promise<RunningService> =>
    startService(gatewayOver(openLog, limits), {
      env: { ...settings, GATEWAY_PORT: port },
      log,
      onFailure: (error) => failures.push(error),
    });
  let service = await begin('0');
  const { url, port } = service;
  return {
    url,
    dataDir,
    webDir,
    logged,
    async fetchJson(path, options) {
      const response = await fetch(url + path, options);
      return { status: response.status, body: await response.json() };
    },
    async connect(options) {
      const client = new TestClient(`${url.replace('http', 'ws')}/ws`, options);
      clients.push(client);
      await client.opened;
      return client;
    },
    async restart() {
      await service.stop();
      service = await begin(String(port));
    },
    async stop() {
      for (const client of clients) client.socket.terminate();
      await service.stop();
      await rm(folder, { recursive: true, force: true });
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** A WebSocket client that keeps what it received. */
export class TestClient {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly events: Event[] = [];
  readonly seqs: number[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => undefined;

  constructor(url: string, { origin, token }: ConnectOptions = {}) {
    this.socket = new WebSocket(url, {
      ...(origin === undefined ? {} : { origin }),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      }),
    );
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      this.messages.push(message);
      if ('seq' in message) {
        this.events.push(message);
        this.seqs.push(message.seq);
      }
      this.#wake();
    });
  }

  say(message: unknown): void {
    this.socket.send(
      typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  }

  /** The `count`-th reply of a type. */
  async reply<T extends Reply['type']>(type: T, count = 1): Promise<ReplyOf<T>> {
    const replies = (): ReplyOf<T>[] =>
      this.messages.filter((message): message is ReplyOf<T> => message.type === type && !('seq' in message));
    await this.until(() => replies().length >= count);
    const reply = replies()[count - 1];
    if (reply === undefined) throw new Error(`expected a ${type} reply`);
    return reply;
  }

  /** @returns the reply. */
  subscribe(channels: string[], since?: string, count = 1): Promise<ReplyOf<'subscribed'>> {
    this.say({ action: 'subscribe', channels, ...(since === undefined ? {} : { since }) });
    return this.reply('subscribed', count);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('closed before that happened');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** from, from + 1, ..., to */
export function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

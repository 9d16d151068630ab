import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Command, Event } from '@vectra/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { connect, type Connection } from '../../src/index.js';
import { tick } from '../unit/fakeSocket.js';

const EPOCH = 'aaaa';
let connection: Connection | undefined;
let server: Server | undefined;

/** Speaks the gateway's protocol over a list of events. */
class Server {
  readonly log: Event[] = [];
  readonly asked: (string | undefined)[] = [];
  readonly #sockets: WebSocketServer;

  constructor(port = 0) {
    this.#sockets = new WebSocketServer({ port, host: '127.0.0.1' });
    this.#sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => this.#answer(socket, JSON.parse(data.toString()) as Command));
    });
  }

  async port(): Promise<number> {
    if (this.#sockets.address() === null) await once(this.#sockets, 'listening');
    return (this.#sockets.address() as AddressInfo).port;
  }

  append(count: number): void {
    for (let i = 0; i < count; i++) {
      const event = tick(this.log.length + 1, EPOCH);
      this.log.push(event);
      for (const socket of this.#sockets.clients) socket.send(JSON.stringify(event));
    }
  }

  /** Cuts every connection without a goodbye. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#sockets.close(resolve));
  }

  #answer(socket: WebSocket, command: Command): void {
    if (command.action !== 'subscribe') return;
    this.asked.push(command.since);
    const recovered = command.since !== undefined;
    const id = `${EPOCH}:${this.log.length}`;
    socket.send(JSON.stringify({ type: 'subscribed', channels: command.channels, recovered, id }));
    const from = command.since === undefined ? this.log.length : Number(command.since.split(':')[1]);
    for (const event of this.log.slice(from)) socket.send(JSON.stringify(event));
  }
}

afterEach(async () => {
  vi.restoreAllMocks();
  connection?.close();
  await server?.stop();
});

/** The first events of an iteration, until the one with the number `last`. */
async function readUntil(
  events: AsyncIterable<Event>,
  last: number,
  each: (seq: number) => void,
): Promise<void> {
  for await (const { seq } of events) {
    each(seq);
    if (seq === last) return;
  }
}

it('gets every event once and in order over ten cuts and a server that was replaced', async () => {
  // The waits are another test's subject.
  vi.spyOn(Math, 'random').mockReturnValue(0.02);
  server = new Server();
  const port = await server.port();
  connection = connect({ url: `ws://127.0.0.1:${port}`, channels: ['*'], since: `${EPOCH}:0`, WebSocket });
  const seqs: number[] = [];
  const missed: unknown[] = [];
  connection.on('unrecovered', (what) => missed.push(what));
  const all = readUntil(connection, 110, (seq) => seqs.push(seq));
  for (let round = 1; round <= 10; round++) {
    const arrived = readUntil(connection, round * 10 - 5, () => undefined);
    server.append(5);
    await arrived;
    server.cut();
    server.append(5);
  }
  const { log } = server;
  await server.stop();
  server = new Server(port);
  server.log.push(...log);
  server.append(10);
  await all;
  expect(seqs).toEqual(Array.from({ length: 110 }, (_, i) => i + 1));
  expect(missed).toEqual([]);
});

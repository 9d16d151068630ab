import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import type { Event } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newToken } from '../../src/tokens.js';
import type { SocketLimits } from '../../src/sockets.js';
import { EPOCH, FakeLog, start, tick } from '../fakeLog.js';
import { numbers, startGateway, type TestGateway } from '../gatewayFixture.js';

let log: FakeLog;
let gateway: TestGateway;
const readers: Reader[] = [];

const begin = async (limits: Partial<SocketLimits> = {}, env: Record<string, string> = {}) => {
  gateway = await startGateway(() => Promise.resolve(log), { limits, env });
};
beforeEach(() => {
  log = new FakeLog();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.response.destroy();
  await gateway.stop();
});

interface Message {
  id: string | undefined;
  event: string;
  data: string;
}

/** Reads Server-Sent Events as the standard says. */
class Reader {
  readonly response: IncomingMessage;
  readonly messages: Message[] = [];
  lastId = '';
  ended = false;
  #text = '';
  #wake: () => void = () => undefined;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    response.on('close', () => {
      this.ended = true;
      this.#wake();
    });
    response.on('error', () => undefined);
  }

  get events(): Event[] {
    return this.messages
      .filter(({ event }) => event === 'message')
      .map(({ data }) => JSON.parse(data) as Event);
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq);
  }

  told(type: string): unknown {
    const message = this.messages.find(({ event }) => event === type);
    return message && (JSON.parse(message.data) as unknown);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.ended) throw new Error('ended before that happened');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #read(text: string): void {
    this.#text += text;
    for (let end; (end = this.#text.indexOf('\n\n')) !== -1; this.#text = this.#text.slice(end + 2)) {
      const message: Message = { id: undefined, event: 'message', data: '' };
      for (const line of this.#text.slice(0, end).split('\n')) {
        const [, field = '', value = ''] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
        if (field === 'id') this.lastId = message.id = value;
        else if (field === 'event') message.event = value;
        else if (field === 'data') message.data = value;
      }
      if (message.data !== '') this.messages.push(message);
    }
    this.#wake();
  }
}

async function listen(query: string, headers: Record<string, string> = {}): Promise<Reader> {
  const [response] = (await once(get(`${gateway.url}/events${query}`, { headers }), 'response')) as [
    IncomingMessage,
  ];
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('text/event-stream');
  const reader = new Reader(response);
  readers.push(reader);
  await reader.until(() => reader.told('subscribed') !== undefined);
  return reader;
}

const update = () => ({
  ...tick(0),
  type: 'player.drift' as const,
  data: { field: 'cash', local: '1', server: '2' },
});

describe('/events', () => {
  it('is the same events as of the WebSocket, byte for byte, with the token to resume as id', async () => {
    await begin();
    const reader = await listen('?channels=game.*');
    expect(reader.told('subscribed')).toMatchObject({
      channels: ['game.*'],
      recovered: false,
      mode: 'lossless',
    });
    const client = await gateway.connect();
    await client.subscribe(['game.*']);
    log.append(start(), update(), ...numbers(0, 20).map((count) => tick(count)));
    await reader.until(() => reader.events.length === 22);
    await client.until(() => client.events.length === 22);
    expect(reader.events).toEqual(client.events);
    for (const { id, data } of reader.messages.filter(({ event }) => event === 'message'))
      expect((JSON.parse(data) as Event).id).toBe(id);
  });

  it('goes on after Last-Event-ID or since, with nothing missing and nothing twice, and says so', async () => {
    log.append(...numbers(1, 50).map((count) => tick(count)));
    await begin();
    const first = await listen(`?since=${EPOCH}:10`);
    expect(first.told('subscribed')).toMatchObject({ recovered: true });
    await first.until(() => first.seqs.at(-1) === 50);
    first.response.destroy();
    log.append(...numbers(51, 900).map((count) => tick(count)));
    const second = await listen(`?since=${EPOCH}:1`, { 'last-event-id': first.lastId });
    log.append(tick(901));
    await second.until(() => second.seqs.at(-1) === 901);
    expect([...first.seqs, ...second.seqs]).toEqual(numbers(11, 901));
  });

  it.each([
    ['epoch_changed', 'bbbb:3'],
    ['ahead', `${EPOCH}:99`],
    ['trimmed', `${EPOCH}:2`],
  ])('says %s where it cannot, and how things stand', async (reason, id) => {
    log.append(start(), ...numbers(1, 19).map((count) => tick(count)));
    log.trimmed = 10;
    await begin();
    log.append({ ...tick(20), timestamp: Date.now() + 1 });
    const reader = await listen('', { 'last-event-id': id });
    expect(reader.told('subscribed')).toMatchObject({ recovered: false, reason });
    await reader.until(() => reader.told('snapshot') !== undefined);
    expect(reader.told('snapshot')).toMatchObject({ id: log.id, events: [{ type: 'game.tick', seq: 21 }] });
    expect(reader.lastId).toBe(log.id);
  });

  it('moves the place of a client on for which nothing comes', async () => {
    await begin({ pingMs: 20 });
    const reader = await listen('?channels=player.trade');
    log.append(...numbers(1, 7).map((count) => tick(count)));
    await reader.until(() => reader.lastId === log.id);
    expect(reader.events).toEqual([]);
  });

  it('tells events of the own account to those with a token only, once there are tokens', async () => {
    const { token, entry } = newToken('viewer');
    await begin({}, { GATEWAY_TOKENS: entry });
    const stranger = await listen('?channels=*');
    const owner = await listen('?channels=*', { authorization: `Bearer ${token}` });
    expect(stranger.told('subscribed')).toMatchObject({ partial: true });
    expect(owner.told('subscribed')).not.toHaveProperty('partial');
    log.append(tick(1), update(), tick(2));
    await stranger.until(() => stranger.seqs.at(-1) === 3);
    await owner.until(() => owner.seqs.at(-1) === 3);
    expect([stranger.seqs, owner.seqs]).toEqual([
      [1, 3],
      [1, 2, 3],
    ]);
    const wrong = await fetch(`${gateway.url}/events`, { headers: { authorization: 'Bearer x' } });
    expect(wrong.status).toBe(401);
  });

  it('drops one that takes nothing; it goes on where it was, and others get everything meanwhile', async () => {
    await begin({ pauseBytes: 64 * 1024, resumeBytes: 16 * 1024, stallMs: 4_000, goodbyeMs: 100 });
    const slow = await listen('?channels=game.*');
    slow.response.pause();
    const other = await listen('?channels=game.*');
    const more = { filler: 'x'.repeat(20_000) };
    for (const count of numbers(1, 1_000)) log.append(tick(count, '1', more));
    await other.until(() => other.seqs.at(-1) === 1_000);
    await expect.poll(async () => (await healthClients()) === 1).toBe(true);
    slow.response.resume();
    await expect.poll(() => slow.ended).toBe(true);
    const again = await listen(
      '?channels=game.*',
      slow.lastId === '' ? {} : { 'last-event-id': slow.lastId },
    );
    await again.until(() => again.seqs.at(-1) === 1_000);
    expect([...slow.seqs, ...again.seqs]).toEqual(numbers(1, 1_000));
  });

  it('sends everybody away with a place to come back to when the gateway stops', async () => {
    await begin();
    log.append(tick(1));
    const reader = await listen('');
    await reader.until(() => reader.lastId === log.id);
    await gateway.restart();
    expect(reader.told('goaway')).toMatchObject({ id: log.id, reconnectInMs: expect.any(Number) as number });
    await expect.poll(() => reader.ended).toBe(true);
  });

  it('refuses what does not fit, and more clients than are allowed', async () => {
    await begin({ maxClientsPerAddress: 1 });
    for (const query of [
      '?channels=',
      '?channels=GAME',
      '?since=x',
      '?chanels=*',
      `?channels=${'a,'.repeat(200)}a`,
    ])
      expect((await gateway.fetchJson(`/events${query}`)).status).toBe(400);
    expect((await gateway.fetchJson('/events', { headers: { 'last-event-id': '42' } })).status).toBe(400);
    await listen('');
    const { status, body } = await gateway.fetchJson('/events');
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { error: { code: 'too_many_connections' } },
    });
  });

  it('is read by curl', async () => {
    await begin();
    log.append(tick(1));
    const run = promisify(execFile)('curl', [
      '-sN',
      '--max-time',
      '3',
      `${gateway.url}/events?since=${EPOCH}:0`,
    ]);
    const output = await run.catch((error: unknown) => error as { stdout: string });
    expect(output.stdout).toContain(`id: ${EPOCH}:1\ndata: {"v":1,"type":"game.tick"`);
  });
});

async function healthClients(): Promise<number> {
  const { body } = await gateway.fetchJson('/health');
  return (body as { gateway: { clients: number } }).gateway.clients;
}

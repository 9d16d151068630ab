import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOSE_CODES, MAX_COMMAND_BYTES } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EPOCH, FakeLog, status, tick, trade } from '../fakeLog.js';
import { numbers, startGateway, TestClient, type TestGateway } from '../gatewayFixture.js';

let log: FakeLog;
let gateway: TestGateway;
/** A tick that happens now; the others are of long ago. */
const live = (k: number) => ({ ...tick(k), timestamp: Date.now() + 1 });
const limits = { stallMs: 400, goodbyeMs: 200 };

beforeEach(async () => {
  log = new FakeLog();
  log.append(...numbers(1, 20).map((k) => tick(k)));
  gateway = await startGateway(() => Promise.resolve(log), { limits });
});
afterEach(() => gateway.stop());

describe('subscribing', () => {
  it('without since delivers from now on, and says where that is', async () => {
    const client = await gateway.connect();
    expect(await client.subscribe(['game.*'])).toEqual({
      type: 'subscribed',
      channels: ['game.*'],
      recovered: false,
      mode: 'lossless',
      id: `${EPOCH}:20`,
    });
    log.append(tick(21), status('up'), tick(22));
    await client.until(() => client.seqs.length === 2);
    expect(client.seqs).toEqual([21, 23]);
  });

  it('with since delivers what came after it, of these channels, then goes on live', async () => {
    log.append(status('up'), tick(21));
    const client = await gateway.connect();
    expect(await client.subscribe(['game.tick'], `${EPOCH}:18`)).toMatchObject({ recovered: true });
    log.append(tick(22));
    await client.until(() => client.seqs.includes(23));
    expect(client.seqs).toEqual([19, 20, 22, 23]);
  });

  it('sends the reply before the recovered events', async () => {
    const client = await gateway.connect();
    await client.subscribe(['*'], `${EPOCH}:0`);
    await client.until(() => client.seqs.length === 20);
    expect(client.messages[0]).toMatchObject({ type: 'subscribed', recovered: true, id: `${EPOCH}:20` });
  });

  it.each([
    ['epoch_changed', 'bbbb:3'],
    ['ahead', `${EPOCH}:22`],
    ['trimmed', `${EPOCH}:3`],
  ])('says why it cannot recover (%s), and goes on live', async (reason, since) => {
    log.trimmed = 10;
    await gateway.restart();
    const client = await gateway.connect();
    log.append(live(21));
    const reply = await client.subscribe(['*'], since);
    expect(reply).toMatchObject({ recovered: false, reason, id: `${EPOCH}:21` });
    log.append(tick(22));
    await client.until(() => client.seqs.includes(22));
    expect(client.seqs).toEqual([22]);
  });

  it.each([
    ['lacks its end', 15],
    ['is empty', 0],
  ])('goes on after its place in a log that %s, once the feed has filled it in', async (_what, left) => {
    log.lose(left);
    await gateway.restart();
    const client = await gateway.connect();
    const subscribed = client.subscribe(['*'], `${EPOCH}:18`);
    // A while later; how long does not matter.
    await sleep(300);
    log.append(...numbers(left + 1, 20).map((k) => tick(k)));
    expect(await subscribed).toMatchObject({ recovered: true });
    log.append(live(21));
    await client.until(() => client.seqs.includes(21));
    expect(client.seqs).toEqual([19, 20, 21]);
  });

  it('reads from the log what is no longer in memory, however much comes meanwhile (row 19)', async () => {
    log.append(...numbers(21, 12_000).map((k) => tick(k)));
    await gateway.restart();
    let more = 0;
    log.onRange = () => {
      if (more++ < 20) log.append(...numbers(1, 50).map((k) => tick(k)));
    };
    const client = await gateway.connect();
    expect(await client.subscribe(['*'], `${EPOCH}:5`)).toMatchObject({ recovered: true });
    await client.until(() => client.seqs.at(-1) === log.last);
    expect(more).toBeGreaterThan(0);
    expect(client.seqs).toEqual(numbers(6, log.last));
  });

  it('again adds channels, and recovers only what those lacked', async () => {
    const client = await gateway.connect();
    await client.subscribe(['game.tick']);
    log.append(tick(21), trade('a'), tick(22), trade('b'));
    await client.until(() => client.seqs.length === 2);
    await client.subscribe(['player.*', 'game.*'], `${EPOCH}:20`, 2);
    log.append(trade('c'), tick(23));
    await client.until(() => client.seqs.includes(26));
    expect(client.seqs).toEqual([21, 23, 22, 24, 25, 26]);
  });

  it('is ended by channel', async () => {
    const client = await gateway.connect();
    await client.subscribe(['game.tick', 'player.trade']);
    client.say({ action: 'unsubscribe', channels: ['game.tick'] });
    expect(await client.reply('unsubscribed')).toEqual({ type: 'unsubscribed', channels: ['game.tick'] });
    log.append(tick(21), trade('a'));
    await client.until(() => client.seqs.length > 0);
    expect(client.seqs).toEqual([22]);
  });

  it('works from the packet that asks for the connection (row 16)', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connectTcp(Number(port), hostname);
    const text = Buffer.from(JSON.stringify({ action: 'subscribe', channels: ['*'], since: `${EPOCH}:19` }));
    // Masked with zeros, which leaves the text as it is.
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
    const request = [
      'GET /ws HTTP/1.1',
      `Host: ${hostname}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    socket.write(Buffer.concat([Buffer.from(`${request.join('\r\n')}\r\n\r\n`), frame]));
    let received = '';
    while (!received.includes(`"id":"${EPOCH}:20","seq":20`))
      received += String((await once(socket, 'data'))[0]);
    expect(received).toContain('"type":"subscribed"');
    socket.destroy();
  });
});

describe('a pong', () => {
  it('says up to which event everything was sent', async () => {
    const client = await gateway.connect();
    client.say({ action: 'ping' });
    expect(await client.reply('pong')).toMatchObject({ id: `${EPOCH}:20` });
    expect((await client.reply('pong')).timestamp).toBeTypeOf('number');
  });
});

describe('bad input', () => {
  it('gets an error and disturbs neither its connection nor others', async () => {
    const [bad, good] = [await gateway.connect(), await gateway.connect()];
    await good.subscribe(['*']);
    const inputs: [unknown, string][] = [
      ['{', 'bad_json'],
      ['null', 'bad_command'],
      [{ action: 'dance' }, 'bad_command'],
      [{ action: 'subscribe', channels: ['__proto__ *'] }, 'bad_command'],
      [{ action: 'subscribe', channels: Array.from({ length: 101 }, () => 'game.tick') }, 'bad_command'],
      [Buffer.from('{"action":"ping"}'), 'bad_json'],
      [`"${'x'.repeat(MAX_COMMAND_BYTES)}"`, 'too_large'],
    ];
    for (const [input, code] of inputs) {
      bad.say(input);
      const replies = inputs.findIndex(([other]) => other === input) + 1;
      expect(await bad.reply('error', replies)).toMatchObject({ code });
    }
    await bad.subscribe(['*']);
    log.append(tick(21));
    await Promise.all([bad, good].map((client) => client.until(() => client.seqs.includes(21))));
    expect(good.messages.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('in masses is refused, and the connection lives on', async () => {
    const [flood, good] = [await gateway.connect(), await gateway.connect()];
    await good.subscribe(['*']);
    for (let i = 0; i < 200; i++) flood.say({ action: 'ping' });
    expect(await flood.reply('error')).toMatchObject({ code: 'too_many_requests' });
    await flood.until(() => flood.messages.length === 200);
    const pongs = flood.messages.filter(({ type }) => type === 'pong').length;
    expect(pongs).toBeGreaterThanOrEqual(60);
    expect(pongs).toBeLessThan(200);
    log.append(tick(21));
    await good.until(() => good.seqs.includes(21));
  });

  it('that breaks the WebSocket protocol, or a connection that is cut, ends only itself (row 15)', async () => {
    const [broken, cut, huge, good] = await Promise.all(numbers(1, 4).map(() => gateway.connect()));
    if (!broken || !cut || !huge || !good) throw new Error('expected four clients');
    for (const client of [broken, cut, huge, good]) await client.subscribe(['*']);
    const raw = (client: TestClient) =>
      (client.socket as unknown as { _socket: import('node:net').Socket })._socket;
    raw(broken).write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    raw(cut).resetAndDestroy();
    huge.say('x'.repeat(2 * 1024 * 1024));
    expect((await broken.closed).code).toBe(1002);
    expect((await huge.closed).code).toBe(1009);
    log.append(tick(21));
    await good.until(() => good.seqs.includes(21));
  });
});

describe('the origin', () => {
  it('of another site is refused, the own and none are welcome', async () => {
    await expect(gateway.connect({ origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(gateway.connect({ origin: 'null' })).rejects.toThrow('403');
    await (await gateway.connect({ origin: gateway.url })).subscribe(['*']);
    await (await gateway.connect()).subscribe(['*']);
  });
});

describe('a client that does not read', () => {
  const BULK = { reason: 'x'.repeat(1000) };
  const bulk = () => log.append(...numbers(1, 500).map(() => status(BULK.reason)));

  it('is closed with its resume token, and the others get everything (row 17)', async () => {
    const [slow, good] = [await gateway.connect(), await gateway.connect()];
    await slow.subscribe(['*']);
    await good.subscribe(['*']);
    slow.socket.pause();
    // Until the kernel's buffers are full and the gateway's own fill.
    const stop = Date.now() + 20_000;
    while ((await clients()) > 1 && Date.now() < stop) {
      if (log.last < 30_000) bulk();
      await sleep(50);
    }
    await good.until(() => good.seqs.at(-1) === log.last);
    expect(good.seqs).toEqual(numbers(21, log.last));
    slow.socket.resume();
    const { code, reason } = await slow.closed;
    expect(code).toBe(CLOSE_CODES.slowConsumer);
    expect(reason).toBe(`${EPOCH}:${slow.seqs.at(-1)}`);
    const back = await gateway.connect();
    expect(await back.subscribe(['*'], reason)).toMatchObject({ recovered: true });
    await back.until(() => back.seqs.at(-1) === log.last);
    expect([...slow.seqs, ...back.seqs]).toEqual(numbers(21, log.last));
  });

  it('for a moment only gets everything in the end', async () => {
    await gateway.stop();
    gateway = await startGateway(() => Promise.resolve(log), { limits: { ...limits, stallMs: 30_000 } });
    const slow = await gateway.connect();
    await slow.subscribe(['*']);
    slow.socket.pause();
    for (let i = 0; i < 20; i++) bulk();
    await sleep(200);
    slow.socket.resume();
    await slow.until(() => slow.seqs.at(-1) === log.last);
    expect(slow.seqs).toEqual(numbers(21, log.last));
  });

  /** How many clients the gateway serves: those it sent away do not count. */
  async function clients(): Promise<number> {
    const { body } = await gateway.fetchJson('/health');
    return (body as { gateway: { clients: number } }).gateway.clients;
  }
});

describe('clients that say nothing any more', () => {
  it('are cut off, those that answer stay', async () => {
    await gateway.stop();
    gateway = await startGateway(() => Promise.resolve(log), { limits: { ...limits, pingMs: 100 } });
    const [dead, alive] = [await gateway.connect(), await gateway.connect()];
    await alive.subscribe(['*']);
    dead.socket.pause();
    await sleep(500);
    dead.socket.resume();
    expect((await dead.closed).code).toBe(1006);
    log.append(tick(21));
    await alive.until(() => alive.seqs.includes(21));
  });
});

describe('when the log cannot be read', () => {
  it('a client that resumes is asked to come back, the live ones stay', async () => {
    log.append(...numbers(21, 12_000).map((k) => tick(k)));
    await gateway.restart();
    const live = await gateway.connect();
    await live.subscribe(['*']);
    log.failure = new Error('Redis is away');
    const resuming = await gateway.connect();
    resuming.say({ action: 'subscribe', channels: ['*'], since: `${EPOCH}:5` });
    expect((await resuming.closed).code).toBe(CLOSE_CODES.goingAway);
    log.append(tick(1));
    await live.until(() => live.seqs.includes(log.last));
  });

  it('because it was trimmed under a client, that one is told on its return', async () => {
    log.append(...numbers(21, 12_000).map((k) => tick(k)));
    await gateway.restart();
    log.onRange = () => (log.trimmed = 2_000);
    const client = await gateway.connect();
    client.say({ action: 'subscribe', channels: ['*'], since: `${EPOCH}:5` });
    const { code, reason } = await client.closed;
    expect([code, reason]).toEqual([CLOSE_CODES.goingAway, `${EPOCH}:5`]);
    const back = await gateway.connect();
    expect(await back.subscribe(['*'], reason)).toMatchObject({ recovered: false, reason: 'trimmed' });
  });
});

describe('a log that begins anew', () => {
  it('goes on with the new epoch, and old places are refused', async () => {
    const client = await gateway.connect();
    await client.subscribe(['*']);
    log.beginAnew('bbbb');
    log.append(tick(0), tick(1));
    await client.until(() => client.events.length === 2);
    expect(client.events.map(({ id }) => id)).toEqual(['bbbb:1', 'bbbb:2']);
    const back = await gateway.connect();
    expect(await back.subscribe(['*'], `${EPOCH}:20`)).toMatchObject({
      reason: 'epoch_changed',
      id: 'bbbb:2',
    });
  });
});

describe('stopping', () => {
  it('sends clients away with their resume token, and closes the log', async () => {
    const client = await gateway.connect();
    await client.subscribe(['*']);
    await gateway.restart();
    expect(await client.closed).toEqual({ code: CLOSE_CODES.goingAway, reason: `${EPOCH}:20` });
    expect(log.closed).toBe(true);
  });
});

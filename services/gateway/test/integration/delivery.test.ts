import type { Event } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { end, EPOCH, FakeLog, phase, start, status, tick, trade } from '../fakeLog.js';
import { numbers, startGateway, type TestGateway } from '../gatewayFixture.js';

let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  log.append(...numbers(1, 20).map((k) => tick(k)));
  gateway = await startGateway(() => Promise.resolve(log), { limits: { goodbyeMs: 200 } });
});
afterEach(() => gateway.stop());

describe('pausing live events', () => {
  it('holds them in the log, and resuming delivers every one, then goes on', async () => {
    const client = await gateway.connect();
    await client.subscribe(['*']);
    client.say({ action: 'pause', ref: 'p' });
    expect(await client.reply('paused')).toEqual({
      ...{ type: 'paused', what: 'live', id: `${EPOCH}:20`, ref: 'p' },
    });
    // More than the gateway has in memory.
    log.append(...numbers(21, 10_000).map((k) => tick(k)));
    await gatewayHas(log.last);
    expect(client.seqs).toEqual([]);
    client.say({ action: 'resume' });
    expect(await client.reply('resumed')).toMatchObject({ what: 'live', id: `${EPOCH}:20`, skipped: 0 });
    log.append(tick(10_001));
    await client.until(() => client.seqs.at(-1) === log.last);
    expect(client.seqs).toEqual(numbers(21, 10_001));
  });

  it('can go on at the present, and says how many were left out', async () => {
    const client = await gateway.connect();
    await client.subscribe(['*']);
    client.say({ action: 'pause' });
    await client.reply('paused');
    log.append(...numbers(21, 50).map((k) => tick(k)));
    await gatewayHas(50);
    client.say({ action: 'resume', skip: true });
    expect(await client.reply('resumed')).toMatchObject({ id: `${EPOCH}:50`, skipped: 30 });
    log.append(tick(51));
    await client.until(() => client.seqs.length > 0);
    expect(client.seqs).toEqual([51]);
  });

  it('stops a recovery that is under way, and nothing is lost or doubled', async () => {
    log.append(...numbers(21, 30_000).map((k) => tick(k)));
    await gateway.restart();
    const client = await gateway.connect();
    await client.subscribe(['*'], `${EPOCH}:0`);
    for (let round = 1; round <= 20; round++) {
      client.say({ action: 'pause' });
      client.say({ action: 'resume' });
      await client.reply('resumed', round);
    }
    await client.until(() => client.seqs.at(-1) === log.last);
    expect(client.seqs).toEqual(numbers(1, 30_000));
  });

  it('before subscribing holds from there on; channels that are added while paused come from the same place', async () => {
    const client = await gateway.connect();
    client.say({ action: 'pause' });
    await client.reply('paused');
    await client.subscribe(['game.*'], `${EPOCH}:18`);
    log.append(tick(21), trade('a'));
    await gatewayHas(22);
    expect(await client.subscribe(['player.trade'], undefined, 2)).toMatchObject({ id: `${EPOCH}:18` });
    client.say({ action: 'resume' });
    await client.until(() => client.seqs.length === 4);
    expect(client.seqs).toEqual([19, 20, 21, 22]);
  });

  it('is remembered by the resume token with which the gateway sends the client away', async () => {
    const client = await gateway.connect();
    await client.subscribe(['*']);
    client.say({ action: 'pause' });
    await client.reply('paused');
    log.append(tick(21));
    await gatewayHas(21);
    await gateway.restart();
    expect((await client.closed).reason).toBe(`${EPOCH}:20`);
  });

  it('cannot be resumed without', async () => {
    const client = await gateway.connect();
    client.say({ action: 'resume' });
    expect(await client.reply('error')).toMatchObject({ code: 'not_paused', action: 'resume' });
  });
});

describe('a client that joins', () => {
  it('is told how things stand, oldest first, and nothing of it again', async () => {
    log.append(status('lost'), phase('PRESALE', 'COOLDOWN'), start('game-b'), tick(0, '1', {}, 'game-b'));
    log.append(tick(1, '1.1', {}, 'game-b'), status('well'), trade('a', 'game-b'));
    await gatewayHas(log.last);
    const client = await gateway.connect();
    const { id } = await client.subscribe(['*']);
    const snapshot = await client.reply('snapshot');
    expect(snapshot.id).toBe(id);
    const told = (snapshot.events as Event[]).map(({ type, seq, gameId }) => [type, seq, gameId]);
    expect(told).toEqual([
      ['game.start', 23, 'game-b'],
      ['game.tick', 25, 'game-b'],
      ['connection.status', 26, null],
    ]);
    log.append(tick(2, '1.2', {}, 'game-b'));
    await client.until(() => client.seqs.length > 0);
    expect(client.seqs).toEqual([28]);
  });

  it('is told of its channels only, of a game that has ended how, and nothing where all before follows', async () => {
    log.append(end(20, '3'));
    await gatewayHas(log.last);
    const client = await gateway.connect();
    await client.subscribe(['game.end']);
    expect((await client.reply('snapshot')).events).toMatchObject([{ type: 'game.end', seq: 21 }]);
    const back = await gateway.connect();
    await back.subscribe(['*'], `${EPOCH}:20`);
    await back.until(() => back.seqs.length === 1);
    expect(back.messages.map(({ type }) => type)).toEqual(['subscribed', 'game.end']);
  });
});

describe('the mode latest', () => {
  it('leaves out ticks that were superseded while the client was slow, and nothing else', async () => {
    const client = await gateway.connect();
    client.say({ action: 'subscribe', channels: ['*'], mode: 'latest' });
    expect(await client.reply('subscribed')).toMatchObject({ mode: 'latest' });
    client.socket.pause();
    // More than the kernel's buffers hold.
    for (let i = 0; i < 20; i++) log.append(...numbers(1, 500).map(() => status('x'.repeat(2_000))));
    await gatewayHas(log.last);
    for (const game of ['game-a', 'game-b']) {
      log.append(start(game));
      for (let k = 0; k < 300; k++) log.append(tick(k, '1.5', {}, game), trade(`${k}`, game));
      log.append(tick(7, '1.2', { backfilled: 'partialPrices' }, game), end(299, '2', game));
    }
    await gatewayHas(log.last);
    client.socket.resume();
    await client.until(() => client.seqs.at(-1) === log.last);
    const received = new Map(client.events.map((event) => [event.seq, event]));
    expect(client.events.length).toBe(received.size);
    const all = await log.range(21, log.last, log.last);
    const missing = all.filter(({ seq }) => !received.has(seq));
    expect(missing.map(({ type }) => type)).toEqual(missing.map(() => 'game.tick'));
    const ticks = client.events.filter((event) => event.type === 'game.tick');
    expect(ticks.map(({ gameId, data }) => [gameId, data.tickCount])).toEqual([
      ['game-a', 299],
      ['game-b', 299],
    ]);
  });
});

/** Waits until the gateway has handed out an event. */
async function gatewayHas(seq: number): Promise<void> {
  const probe = await gateway.connect();
  await expect
    .poll(
      async () => {
        const pongs = probe.messages.length;
        probe.say({ action: 'ping' });
        return (await probe.reply('pong', pongs + 1)).id;
      },
      { interval: 100 },
    )
    .toBe(`${EPOCH}:${seq}`);
  probe.socket.terminate();
}

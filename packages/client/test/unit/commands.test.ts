import { describe, expect, it, vi } from 'vitest';
import { connect, GatewayError, type ConnectOptions, type Snapshot, type Status } from '../../src/index.js';
import { FakeSocket, settled, tick, useFakeTime } from './fakeSocket.js';

const LONGEST_WAIT_MS = 10_000;

function start(options: Partial<ConnectOptions> = {}) {
  const connection = connect({
    ...{ url: 'http://gateway:8080', channels: ['game.*'], WebSocket: FakeSocket },
    ...options,
  });
  const statuses: Status[] = [];
  const ids: string[] = [];
  const missed: unknown[] = [];
  connection.on('status', (status) => statuses.push(status));
  connection.on('event', ({ id }) => ids.push(id));
  connection.on('unrecovered', (what) => missed.push(what));
  return { connection, statuses, ids, missed };
}

useFakeTime();

describe('the address', () => {
  it.each([
    ['http://gateway:8080', 'ws://gateway:8080/ws'],
    ['https://gateway/vectra/', 'wss://gateway/vectra/ws'],
    ['ws://gateway:8080/ws', 'ws://gateway:8080/ws'],
  ])('%s leads to %s', (url, address) => {
    start({ url });
    expect(FakeSocket.newest.url).toBe(address);
  });

  it.each(['', 'gateway:8080', 'redis://gateway'])('"%s" is refused, with an example', (url) => {
    expect(() => start({ url })).toThrow('as http://127.0.0.1:8080');
  });
});

describe('a token', () => {
  it('is told before the subscription, on every connection, and stands in no address', () => {
    const { statuses } = start({ token: 'secret' });
    for (let round = 0; round < 2; round++) {
      const socket = FakeSocket.newest.open();
      expect(socket.sent).toEqual([{ action: 'auth', token: 'secret' }]);
      socket.say({ type: 'authenticated', role: 'trader' });
      expect(socket.sent[1]).toMatchObject({ action: 'subscribe' });
      expect(socket.url).not.toContain('secret');
      expect(statuses.at(-1)?.state).not.toBe('live');
      socket.lose();
      vi.advanceTimersByTime(LONGEST_WAIT_MS);
    }
  });

  it('that is not known is not told again', () => {
    const { connection } = start({ token: 'wrong' });
    const message = 'the token is none of those in GATEWAY_TOKENS';
    FakeSocket.newest.open().say({ type: 'error', code: 'unknown_token', message, action: 'auth' });
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(connection.status).toEqual({ state: 'closed', reason: message });
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('is told again where the gateway could not look at it now', () => {
    const { statuses } = start({ token: 'secret' });
    const refusal = { type: 'error', code: 'unavailable', message: 'later', action: 'auth' } as const;
    FakeSocket.newest.open().say(refusal);
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
  });
});

describe('channels', () => {
  it('are asked for with the mode, and may be more and fewer later', async () => {
    const { connection } = start({ mode: 'latest', channels: ['game.end'] });
    const socket = FakeSocket.newest.accept();
    expect(socket.sent[0]).toEqual({ action: 'subscribe', channels: ['game.end'], mode: 'latest' });
    const more = connection.subscribe('player.trade', 'game.end');
    await settled();
    expect(socket.sent[1]).toMatchObject({ channels: ['player.trade'], mode: 'latest' });
    socket.say({
      ...{ type: 'subscribed', channels: ['player.trade'], recovered: false, mode: 'latest', id: 'aaaa:7' },
      ref: socket.refOf('subscribe'),
    });
    await more;
    const fewer = connection.unsubscribe('game.end');
    await settled();
    socket.say({ type: 'unsubscribed', channels: ['game.end'], ref: socket.refOf('unsubscribe') });
    await fewer;
    socket.lose();
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.newest.open().sent[0]).toMatchObject({ channels: ['player.trade'] });
  });

  it('of an iteration are subscribed by it, and it gets no others', async () => {
    const { connection } = start({ channels: [] });
    const ticks: string[] = [];
    const reading = (async () => {
      for await (const { data } of connection.events('game.tick')) ticks.push(data.price);
    })();
    const socket = FakeSocket.newest.accept();
    expect(socket.sent[0]).toMatchObject({ channels: ['game.tick'] });
    socket.say(tick(1), { ...tick(2), type: 'error', data: { code: 'A', message: 'b' } } as never);
    await settled();
    connection.close();
    await reading;
    expect(ticks).toEqual(['1.25']);
  });

  it('that the gateway refuses end their own iteration, and nothing else', async () => {
    const { connection, statuses } = start();
    const socket = FakeSocket.newest.accept();
    const reading = (async () => {
      for await (const event of connection.events('player.update')) expect(event).toBeUndefined();
    })();
    const failure = expect(reading).rejects.toThrow('a token is needed');
    await settled();
    const ref = socket.refOf('subscribe');
    socket.say({ type: 'error', code: 'no_token', message: 'a token is needed', action: 'subscribe', ref });
    await failure;
    expect(statuses.at(-1)).toEqual({ state: 'live' });
    socket.lose();
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.newest.open().sent[0]).toMatchObject({ channels: ['game.*'] });
  });

  it('asked for while the connection is lost come with the next one', async () => {
    const { connection } = start();
    FakeSocket.newest.accept();
    const more = connection.subscribe('player.trade');
    await settled();
    FakeSocket.newest.lose();
    await settled();
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.newest.accept().sent[0]).toMatchObject({ channels: ['game.*', 'player.trade'] });
    await more;
  });

  it('of everything, subscribed later, show no hole where they begin', async () => {
    const { connection, ids, missed } = start();
    const socket = FakeSocket.newest.accept({ id: 'aaaa:1' }).say(tick(2));
    void connection.subscribe('*');
    await settled();
    socket
      .say({
        ...{ type: 'subscribed', channels: ['*'], recovered: false, mode: 'lossless', id: 'aaaa:9' },
        ref: socket.refOf('subscribe'),
      })
      .say(tick(10), tick(11), tick(13));
    expect(ids).toEqual(['aaaa:2', 'aaaa:10', 'aaaa:11', 'aaaa:13']);
    expect(missed).toEqual([{ reason: 'hole', since: 'aaaa:11' }]);
  });
});

describe('how things stand', () => {
  it('is told apart from the events, and moves nothing', () => {
    const { connection, ids } = start();
    const snapshots: Snapshot[] = [];
    connection.on('snapshot', (snapshot) => snapshots.push(snapshot));
    FakeSocket.newest
      .accept({ id: 'aaaa:9' })
      .say({ type: 'snapshot', id: 'aaaa:9', events: [tick(4), tick(9)] }, tick(10));
    expect(snapshots).toEqual([{ id: 'aaaa:9', events: [tick(4), tick(9)] }]);
    expect(ids).toEqual(['aaaa:10']);
  });
});

describe('being sent away', () => {
  it('is followed: back after the time that was told, and somewhat spread', () => {
    const { statuses, ids } = start();
    const socket = FakeSocket.newest.accept({ id: 'aaaa:1' }).say(tick(2));
    socket.say({ type: 'goaway', id: 'aaaa:5', reconnectInMs: 4_000 });
    expect(socket.closed).toBe(true);
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
    vi.advanceTimersByTime(4_999); // 4 s and half of the spread of 2 s
    expect(FakeSocket.all).toHaveLength(1);
    socket.say(tick(6)).lose(1001, 'aaaa:6');
    vi.advanceTimersByTime(1);
    expect(FakeSocket.newest.open().sent[0]).toMatchObject({ since: 'aaaa:5' });
    expect(ids).toEqual(['aaaa:2']);
  });

  it.each([1001, 4008, 4499])('with code %i means to go on from the place that is the reason', (code) => {
    start();
    FakeSocket.newest.accept({ id: 'aaaa:1' }).say(tick(2)).lose(code, 'aaaa:8');
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.newest.open().sent[0]).toMatchObject({ since: 'aaaa:8' });
  });

  it('with another reason, or a place that is behind, changes no place', () => {
    start();
    for (const reason of ['too many connections', 'aaaa:1', 'bbbb:9']) {
      FakeSocket.newest.accept({ recovered: true, id: 'aaaa:5' }).say(tick(5)).lose(4030, reason);
      vi.advanceTimersByTime(LONGEST_WAIT_MS);
      expect(FakeSocket.newest.open().sent[0]).toMatchObject({ since: 'aaaa:5' });
    }
  });
});

describe('pausing live', () => {
  it('lasts across a lost connection: the next one subscribes when it is resumed, and misses nothing', async () => {
    const { connection, ids } = start();
    const socket = FakeSocket.newest.accept({ id: 'aaaa:1' }).say(tick(2));
    const paused = connection.pause();
    await settled();
    socket.say({ type: 'paused', what: 'live', id: 'aaaa:2', ref: socket.refOf('pause') });
    await paused;
    // What the gateway has sent of other channels meanwhile was not delivered here.
    socket.say({ type: 'pong', id: 'aaaa:9', timestamp: 1 }).lose(1001, 'aaaa:9');
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    const second = FakeSocket.newest.open();
    expect(second.sent).toEqual([]);
    expect(connection.status).toEqual({ state: 'live' });
    const resumed = connection.resume();
    await settled();
    expect(second.sent[0]).toMatchObject({ action: 'subscribe', since: 'aaaa:2' });
    second
      .say({
        ...{ type: 'subscribed', channels: ['game.*'], recovered: true, mode: 'lossless', id: 'aaaa:4' },
        ref: second.refOf('subscribe'),
      })
      .say(tick(3), tick(4));
    expect(await resumed).toBe(0);
    expect(ids).toEqual(['aaaa:2', 'aaaa:3', 'aaaa:4']);
  });

  it('can be ended at the present: what was left out is counted, and is no hole', async () => {
    const { connection, ids, missed } = start({ channels: ['*'] });
    const socket = FakeSocket.newest.accept({ id: 'aaaa:1' });
    const resumed = connection.resume({ skip: true });
    await settled();
    expect(socket.asked('resume')[0]).toMatchObject({ skip: true });
    const ref = socket.refOf('resume');
    socket.say({ type: 'resumed', what: 'live', id: 'aaaa:7', skipped: 6, ref }, tick(8));
    expect(await resumed).toBe(6);
    expect(ids).toEqual(['aaaa:8']);
    expect(missed).toEqual([]);
  });
});

describe('a command', () => {
  it('waits for the first connection', async () => {
    const { connection } = start();
    const paused = connection.pause();
    await settled();
    const socket = FakeSocket.newest.accept();
    await settled();
    socket.say({ type: 'paused', what: 'live', id: null, ref: socket.refOf('pause') });
    await paused;
  });

  it('is answered by what brings back its ref, and by nothing else', async () => {
    const { connection } = start();
    const socket = FakeSocket.newest.accept();
    const paused = connection.pause();
    const resumed = connection.resume();
    await settled();
    const message = 'nothing is paused';
    socket.say({ type: 'error', code: 'not_paused', message, action: 'resume' });
    socket.say({ type: 'error', code: 'not_paused', message, action: 'resume', ref: socket.refOf('resume') });
    socket.say({ type: 'paused', what: 'live', id: null, ref: socket.refOf('pause') });
    await paused;
    const error: unknown = await resumed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'not_paused', message });
  });

  it.each([
    ['lost', 'disconnected', 'pause: the connection was lost before the answer'],
    ['closed', 'closed', 'pause: the client was closed before the answer'],
    ['silent', 'no_answer', 'pause: no answer within 30 s'],
  ])('on a connection that is %s rejects with the code %s', async (what, code, message) => {
    const { connection } = start();
    const socket = FakeSocket.newest.accept();
    const failure = connection.pause().catch((reason: unknown) => reason);
    await settled();
    if (what === 'lost') socket.lose();
    else if (what === 'closed') connection.close();
    else
      for (let s = 0; s < 30; s += 5) {
        socket.say({ type: 'pong', id: null, timestamp: 1 });
        await vi.advanceTimersByTimeAsync(5_000);
      }
    expect(await failure).toMatchObject({ code, message: expect.stringContaining(message) as string });
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.all.slice(1).flatMap(({ sent }) => sent)).toEqual([]);
  });
});

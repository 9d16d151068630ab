import { describe, expect, it, vi } from 'vitest';
import {
  connect,
  type ConnectOptions,
  type Connection,
  type Status,
  type Unrecovered,
} from '../../src/index.js';
import { FakeSocket, tick, useFakeTime } from './fakeSocket.js';

const LONGEST_WAIT_MS = 10_000;

function start(options: Partial<ConnectOptions> = {}) {
  const connection = connect({ url: 'ws://gateway/ws', channels: ['*'], WebSocket: FakeSocket, ...options });
  const ids: string[] = [];
  const statuses: Status[] = [];
  const missed: Unrecovered[] = [];
  connection.on('event', ({ id }) => ids.push(id));
  connection.on('status', (status) => statuses.push(status));
  connection.on('unrecovered', (what) => missed.push(what));
  return { connection, ids, statuses, missed };
}

async function collect(connection: Connection): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of connection) ids.push(id);
  return ids;
}

useFakeTime();

describe('subscribing', () => {
  it('asks for the channels once the socket is open, and is live when the gateway has answered', () => {
    const { connection, statuses } = start({ channels: ['game.*', 'player.trade'] });
    expect(connection.status).toEqual({ state: 'connecting' });
    FakeSocket.newest.open();
    expect(FakeSocket.newest.sent).toEqual([{ action: 'subscribe', channels: ['game.*', 'player.trade'] }]);
    expect(statuses).toEqual([]);
    FakeSocket.newest.say({
      type: 'subscribed',
      channels: ['game.*'],
      recovered: false,
      mode: 'lossless',
      id: 'aaaa:3',
    });
    expect(statuses).toEqual([{ state: 'live' }]);
    expect(connection.position).toBe('aaaa:3');
  });

  it('starts after a given token, and does not take an event at or before it', () => {
    const { ids, missed } = start({ since: 'aaaa:5' });
    const socket = FakeSocket.newest.accept({ recovered: true, id: 'aaaa:7' });
    expect(socket.sent[0]).toMatchObject({ since: 'aaaa:5' });
    socket.say(tick(4), tick(5), tick(6), tick(7));
    expect(ids).toEqual(['aaaa:6', 'aaaa:7']);
    expect(missed).toEqual([]);
  });

  it('ends with the reason when the gateway will not have the subscription', async () => {
    const { connection } = start({ channels: ['no channel'] });
    const reading = collect(connection);
    FakeSocket.newest.open().say({
      type: 'error',
      code: 'bad_command',
      message: 'channels.0: expected a type',
      action: 'subscribe',
    });
    await expect(reading).rejects.toThrow('channels.0: expected a type');
    expect(connection.status).toEqual({ state: 'closed', reason: 'channels.0: expected a type' });
    await vi.advanceTimersByTimeAsync(10 * LONGEST_WAIT_MS);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('says what is missing where there is no WebSocket', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() => connect({ url: 'ws://gateway/ws', channels: ['*'] })).toThrow('the option WebSocket');
    vi.unstubAllGlobals();
  });
});

describe('a lost connection', () => {
  it('resumes after the last event, and delivers none twice', () => {
    const { ids, statuses, missed } = start();
    FakeSocket.newest.accept({ id: 'aaaa:0' }).say(tick(1), tick(2)).lose();
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    const second = FakeSocket.newest.accept({ recovered: true, id: 'aaaa:3' });
    expect(second.sent[0]).toMatchObject({ since: 'aaaa:2' });
    second.say(tick(2), tick(3));
    expect(ids).toEqual(['aaaa:1', 'aaaa:2', 'aaaa:3']);
    expect(missed).toEqual([]);
  });

  it('resumes from the place of the answer when no event has come', () => {
    start();
    FakeSocket.newest.accept({ id: 'aaaa:41' }).lose();
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.newest.open().sent[0]).toMatchObject({ since: 'aaaa:41' });
  });

  it('resumes from a pong, whose place is past events of other channels', () => {
    start({ channels: ['game.end'] });
    const socket = FakeSocket.newest.accept({ id: 'aaaa:41' });
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(socket.sent.at(-1)).toEqual({ action: 'ping' });
    socket
      .say({ type: 'pong', id: 'aaaa:80', timestamp: 1 }, { type: 'pong', id: 'bbbb:99', timestamp: 2 })
      .lose();
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    expect(FakeSocket.newest.open().sent[0]).toMatchObject({ since: 'aaaa:80' });
  });

  it('counts the attempts, with waits of at most 10 s, and begins anew after a stable connection', () => {
    const { statuses } = start();
    for (let attempt = 1; attempt <= 12; attempt++) {
      FakeSocket.newest.lose();
      expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt });
      vi.advanceTimersByTime(LONGEST_WAIT_MS);
      expect(FakeSocket.all).toHaveLength(attempt + 1);
    }
    const socket = FakeSocket.newest.accept();
    vi.advanceTimersByTime(5_000);
    socket.lose();
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
  });

  it('goes on counting when the gateway drops it right after accepting', () => {
    const { statuses } = start();
    FakeSocket.newest.accept().lose();
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    FakeSocket.newest.accept().lose();
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 2 });
  });

  it('is noticed when nothing comes any more, and the dead socket has no say after that', () => {
    const { ids, statuses } = start();
    const dead = FakeSocket.newest.accept({ id: 'aaaa:0' });
    vi.advanceTimersByTime(10_000);
    expect(statuses.at(-1)).toEqual({ state: 'live' });
    vi.advanceTimersByTime(10_000);
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
    expect(dead.closed).toBe(true);
    dead.say(tick(1)).lose();
    expect(ids).toEqual([]);
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
  });

  it('says with which code of its own the gateway closed, as when it is full', () => {
    const { statuses } = start();
    FakeSocket.newest.lose(4030);
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1, code: 4030 });
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    FakeSocket.newest.lose(1001);
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 2 });
  });

  it('is given up when it does not open', () => {
    const { statuses } = start();
    vi.advanceTimersByTime(10_000);
    expect(statuses).toEqual([{ state: 'reconnecting', attempt: 1 }]);
  });

  it.each(['no JSON', '3', 'null', '{"no":"type"}', new Uint8Array(2)])(
    'is replaced when it says %s',
    (nonsense) => {
      const { statuses } = start();
      FakeSocket.newest.accept().raw(nonsense);
      expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 });
    },
  );

  it('is not tried again when the gateway closes for good', () => {
    const { statuses } = start();
    FakeSocket.newest.accept().lose(4500, 'go away');
    vi.advanceTimersByTime(10 * LONGEST_WAIT_MS);
    expect(statuses.at(-1)).toEqual({ state: 'closed', reason: 'go away' });
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe('events that can not be recovered', () => {
  it.each(['epoch_changed', 'trimmed', 'ahead'] as const)('are told of with the reason %s', (reason) => {
    const { connection, ids, missed } = start({ since: 'aaaa:50' });
    const socket = FakeSocket.newest.accept({ recovered: false, reason, id: 'bbbb:7' });
    expect(missed).toEqual([{ reason, since: 'aaaa:50' }]);
    expect(connection.position).toBe('bbbb:7');
    socket.say(tick(8, 'bbbb'));
    expect(ids).toEqual(['bbbb:8']);
  });

  it('are taken anew where the log went back behind the place', () => {
    const { ids } = start({ since: 'aaaa:50' });
    FakeSocket.newest.accept({ recovered: false, reason: 'ahead', id: 'aaaa:20' }).say(tick(21));
    expect(ids).toEqual(['aaaa:21']);
  });

  it('are told of when the log was empty at the loss and is not any more', () => {
    const { missed } = start();
    FakeSocket.newest.accept({ id: null }).lose();
    expect(missed).toEqual([]);
    vi.advanceTimersByTime(LONGEST_WAIT_MS);
    FakeSocket.newest.accept({ id: 'aaaa:9' });
    expect(missed).toEqual([{ reason: 'unknown_place', since: null }]);
  });

  it('are told of when the gateway passes over some of all events', () => {
    const { ids, missed } = start({ since: 'aaaa:5' });
    FakeSocket.newest.accept({ recovered: true, id: 'aaaa:8' }).say(tick(8), tick(9));
    expect(missed).toEqual([{ reason: 'hole', since: 'aaaa:5' }]);
    expect(ids).toEqual(['aaaa:8', 'aaaa:9']);
  });

  it('are not suspected where only some channels are subscribed', () => {
    const { missed } = start({ since: 'aaaa:5', channels: ['game.tick'] });
    FakeSocket.newest.accept({ recovered: true, id: 'aaaa:8' }).say(tick(8));
    expect(missed).toEqual([]);
  });

  it('can be a reason to close: the event that showed it is not delivered then', () => {
    const { connection, ids } = start({ since: 'aaaa:5' });
    connection.on('unrecovered', () => connection.close());
    FakeSocket.newest.accept({ recovered: true, id: 'aaaa:8' }).say(tick(8));
    expect(ids).toEqual([]);
  });

  it('are told of when the log begins anew under a live connection', () => {
    const { ids, missed } = start();
    FakeSocket.newest.accept({ id: 'aaaa:5' }).say(tick(6), tick(1, 'bbbb'));
    expect(missed).toEqual([{ reason: 'epoch_changed', since: 'aaaa:6' }]);
    expect(ids).toEqual(['aaaa:6', 'bbbb:1']);
  });
});

describe('iteration', () => {
  it('yields every event in order and ends with close', async () => {
    const { connection } = start();
    const reading = collect(connection);
    FakeSocket.newest.accept().say(tick(1), tick(2));
    await vi.advanceTimersByTimeAsync(0);
    FakeSocket.newest.say(tick(3));
    connection.close();
    expect(await reading).toEqual(['aaaa:1', 'aaaa:2', 'aaaa:3']);
  });

  it('can be left early, and the connection goes on', async () => {
    const { connection, ids } = start();
    FakeSocket.newest.accept();
    const reading = (async () => {
      for await (const { id } of connection) return id;
      return undefined;
    })();
    FakeSocket.newest.say(tick(1), tick(2));
    expect(await reading).toBe('aaaa:1');
    FakeSocket.newest.say(tick(3));
    expect(ids).toEqual(['aaaa:1', 'aaaa:2', 'aaaa:3']);
    expect(connection.status).toEqual({ state: 'live' });
  });
});

describe('closing', () => {
  it('ends everything, even while waiting for the next attempt', () => {
    const { connection, statuses } = start();
    FakeSocket.newest.lose();
    connection.close();
    connection.close();
    vi.advanceTimersByTime(10 * LONGEST_WAIT_MS);
    expect(statuses.slice(1)).toEqual([{ state: 'closed', reason: null }]);
    expect(FakeSocket.all).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops calling a listener that was taken off', () => {
    const { connection, ids } = start();
    const seen: string[] = [];
    const off = connection.on('event', ({ id }) => seen.push(id));
    FakeSocket.newest.accept().say(tick(1));
    off();
    FakeSocket.newest.say(tick(2));
    expect(seen).toEqual(['aaaa:1']);
    expect(ids).toHaveLength(2);
  });
});

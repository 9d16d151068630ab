import type { Event, ReplyOf } from '@vectra/protocol';
import { expect, it, vi } from 'vitest';
import { connect, type Replay, type ReplayStatus } from '../../src/index.js';
import { FakeSocket, settled, tick, useFakeTime } from './fakeSocket.js';

const GAME = '20251212-6114b2ff44ef4b71';

function where(changes: Partial<ReplyOf<'replay'>> = {}): ReplyOf<'replay'> {
  return {
    ...{ type: 'replay', state: 'playing', gameId: GAME, tick: 0, ticks: 50, index: 0, games: 1, speed: 4 },
    ...changes,
  };
}

const replayed = (seq: number): Event => ({ ...tick(seq, 'eeee'), source: 'replay' });

/** A replay that the gateway has begun, with the first event right behind. */
async function start() {
  const connection = connect({ url: 'ws://gateway/ws', channels: ['*'], WebSocket: FakeSocket });
  const live: string[] = [];
  connection.on('event', ({ id }) => live.push(id));
  const socket = FakeSocket.newest.accept({ id: 'aaaa:1' }).say(tick(2));
  const starting = connection.replay({ gameId: GAME, speed: 4 });
  await settled();
  expect(socket.asked('replay')[0]).toMatchObject({ gameId: GAME, speed: 4 });
  socket.say(where({ ref: socket.refOf('replay') }), replayed(1));
  return { connection, socket, live, replay: await starting };
}

async function read(replay: Replay): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of replay) ids.push(id);
  return ids;
}

useFakeTime();

it('gives every event since it began, apart from the live ones, and ends with the replay', async () => {
  const { connection, socket, live, replay } = await start();
  socket.say(replayed(2), where({ state: 'ended', tick: 49 }), tick(3));
  expect(await read(replay)).toEqual(['eeee:1', 'eeee:2']);
  expect(replay.status).toMatchObject({ state: 'ended', tick: 49 });
  expect(live).toEqual(['aaaa:2', 'aaaa:3']);
  expect(connection.position).toBe('aaaa:3');
});

it('moves the place to resume from neither by its events nor by what the gateway says meanwhile', async () => {
  const { connection, socket } = await start();
  socket.say(replayed(9), { type: 'pong', id: 'aaaa:8', timestamp: 1 });
  expect(connection.position).toBe('aaaa:2');
  socket.lose(1001, 'aaaa:8');
  vi.advanceTimersByTime(10_000);
  expect(FakeSocket.newest.open().sent[0]).toMatchObject({ since: 'aaaa:2' });
});

it('is commanded, and says where it is after each command', async () => {
  const { socket, replay } = await start();
  const told: ReplayStatus[] = [];
  replay.on('status', (status) => told.push(status));
  const commands = [
    ['pause', () => replay.pause(), {}],
    ['resume', () => replay.resume(), {}],
    ['step', () => replay.step(3), { ticks: 3 }],
    ['seek', () => replay.seek(20), { tick: 20 }],
    ['speed', () => replay.speed('max'), { speed: 'max' }],
    ['next', () => replay.next(), {}],
    ['previous', () => replay.previous(), {}],
    ['stop', () => replay.stop({ skip: true }), { skip: true }],
  ] as const;
  for (const [action, command, fields] of commands) {
    const answer = command();
    await settled();
    expect(socket.asked(action)[0]).toMatchObject(fields);
    const state = action === 'stop' ? 'stopped' : 'paused';
    socket.say(where({ state, tick: told.length, ref: socket.refOf(action) }));
    expect(await answer).toMatchObject({ state, tick: told.length - 1 });
  }
  expect(told).toHaveLength(8);
  expect(await read(replay)).toEqual(['eeee:1']);
  await expect(replay.next()).rejects.toMatchObject({ code: 'no_replay' });
});

it('ends with an error when the connection is lost, and live events go on', async () => {
  const { connection, socket, live, replay } = await start();
  const reading = expect(read(replay)).rejects.toMatchObject({ code: 'disconnected' });
  const seeking = expect(replay.seek(3)).rejects.toMatchObject({ code: 'disconnected' });
  await settled();
  socket.lose();
  await reading;
  await seeking;
  vi.advanceTimersByTime(10_000);
  FakeSocket.newest.accept({ recovered: true, id: 'aaaa:3' }).say(tick(3));
  expect(live).toEqual(['aaaa:2', 'aaaa:3']);
  expect(connection.status).toEqual({ state: 'live' });
});

it('takes the place of the one before, which ends', async () => {
  const { connection, socket, replay } = await start();
  const starting = connection.replay({ query: { minPeak: 10 }, continuous: false });
  await settled();
  expect(socket.asked('replay')[1]).toMatchObject({ query: { minPeak: 10 }, continuous: false });
  socket.say(replayed(2), where({ ref: socket.refOf('replay') }), replayed(1), where({ state: 'ended' }));
  expect(await read(replay)).toEqual(['eeee:1', 'eeee:2']);
  expect(await read(await starting)).toEqual(['eeee:1']);
});

it('rejects with the reason when there is no such game', async () => {
  const { connection, socket, replay } = await start();
  const failure = connection.replay({ gameId: GAME }).catch((reason: unknown) => reason);
  await settled();
  const message = 'no recording of that game';
  socket.say({ type: 'error', code: 'no_such_game', message, action: 'replay', ref: socket.refOf('replay') });
  expect(await failure).toMatchObject({ code: 'no_such_game', message });
  socket.say(replayed(2), where({ state: 'ended' }));
  expect(await read(replay)).toEqual(['eeee:1', 'eeee:2']);
});

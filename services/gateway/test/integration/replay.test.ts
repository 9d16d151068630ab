import type { Event, Reply } from '@vectra/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveWindow } from '../../src/window.js';
import { EPOCH, FakeLog, tick } from '../fakeLog.js';
import { numbers, startGateway, type TestClient, type TestGateway } from '../gatewayFixture.js';
import { writeRecordings } from '../recordingsFixture.js';
import { pricesOf, recordingOf, ticksFrom, ticksIn } from '../replayFixture.js';

const recordings = [
  recordingOf('a', pricesOf(30), 0),
  recordingOf('b', [1, 9, 0.02], 1),
  recordingOf('c', pricesOf(400), 2),
];
let log: FakeLog;
let gateway: TestGateway;

beforeEach(async () => {
  log = new FakeLog();
  log.append(...numbers(1, 20).map((k) => tick(k)));
  gateway = await startGateway(() => Promise.resolve(log), { limits: { stallMs: 1_000, goodbyeMs: 200 } });
  await writeRecordings(gateway.dataDir, recordings);
});
afterEach(() => gateway.stop());

async function watching(channels = ['game.*']): Promise<TestClient> {
  const client = await gateway.connect();
  await client.subscribe(channels);
  return client;
}

const replayed = ({ events }: TestClient): Event[] => events.filter(({ source }) => source === 'replay');
const live = ({ events }: TestClient): Event[] => events.filter(({ source }) => source !== 'replay');
const seqsOf = (events: readonly Event[]): number[] => events.map(({ seq }) => seq);

async function told(client: TestClient, what: Partial<Reply>): Promise<void> {
  const fits = (each: object): boolean =>
    Object.entries(what).every(([key, value]) => (each as Record<string, unknown>)[key] === value);
  await client.until(() => client.messages.some(fits));
}

describe('a replay through the gateway', () => {
  it('gives a game as live would have, and the recording can be had from it', async () => {
    const client = await watching();
    client.say({ action: 'replay', gameId: 'a', speed: 'max', continuous: false });
    await told(client, { type: 'replay', state: 'ended' });
    const events = replayed(client);
    expect(live(client)).toEqual([]);
    const window = new LiveWindow(1);
    for (const event of events) window.fold(event);
    expect(window.recording('a')).toEqual(recordings[0]);
    expect(client.messages.filter(({ type }) => type === 'replay')).toMatchObject([
      { state: 'playing', gameId: 'a', tick: 0, ticks: 30, index: 0, games: 1, speed: 'max' },
      { state: 'playing', gameId: 'a', tick: 29 },
      { state: 'ended', gameId: 'a', tick: 29 },
    ]);
  });

  it('finds games by a query, oldest first, and goes on with what the filter finds after them', async () => {
    const client = await watching();
    client.say({ action: 'replay', query: { minPeak: 4, to: '2025-12-07T10:01:30Z' }, speed: 'max' });
    await told(client, { type: 'replay', state: 'ended' });
    expect(ticksIn(replayed(client))).toEqual([
      ...['b:start', ...ticksFrom('b', 0, 2)],
      ...['c:start', ...ticksFrom('c', 0, 399)],
    ]);
  });

  it('plays a list in its order', async () => {
    const client = await watching();
    client.say({ action: 'replay', games: ['b', 'a'], speed: 'max', continuous: false });
    await told(client, { type: 'replay', state: 'ended' });
    expect(ticksIn(replayed(client)).filter((each) => each.endsWith('start'))).toEqual([
      'b:start',
      'a:start',
    ]);
  });

  it.each([
    ['no_such_game', { gameId: 'x' }],
    ['no_such_game', { games: ['a', 'x'] }],
    ['no_such_game', { query: { minPeak: 100 } }],
    ['bad_command', { query: { from: 'yesterday' } }],
    ['bad_command', {}],
    ['bad_command', { gameId: 'a', games: ['b'] }],
  ])('says what is wrong (%s: %j), and live goes on', async (code, asked) => {
    const client = await watching();
    client.say({ action: 'replay', ...asked, ref: 'r' });
    expect(await client.reply('error')).toMatchObject({ code, action: 'replay', ref: 'r' });
    log.append(tick(21), tick(22));
    await client.until(() => client.seqs.length === 2);
    expect(client.seqs).toEqual([21, 22]);
  });

  it.each(['step', 'next', 'previous', 'stop'])('is needed for %s', async (action) => {
    const client = await watching();
    client.say({ action });
    expect(await client.reply('error')).toMatchObject({ code: 'no_replay', action });
  });

  it('leaves pause and resume to live while there is none', async () => {
    const client = await watching();
    client.say({ action: 'pause' });
    expect(await client.reply('paused')).toMatchObject({ what: 'live' });
  });
});

describe('back to live', () => {
  it('goes on where the replay began: nothing is missing, nothing comes twice', async () => {
    const client = await watching();
    log.append(tick(21));
    await client.until(() => client.seqs.length === 1);
    client.say({ action: 'replay', gameId: 'a', speed: 'max', continuous: false });
    await told(client, { type: 'replay', state: 'ended' });
    log.append(...numbers(22, 900).map((k) => tick(k)));
    await client.reply('replay', 3);
    expect(seqsOf(live(client))).toEqual([21]);
    client.say({ action: 'stop', ref: 's' });
    log.append(...numbers(901, 950).map((k) => tick(k)));
    await client.until(() => client.seqs.at(-1) === 950);
    expect(seqsOf(live(client))).toEqual(numbers(21, 950));
    const stopped = client.messages.findIndex((each) => each.type === 'replay' && each.state === 'stopped');
    expect(client.messages.slice(stopped, stopped + 3)).toMatchObject([
      { type: 'replay', state: 'stopped', ref: 's' },
      { type: 'resumed', what: 'live', id: `${EPOCH}:21`, skipped: 0, ref: 's' },
      { seq: 22 },
    ]);
  });

  it('with skip goes on at the present, and says how many events were left out', async () => {
    const client = await watching();
    client.say({ action: 'replay', gameId: 'a' });
    await client.reply('replay');
    const other = await watching();
    log.append(...numbers(21, 70).map((k) => tick(k)));
    await other.until(() => other.seqs.at(-1) === 70);
    client.say({ action: 'stop', skip: true });
    expect(await client.reply('resumed')).toMatchObject({ what: 'live', id: `${EPOCH}:70`, skipped: 50 });
    log.append(tick(71));
    await client.until(() => live(client).length === 1);
    expect(seqsOf(live(client))).toEqual([71]);
  });

  it('gives nothing of the replay any more', async () => {
    const client = await watching();
    client.say({ action: 'replay', gameId: 'c', speed: 100 });
    await client.until(() => client.events.length > 5);
    client.say({ action: 'stop' });
    await client.reply('resumed');
    const stopped = client.messages.length;
    log.append(...numbers(21, 60).map((k) => tick(k)));
    await client.until(() => live(client).at(-1)?.seq === 60);
    expect(client.messages.slice(stopped).every((each) => 'seq' in each && each.source !== 'replay')).toBe(
      true,
    );
  });
});

describe('several clients', () => {
  it('replay independently of each other, and those that watch live notice nothing', async () => {
    const [fast, slow, watcher] = [await watching(), await watching(['game.tick']), await watching()];
    slow.say({ action: 'replay', gameId: 'c', speed: 0.1 });
    await slow.until(() => replayed(slow).length === 1);
    slow.say({ action: 'step', ticks: 4 });
    await told(slow, { type: 'replay', state: 'paused', tick: 4 });
    fast.say({ action: 'replay', games: ['c', 'a'], speed: 'max', continuous: false });
    log.append(...numbers(21, 60).map((k) => tick(k)));
    await told(fast, { type: 'replay', state: 'ended' });
    await watcher.until(() => watcher.seqs.length === 40);
    expect(seqsOf(watcher.events)).toEqual(numbers(21, 60));
    expect(ticksIn(replayed(slow))).toEqual(ticksFrom('c', 0, 4));
    expect(ticksIn(replayed(fast))).toEqual([
      ...['c:start', ...ticksFrom('c', 0, 399)],
      ...['a:start', ...ticksFrom('a', 0, 29)],
    ]);
    slow.say({ action: 'next' });
    slow.say({ action: 'seek', tick: 2 });
    await told(slow, { type: 'replay', tick: 2 });
    slow.socket.terminate();
    fast.say({ action: 'previous' });
    fast.say({ action: 'pause' });
    await told(fast, { type: 'replay', state: 'paused', gameId: 'c' });
  });

  it('one of which takes nothing is closed, and keeps nobody waiting', async () => {
    const long = recordingOf('long', pricesOf(4_900), 3);
    await writeRecordings(gateway.dataDir, [...recordings, long]);
    const [stuck, fine] = [await watching(), await watching()];
    stuck.socket.pause();
    stuck.say({ action: 'replay', games: Array<string>(20).fill('long'), speed: 'max' });
    fine.say({ action: 'replay', games: ['long'], speed: 'max', continuous: false });
    await told(fine, { type: 'replay', state: 'ended' });
    expect(ticksIn(replayed(fine))).toEqual(['long:start', ...ticksFrom('long', 0, 4_899)]);
    // The gateway has given it up: it takes the goodbye when it reads again.
    const clients = async (): Promise<number> => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(/^gateway_clients (\d+)/m.exec(metrics)?.[1]);
    };
    while ((await clients()) > 1) await new Promise((resolve) => setTimeout(resolve, 20));
    stuck.socket.resume();
    expect(await stuck.closed).toEqual({ code: 4008, reason: `${EPOCH}:20` });
  });
});

import type { Command, Reply, ReplyOf } from '@vectra/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { Player, isReplayCommand } from '../../src/replay/player.js';
import {
  asCommand,
  FakeClient,
  FakeGames,
  pricesOf,
  recordingOf,
  TestClock,
  ticksFrom,
} from '../replayFixture.js';

let clock: TestClock;
let client: FakeClient;
let games: FakeGames;
let player: Player;
let running: Promise<void> | undefined;

beforeEach(() => {
  clock = new TestClock();
  client = new FakeClient();
  games = new FakeGames([
    recordingOf('a', pricesOf(11), 0),
    recordingOf('b', pricesOf(21), 1),
    recordingOf('c', pricesOf(6), 2),
  ]);
  player = new Player(client, games, clock);
  running = undefined;
});

/** Tells the player something, and lets happen what needs no time. */
async function say(action: Command['action'], fields: object = {}): Promise<void> {
  const command = asCommand(action, fields);
  if (!isReplayCommand(command)) throw new Error(`expected a command for the player, was ${action}`);
  player.tell(command);
  running ??= player.run();
  await clock.pass(0);
}

/** What was told since the last time it was asked. */
function news(): { ticks: string[]; replies: Reply[] } {
  const { ticks, replies } = client;
  client.told.length = 0;
  return { ticks, replies };
}

function placeOf(reply: Reply | undefined): Partial<ReplyOf<'replay'>> {
  expect(reply?.type).toBe('replay');
  return reply as ReplyOf<'replay'>;
}

describe('a replay', () => {
  it('begins with the game, says where it is, and goes on in time', async () => {
    await say('replay', { gameId: 'a', ref: 'r1' });
    const { ticks, replies } = news();
    expect(ticks).toEqual(['a:start', 'a:0']);
    expect(replies).toEqual([
      {
        ...{ type: 'replay', state: 'playing', gameId: 'a', tick: 0, ticks: 11, index: 0, games: 1 },
        ...{ speed: 1, ref: 'r1' },
      },
    ]);
    await clock.pass(249);
    expect(news().ticks).toEqual([]);
    await clock.pass(1);
    expect(news().ticks).toEqual(['a:1']);
    await clock.pass(1_000);
    expect(news().ticks).toEqual(ticksFrom('a', 2, 5));
  });

  it('numbers its events from 1, under an epoch of its own', async () => {
    await say('replay', { gameId: 'a', speed: 'max', continuous: false });
    const first = client.events;
    expect(first.map(({ seq }) => seq)).toEqual(first.map((_, index) => index + 1));
    news();
    await say('replay', { gameId: 'a', speed: 'max', continuous: false });
    const [again] = client.events;
    expect(again?.seq).toBe(1);
    expect(again?.id).not.toBe(first[0]?.id);
  });

  it('gives only what the channels match, and counts the rest', async () => {
    client.channels = (type) => type === 'game.end';
    await say('replay', { gameId: 'a', speed: 'max', continuous: false });
    expect(client.events).toMatchObject([{ type: 'game.end', seq: 3 + 2 + 9 + 2 }]);
  });

  it('plays the next game with its countdown, and so on until there is none', async () => {
    await say('replay', { gameId: 'a', speed: 100 });
    await clock.pass(50);
    expect(news().replies.at(-1)).toMatchObject({ gameId: 'a', tick: 10, state: 'playing' });
    await clock.pass(5);
    expect(client.events.map(({ type }) => type)).toEqual(['game.sealed', 'game.phase']);
    expect(client.replies).toMatchObject([{ gameId: 'b', tick: 0, ticks: 21, index: 1, games: 2 }]);
    await clock.pass(60_000);
    const { ticks, replies } = news();
    expect(ticks).toEqual(['b:start', ...ticksFrom('b', 0, 20), 'c:start', ...ticksFrom('c', 0, 5)]);
    expect(replies.at(-1)).toMatchObject({ state: 'ended', gameId: 'c', tick: 5, index: 2, games: 3 });
  });

  it('ends with its list when it is not continuous', async () => {
    await say('replay', { games: ['b', 'a'], speed: 'max', continuous: false });
    const { ticks, replies } = news();
    expect(ticks).toEqual(['b:start', ...ticksFrom('b', 0, 20), 'a:start', ...ticksFrom('a', 0, 10)]);
    expect(replies.at(-1)).toMatchObject({ state: 'ended', gameId: 'a', index: 1, games: 2 });
  });

  it('that has ended goes on with a game recorded since', async () => {
    await say('replay', { gameId: 'c', speed: 'max' });
    expect(news().replies.at(-1)).toMatchObject({ state: 'ended' });
    games.recordings.push(recordingOf('d', pricesOf(3), 3));
    await say('resume');
    expect(news().ticks).toEqual(['d:start', ...ticksFrom('d', 0, 2)]);
  });

  it('gives nothing after it was stopped, and says so to what it had not done', async () => {
    await say('replay', { gameId: 'a' });
    news();
    const seek = asCommand('seek', { tick: 5, ref: 's' });
    if (isReplayCommand(seek)) player.tell(seek);
    player.stop();
    await clock.pass(10_000);
    expect(client.told).toMatchObject([{ type: 'error', code: 'no_replay', action: 'seek', ref: 's' }]);
  });

  it('leaves out games that cannot be read', async () => {
    games.damaged.add('b');
    await say('replay', { gameId: 'a', speed: 'max' });
    expect(news().ticks).toEqual([
      ...['a:start', ...ticksFrom('a', 0, 10)],
      ...['c:start', ...ticksFrom('c', 0, 5)],
    ]);
  });

  it('goes on with what it plays when it is asked for a game that is not there', async () => {
    await say('replay', { gameId: 'a' });
    news();
    await say('replay', { gameId: 'nowhere', ref: 'x' });
    await clock.pass(250);
    expect(news()).toMatchObject({
      ticks: ['a:1'],
      replies: [{ type: 'error', code: 'no_such_game', action: 'replay', ref: 'x' }],
    });
  });

  it('is over when its first game is not there', async () => {
    const replay = asCommand('replay', { gameId: 'nowhere' });
    const pause = asCommand('pause');
    for (const command of [replay, pause]) if (isReplayCommand(command)) player.tell(command);
    await player.run();
    expect(client.replies).toMatchObject([
      { type: 'error', code: 'no_such_game' },
      { type: 'error', code: 'no_replay', action: 'pause' },
    ]);
  });

  it('waits for a client that takes nothing, and obeys it before it goes on', async () => {
    await say('replay', { gameId: 'a', speed: 'max' });
    news();
    let take: () => void = () => undefined;
    client.stalled = new Promise((resolve) => (take = resolve));
    await say('replay', { gameId: 'b', speed: 10 });
    await clock.pass(5_000);
    expect(client.told).toEqual([]);
    await say('pause');
    take();
    await clock.pass(10_000);
    const { ticks } = news();
    expect(ticks).toEqual([]);
  });
});

describe('speed', () => {
  it('changes at once, and no tick is lost or doubled', async () => {
    await say('replay', { gameId: 'b', speed: 1 });
    await clock.pass(500);
    expect(news().ticks).toEqual(['b:start', ...ticksFrom('b', 0, 2)]);
    await say('speed', { speed: 10, ref: 'v' });
    expect(news().replies).toMatchObject([{ type: 'replay', speed: 10, tick: 2, ref: 'v' }]);
    await clock.pass(100);
    expect(news().ticks).toEqual(ticksFrom('b', 3, 6));
    await say('speed', { speed: 0.1 });
    await clock.pass(2_499);
    expect(news().ticks).toEqual([]);
    await clock.pass(1);
    expect(news().ticks).toEqual(['b:7']);
    await say('speed', { speed: 'max' });
    expect(news().ticks.slice(0, 13)).toEqual(ticksFrom('b', 8, 20));
  });

  it('counts from the middle of a tick', async () => {
    await say('replay', { gameId: 'b', speed: 1 });
    await clock.pass(125);
    await say('speed', { speed: 0.5 });
    news();
    await clock.pass(249);
    expect(news().ticks).toEqual([]);
    await clock.pass(1);
    expect(news().ticks).toEqual(['b:1']);
  });
});

describe('pause', () => {
  it('is at once, and resume goes on from there', async () => {
    await say('replay', { gameId: 'b' });
    await clock.pass(600);
    news();
    await say('pause', { ref: 'p' });
    expect(news().replies).toMatchObject([
      { type: 'paused', what: 'replay', id: null, ref: 'p' },
      { type: 'replay', state: 'paused', tick: 2, ref: 'p' },
    ]);
    await clock.pass(60_000);
    expect(client.told).toEqual([]);
    await say('resume');
    expect(news().replies).toMatchObject([
      { type: 'resumed', what: 'replay', skipped: 0 },
      { type: 'replay', state: 'playing', tick: 2 },
    ]);
    await clock.pass(149);
    expect(news().ticks).toEqual([]);
    await clock.pass(1);
    expect(news().ticks).toEqual(['b:3']);
  });

  it('holds also at full speed', async () => {
    games.recordings.splice(0, 3, recordingOf('long', pricesOf(4_000)));
    const told = asCommand('pause');
    await say('replay', { gameId: 'long' });
    await say('speed', { speed: 'max' });
    if (isReplayCommand(told)) player.tell(told);
    await clock.pass(0);
    const { ticks } = news();
    expect(ticks.length).toBeLessThan(4_000);
    await clock.pass(1_000);
    expect(client.ticks).toEqual([]);
  });

  it('that was not is not resumed', async () => {
    await say('replay', { gameId: 'b' });
    news();
    await say('resume');
    expect(news().replies).toMatchObject([{ type: 'error', code: 'not_paused', action: 'resume' }]);
  });
});

describe('step', () => {
  it('pauses and plays so many ticks at once', async () => {
    await say('replay', { gameId: 'b' });
    news();
    await say('step', { ticks: 3, ref: 's' });
    expect(news()).toMatchObject({
      ticks: ticksFrom('b', 1, 3),
      replies: [{ type: 'replay', state: 'paused', tick: 3, ref: 's' }],
    });
    await say('step');
    expect(news()).toMatchObject({ ticks: ['b:4'], replies: [{ tick: 4 }] });
    await clock.pass(60_000);
    expect(client.told).toEqual([]);
  });

  it('goes over the end of a game, without waiting for the countdown', async () => {
    await say('replay', { gameId: 'a', speed: 0.1 });
    await say('seek', { tick: 9 });
    news();
    await say('step', { ticks: 3, ref: 's' });
    const { ticks, replies } = news();
    expect(ticks).toEqual(['a:10', 'b:start', 'b:0', 'b:1']);
    expect(placeOf(replies.at(-1))).toMatchObject({ state: 'paused', gameId: 'b', tick: 1, ref: 's' });
  });

  it('ends where the games do', async () => {
    await say('replay', { gameId: 'c', continuous: false });
    news();
    await say('step', { ticks: 50, ref: 's' });
    const { ticks, replies } = news();
    expect(ticks).toEqual(ticksFrom('c', 1, 5));
    expect(placeOf(replies.at(-1))).toMatchObject({ state: 'ended', tick: 5, ref: 's' });
  });
});

describe('seek', () => {
  it('forwards gives what lies between at once, and then goes on in time', async () => {
    await say('replay', { gameId: 'b' });
    news();
    await say('seek', { tick: 10, ref: 'k' });
    expect(news()).toMatchObject({
      ticks: ticksFrom('b', 1, 10),
      replies: [{ type: 'replay', state: 'playing', tick: 10, ref: 'k' }],
    });
    await clock.pass(250);
    expect(news().ticks).toEqual(['b:11']);
  });

  it('backwards begins the game again, and stays paused', async () => {
    await say('replay', { gameId: 'b' });
    await say('seek', { tick: 10 });
    await say('pause');
    news();
    await say('seek', { tick: 4 });
    expect(news()).toMatchObject({
      ticks: ['b:start', ...ticksFrom('b', 0, 4)],
      replies: [{ state: 'paused', tick: 4 }],
    });
    await say('seek', { tick: 0 });
    expect(news()).toMatchObject({ ticks: ['b:start', 'b:0'], replies: [{ state: 'paused', tick: 0 }] });
    await clock.pass(60_000);
    expect(client.told).toEqual([]);
  });

  it('beyond the end goes to the last tick, and back from the end of all', async () => {
    await say('replay', { gameId: 'c', continuous: false });
    await say('seek', { tick: 5_000 });
    expect(news().replies.at(-1)).toMatchObject({ tick: 5 });
    await clock.pass(10_000);
    expect(news().replies.at(-1)).toMatchObject({ state: 'ended' });
    await say('seek', { tick: 2 });
    expect(news()).toMatchObject({
      ticks: ['c:start', ...ticksFrom('c', 0, 2)],
      replies: [{ state: 'playing' }],
    });
    await clock.pass(10_000);
    expect(news().ticks).toEqual(ticksFrom('c', 3, 5));
  });

  it('gives way to another before it has arrived', async () => {
    games.recordings.splice(0, 3, recordingOf('long', pricesOf(4_000)));
    await say('replay', { gameId: 'long' });
    const [far, near] = [
      asCommand('seek', { tick: 3_999, ref: '1' }),
      asCommand('seek', { tick: 2, ref: '2' }),
    ];
    if (isReplayCommand(far)) player.tell(far);
    if (isReplayCommand(near)) player.tell(near);
    await clock.pass(0);
    const answers = client.replies.filter((reply) => reply.ref !== undefined).map((reply) => placeOf(reply));
    expect(answers.map(({ ref, tick }) => [ref, tick])).toEqual([
      ['1', 0],
      ['2', 2],
    ]);
  });
});

describe('next and previous', () => {
  it('turn to the neighbouring game at once, without a countdown', async () => {
    await say('replay', { games: ['a', 'b', 'c'], speed: 2 });
    news();
    await say('next', { ref: 'n' });
    expect(news()).toMatchObject({
      ticks: ['b:start', 'b:0'],
      replies: [{ type: 'replay', gameId: 'b', index: 1, games: 3, tick: 0, speed: 2, ref: 'n' }],
    });
    await say('previous');
    expect(news().ticks).toEqual(['a:start', 'a:0']);
  });

  it('keep to a pause', async () => {
    await say('replay', { games: ['a', 'b'] });
    await say('pause');
    news();
    await say('next');
    expect(news()).toMatchObject({ ticks: ['b:start', 'b:0'], replies: [{ state: 'paused', gameId: 'b' }] });
    await clock.pass(60_000);
    expect(client.told).toEqual([]);
  });

  it('at the ends: the first begins again, and behind the last it has ended', async () => {
    await say('replay', { games: ['a'], continuous: false });
    await clock.pass(500);
    news();
    await say('previous');
    expect(news().ticks).toEqual(['a:start', 'a:0']);
    await say('next', { ref: 'n' });
    expect(news().replies).toMatchObject([{ state: 'ended', gameId: 'a', ref: 'n' }]);
    await clock.pass(60_000);
    expect(client.told).toEqual([]);
    await say('resume');
    await clock.pass(250);
    expect(news().ticks).toEqual(['a:1']);
  });
});

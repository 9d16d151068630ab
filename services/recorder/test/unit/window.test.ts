import { formatPosition, type Draft, type Event } from '@vectra/protocol';
import type { RunningGame, WindowGame, WindowWrite } from '@vectra/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GameBook } from '../../src/book.js';
import { recordGame } from '../../src/recording.js';
import { planWrite, type Held } from '../../src/window/plan.js';
import { RecentGames } from '../../src/window/recentGames.js';
import { EPOCH, GameScript, logOf, STARTED } from '../script.js';

const scripts = Array.from(
  { length: 4 },
  (_, index) =>
    new GameScript(`20251207-${index}c1ca4cce9ac71e7`, [1, 1.1, 1.2, 1.05, 0.01], STARTED + index * 60_000),
);
const [first, second, third, fourth] = scripts as [GameScript, GameScript, GameScript, GameScript];

/** What a bot reads. */
interface Read {
  running: RunningGame | null;
  games: WindowGame[];
}

function fold(games: RecentGames, events: readonly Event[], book = new GameBook()): void {
  for (const event of events) games.fold(event, book.apply(event), book.running);
}

function windowOf(drafts: readonly Draft[], size = 10): Read {
  const games = new RecentGames(size);
  fold(games, logOf(drafts));
  return read(games);
}

function read(games: RecentGames): Read {
  const redis = new FakeRedis();
  redis.write(planWrite(undefined, games.finished, games.running)?.write);
  return redis.read();
}

/** The two strings, and the script that writes them. */
class FakeRedis {
  running: string | undefined;
  games: string | undefined;

  /** @returns how many bytes were sent. */
  write(write: WindowWrite | undefined): number {
    if (write === undefined) return 0;
    const { games, running } = write;
    if (typeof games === 'string') this.games = games;
    else expect(Buffer.byteLength(this.games ?? '')).toBe(games);
    if (running.act === 'remove') this.running = undefined;
    if (running.act === 'set') this.running = running.text;
    if (running.act === 'append') {
      const there = Buffer.from(this.running ?? '');
      expect(there.length).toBe(running.length);
      const text = Buffer.from(running.text);
      const rest = there.subarray(running.offset + text.length);
      this.running = Buffer.concat([there.subarray(0, running.offset), text, rest]).toString();
    }
    return (typeof games === 'string' ? games.length : 0) + ('text' in running ? running.text.length : 0);
  }

  read(): Read {
    return {
      running: this.running === undefined ? null : (JSON.parse(this.running) as RunningGame),
      games: JSON.parse(this.games ?? '[]') as WindowGame[],
    };
  }
}

describe('the window', () => {
  it('has the running game with its prices so far, missing ticks as null, and says after which event to go on', () => {
    const { running, games } = windowOf([first.start(), first.tick(0), first.tick(1), first.tick(3)]);
    expect(running).toEqual({
      meta: {
        game_id: first.id,
        start_time: '2025-12-07T14:30:22.118Z',
        server_seed_hash: 'c0'.repeat(32),
      },
      prices: [1, 1.1, null, 1.05],
      id: formatPosition({ epoch: EPOCH, seq: 4 }),
    });
    expect(games).toEqual([]);
  });

  it('fills a missed tick in when it becomes known; the first sight of a tick stands', () => {
    const joined = [first.start(2), first.tick(2), first.backfilled(0), first.backfilled(1)];
    expect(windowOf([...joined, first.tick(1, { price: '9' })]).running?.prices).toEqual([1, 1.1, 1.2]);
  });

  it('has the finished games newest first, each as its recording has it', () => {
    const drafts = [...first.whole(), ...second.whole(), first.sealed(), third.start()];
    const { games, running } = windowOf(drafts);
    const events = logOf(drafts);
    expect(games.map(({ meta }) => meta.game_id)).toEqual([second.id, first.id]);
    for (const game of games) {
      const own = events.filter(({ gameId }) => gameId === game.meta.game_id);
      const book = new GameBook();
      expect(game).toEqual(
        recordGame(own.flatMap((event) => book.apply(event)).at(-1) ?? { id: '', events: [] })?.recording,
      );
    }
    expect(games[1]?.meta).toMatchObject({ verified: true, server_seed: 'a5'.repeat(32) });
    expect(running?.meta.game_id).toBe(third.id);
  });

  it('keeps the prices after a missing tick of a finished game', () => {
    const { games } = windowOf([first.start(), first.tick(0), first.tick(2), first.rug()]);
    expect(games[0]).toMatchObject({ meta: { complete: false, rug_tick: 4 }, prices: [1, null, 1.2] });
  });

  it('has nothing running between two games', () => {
    expect(windowOf(first.whole()).running).toBeNull();
  });

  it('keeps as many finished games as it is told', () => {
    const drafts = scripts.flatMap((script) => script.whole());
    expect(windowOf(drafts, 2).games.map(({ meta }) => meta.game_id)).toEqual([fourth.id, third.id]);
  });

  it('takes a game that was lost sight of back when it is seen again', () => {
    const lost = [first.start(), first.tick(0), first.interrupted(0)];
    expect(windowOf(lost)).toMatchObject({ running: null, games: [{ meta: { rug_tick: null } }] });
    const again = windowOf([...lost, first.start(2), first.tick(2)]);
    expect(again).toMatchObject({ running: { prices: [1, null, 1.2] }, games: [] });
  });

  it('goes on with the running game after one that came and went unseen is told of', () => {
    const unseen = [first.start(4), first.rug()];
    const { running } = windowOf([second.start(), second.tick(0), ...unseen, second.tick(1), second.tick(2)]);
    expect(running).toMatchObject({ meta: { game_id: second.id }, prices: [1, 1.1, 1.2] });
  });

  it('does not fill memory up to an absurd tick', () => {
    expect(windowOf([first.start(), first.tick(2_000_000_000)]).running?.prices).toEqual([]);
  });

  it('takes older games in, but never in place of one of which more is known', () => {
    const games = new RecentGames(10);
    fold(games, logOf([...second.whole(), second.sealed()]));
    const [sealed] = read(games).games;
    if (sealed === undefined) throw new Error('expected a game');
    const older = windowOf(first.whole()).games;
    for (const game of [...older, ...windowOf(second.whole()).games]) games.add(game);
    expect(read(games).games).toEqual([sealed, ...older]);
  });
});

describe('the writes to Redis', () => {
  it('always leave what a reader of the whole window finds, however the events are batched', () => {
    const drafts = scripts.flatMap((script, index, all) => [
      script.start(),
      ...script.ticks(2, 3),
      script.backfilled(0),
      script.backfilled(1),
      ...script.ticks(4),
      ...(index % 2 === 0 ? [script.rug()] : [script.interrupted(3), script.start(4), script.rug()]),
      ...all.slice(Math.max(0, index - 1), index).map((before) => before.sealed()),
    ]);
    const events = logOf(drafts);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (batches) => {
        const redis = new FakeRedis();
        const games = new RecentGames(3);
        const book = new GameBook();
        let held: Held | undefined;
        let batch = 0;
        for (let from = 0; from < events.length; batch += 1) {
          const count = batches[batch % batches.length] ?? 1;
          fold(games, events.slice(from, from + count), book);
          from += count;
          const plan = planWrite(held, games.finished, games.running);
          redis.write(plan?.write);
          held = plan?.held ?? held;
          expect(redis.read()).toEqual(read(games));
        }
      }),
    );
  });

  it('cost the same for a tick however long the game is', () => {
    const long = new GameScript(
      first.id,
      Array.from({ length: 4_000 }, (_, tick) => 1 + tick / 1e3),
    );
    const redis = new FakeRedis();
    const games = new RecentGames(10);
    const book = new GameBook();
    let held: Held | undefined;
    const sent = logOf([long.start(), ...long.ticks(0, 3_998)]).map((event) => {
      fold(games, [event], book);
      const plan = planWrite(held, games.finished, games.running);
      held = plan?.held;
      return redis.write(plan?.write);
    });
    expect(Math.max(...sent.slice(2))).toBeLessThan(50);
    expect(redis.read().running?.prices).toHaveLength(3_999);
  });
});

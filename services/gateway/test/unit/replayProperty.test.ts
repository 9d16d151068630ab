import fc from 'fast-check';
import type { Command, Event } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { isReplayCommand, Player } from '../../src/replay/player.js';
import { asCommand, FakeClient, FakeGames, pricesOf, recordingOf, TestClock } from '../replayFixture.js';

const LENGTHS: Readonly<Record<string, number>> = { a: 9, b: 1, c: 40, d: 3 };
const recordings = Object.entries(LENGTHS).map(([id, ticks], i) => recordingOf(id, pricesOf(ticks), i));

interface Act {
  command: Command;
  /** How many ms pass after it. */
  then: number;
}

const command = fc.oneof(
  fc
    .constantFrom<Command['action']>('pause', 'resume', 'next', 'previous')
    .map((action) => asCommand(action)),
  fc.nat(45).map((tick) => asCommand('seek', { tick })),
  fc.integer({ min: 1, max: 60 }).map((ticks) => asCommand('step', { ticks })),
  fc.constantFrom(0.1, 1, 7.5, 100, 'max').map((speed) => asCommand('speed', { speed })),
  fc.constantFrom('a', 'c').map((gameId) => asCommand('replay', { gameId, speed: 20 })),
);
const act: fc.Arbitrary<Act> = fc.record({
  command,
  then: fc.constantFrom(0, 1, 100, 3_000),
});

/** Each tick is the one after that before, or the first after the start of its game. @returns where that leaves it. */
function follow(events: readonly Event[]): { gameId: string | null; ticks: number }[] {
  const games: { gameId: string | null; ticks: number }[] = [];
  for (const { type, gameId, data } of events) {
    if (type === 'game.start') games.push({ gameId, ticks: 0 });
    if (type !== 'game.tick') continue;
    const game = games.at(-1);
    expect({ gameId, tick: data.tickCount }).toEqual({ gameId: game?.gameId, tick: game?.ticks });
    if (game !== undefined) game.ticks += 1;
  }
  return games;
}

describe('a replay that was told anything', () => {
  it('gives every tick in order, and played to the end each of the rest exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const clock = new TestClock(150);
        const client = new FakeClient();
        const player = new Player(client, new FakeGames(recordings), clock);
        const tell = (told: Command): void => {
          if (isReplayCommand(told)) player.tell(told);
        };
        tell(asCommand('replay', { gameId: 'a' }));
        const running = player.run();
        for (const { command: told, then } of acts) {
          tell(told);
          // At no time at all, the next command finds this one still being obeyed.
          if (then > 0) await clock.pass(then);
        }
        tell(asCommand('pause'));
        tell(asCommand('resume'));
        tell(asCommand('speed', { speed: 'max' }));
        await clock.pass(60_000);

        const games = follow(client.events);
        expect(games.at(-1)).toEqual({ gameId: 'd', ticks: LENGTHS.d });
        expect(client.replies.at(-1)).toMatchObject({ state: 'ended', gameId: 'd', tick: 2 });
        const lastTold = client.told.findLastIndex((each) => each.type === 'resumed');
        const rest = client.told.slice(lastTold).filter((each): each is Event => 'seq' in each);
        const begun = rest.flatMap(({ type, gameId }) => (type === 'game.start' ? [gameId ?? ''] : []));
        for (const gameId of begun) {
          const ticks = rest.filter((event) => event.type === 'game.tick' && event.gameId === gameId);
          expect(ticks).toHaveLength(LENGTHS[gameId] ?? 0);
        }
        player.stop();
        await running;
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

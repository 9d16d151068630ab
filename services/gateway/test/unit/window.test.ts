import { gameRecording, placeEvent, type Draft } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { LiveWindow } from '../../src/window.js';
import { end, EPOCH, GAME, interrupted, phase, sealed, start, tick, trade } from '../fakeLog.js';

const NEXT = '20251212-next0000';

function windowOf(drafts: Draft[], capacity = 10): LiveWindow {
  const window = new LiveWindow(capacity);
  drafts.forEach((draft, i) => window.fold(placeEvent(draft, EPOCH, i + 1)));
  return window;
}

const played = [start(), tick(0, '1'), tick(1, '1.5'), tick(2, '2'), end(3, '2')];

describe('the window', () => {
  it('is empty before the first event', () => {
    expect(windowOf([]).recent()).toEqual({ since: null, current: null, games: [] });
  });

  it('has the running game with its prices by tick, and says after which event to continue', () => {
    const { current, since } = windowOf([
      start(),
      tick(0, '1'),
      trade('a'),
      tick(1, '1.5'),
      trade('b'),
    ]).recent();
    expect(current).toMatchObject({
      gameId: GAME,
      phase: 'ACTIVE_GAMEPLAY',
      tick: 1,
      price: 1.5,
      prices: [1, 1.5],
    });
    expect(current?.trades.map(({ tradeId }) => tradeId)).toEqual(['b', 'a']);
    expect(current?.startedAt).toBeTypeOf('number');
    expect([since, current?.since]).toEqual(['aaaa:5', 'aaaa:5']);
  });

  it('leaves unknown ticks open until they are filled, and keeps the first sight of a tick', () => {
    const joined = [start(), tick(3, '2')];
    expect(windowOf(joined).recent().current?.prices).toEqual([null, null, null, 2]);
    const filled = [...joined, ...[0, 1, 2, 3].map((k) => tick(k, `1.${k}`, { backfilled: 'snapshot' }))];
    expect(windowOf(filled).recent().current).toMatchObject({ prices: [1, 1.1, 1.2, 2], tick: 3, price: 2 });
  });

  it('keeps the ended game current until the next is announced, and lists it', () => {
    const ended = windowOf(played);
    expect(ended.recent().current).toMatchObject({
      gameId: GAME,
      end: { reason: 'rugged', tick: 3, price: 0.0123 },
    });
    expect(ended.recent().games).toMatchObject([
      { game_id: GAME, rug_tick: 3, peak_multiplier: 2, complete: true, prices: [1, 1.5, 2, 0.0123] },
    ]);
    const counting = windowOf([...played, phase('COOLDOWN', 'RUG_EVENT_1', 14_900, NEXT)]);
    expect(counting.recent().current).toMatchObject({
      gameId: NEXT,
      phase: 'COOLDOWN',
      cooldownTimer: 14_900,
      tick: null,
      prices: [],
    });
  });

  it('does not take an echo of a finished game for a new one', () => {
    const echo = [
      ...played,
      phase('COOLDOWN', 'RUG_EVENT_1', 14_900, NEXT),
      phase('RUG_EVENT_1', 'COOLDOWN'),
      tick(4, '1', { rugged: true }),
    ];
    const { current, games } = windowOf(echo).recent();
    expect(current?.gameId).toBe(NEXT);
    expect(games[0]?.prices).toHaveLength(4);
  });

  it('adds what the seed proves, and gives a finished game as a recording', () => {
    const window = windowOf([
      start(),
      tick(0, '1'),
      tick(2, '2'),
      end(3, '2'),
      sealed(['1', '1.5', '2', '0.0123']),
    ]);
    const recording = window.recording(GAME);
    expect(gameRecording.parse(recording)).toEqual(recording);
    expect(recording).toMatchObject({
      meta: { verified: true, complete: true, server_seed: 'seed', duration_ticks: 3 },
      prices: [1, 1.5, 2, 0.0123],
    });
  });

  it('ends a recording before its first unknown tick', () => {
    const recording = windowOf([start(), tick(0, '1'), tick(2, '2'), end(3, '2')]).recording(GAME);
    expect(recording).toMatchObject({
      meta: { complete: false, duration_ticks: 0, rug_tick: 3 },
      prices: [1],
    });
  });

  it('takes a game that was lost sight of back when it is seen again', () => {
    const window = windowOf([start(), tick(0, '1'), interrupted(0), start(), tick(5, '2'), end(6, '2')]);
    expect(window.recent().games).toMatchObject([{ game_id: GAME, rug_tick: 6 }]);
  });

  it('keeps the newest games, newest first', () => {
    const games = ['g1', 'g2', 'g3'].flatMap((id) => [start(id), tick(0, '1', {}, id), end(1, '1', id)]);
    expect(
      windowOf(games, 2)
        .recent()
        .games.map(({ game_id }) => game_id),
    ).toEqual(['g3', 'g2']);
  });

  it('does not fill memory up to an absurd tick', () => {
    expect(windowOf([start(), tick(2_000_000_000)]).recent().current?.prices).toEqual([]);
  });
});

import { placeEvent, type Draft } from '@vectra/protocol';
import type { RecentGames } from '@vectra/stream';
import { describe, expect, it } from 'vitest';
import { mergeGames, RecentGamesReader } from '../../src/recentGames.js';
import { LiveWindow, type FinishedGame } from '../../src/window.js';
import { end, EPOCH, interrupted, sealed, start, tick } from '../fakeLog.js';

function windowOf(drafts: readonly Draft[]): LiveWindow {
  const window = new LiveWindow(10);
  drafts.forEach((draft, i) => window.fold(placeEvent(draft, EPOCH, i + 1)));
  return window;
}

const game = (id: string): Draft[] => [start(id), tick(0, '1', {}, id), end(1, '1', id)];
const g1 = game('g1');
const g2 = game('g2');
const g3 = game('g3');
const finished = (drafts: readonly Draft[]): FinishedGame[] => windowOf(drafts).recent().games;
const inRedis = (drafts: readonly Draft[]): RecentGames => ({
  running: null,
  games: finished(drafts).map(({ prices, ...meta }) => ({ meta, prices })),
});

function reader(drafts: readonly Draft[], read: () => Promise<RecentGames>, capacity = 10) {
  const clock = { now: 0 };
  const recent = new RecentGamesReader({ window: windowOf(drafts), read, capacity, now: () => clock.now });
  const ids = async () => (await recent.recent()).games.map(({ game_id }) => game_id);
  return { recent, ids, clock };
}

describe('the last games', () => {
  it('are those of the recorder and those that only this gateway has seen, newest first', async () => {
    expect(await reader(g3, () => Promise.resolve(inRedis([...g1, ...g2]))).ids()).toEqual([
      'g3',
      'g2',
      'g1',
    ]);
    expect(await reader([...g2, ...g3], () => Promise.resolve(inRedis([...g1, ...g2])), 2).ids()).toEqual([
      'g3',
      'g2',
    ]);
  });

  it('are of the recorder where both say as much, and of whoever knows more where not', () => {
    const theirs = finished(g1).map((each) => ({ ...each, backfilled_ticks: 1 }));
    expect(mergeGames(theirs, finished(g1))).toEqual(theirs);
    const own = finished([...g1, sealed(['1', '0.0123'], 'g1')]);
    expect(mergeGames(theirs, own)).toEqual(own);
    expect(mergeGames(own, finished(g1))).toEqual(own);
  });

  it('do not contain the one that goes on, though it had been lost sight of', async () => {
    const lost = [start('g2'), tick(0, '1', {}, 'g2'), interrupted(0, 'g2')];
    const again = [...lost, start('g2'), tick(2, '2', {}, 'g2')];
    expect(await reader(again, () => Promise.resolve(inRedis([...g1, ...lost]))).ids()).toEqual(['g1']);
  });

  it('are those of this gateway when Redis fails, and what was known when it has answered before', async () => {
    expect(await reader(g3, () => Promise.reject(new Error('away'))).ids()).toEqual(['g3']);
    let answers = true;
    const { ids, clock } = reader(g3, () =>
      answers ? Promise.resolve(inRedis(g1)) : Promise.reject(new Error('away')),
    );
    await ids();
    answers = false;
    clock.now += 10_000;
    expect(await ids()).toEqual(['g3', 'g1']);
  });

  it('are answered though Redis hangs, and Redis is asked once a second however many ask', async () => {
    let asked = 0;
    const { ids, clock } = reader(g3, () => {
      asked += 1;
      return new Promise(() => undefined);
    });
    expect(await Promise.all([ids(), ids(), ids()])).toEqual([['g3'], ['g3'], ['g3']]);
    expect(asked).toBe(1);
    clock.now += 1_000;
    await ids();
    expect(asked).toBe(2);
  });

  it('are a copy, so that an answer stays as it was when the next event comes', () => {
    const window = windowOf([start('g1'), tick(0, '1', {}, 'g1')]);
    const { current } = window.recent();
    window.fold(placeEvent(tick(1, '2', {}, 'g1'), EPOCH, 3));
    expect(current?.prices).toEqual([1]);
  });
});

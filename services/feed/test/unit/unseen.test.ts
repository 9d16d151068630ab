import { describe, expect, it } from 'vitest';
import type { Normalizer } from '../../src/normalizer.js';
import { feed, normalizer, of, pricesOf, wholeGame } from './drafts.js';
import { FakeGame } from './frames.js';

describe('games that came and went while the connection was lost', () => {
  const [seen, missed, alsoMissed, running] = ['seen', 'missed', 'also missed', 'running'].map(
    (seed) => new FakeGame(seed),
  ) as [FakeGame, FakeGame, FakeGame, FakeGame];
  const history = [alsoMissed.historyEntry, missed.historyEntry, seen.historyEntry];
  const snapshot = { ...running.snapshot(4), gameHistory: history };
  const cutOff = (): Normalizer => {
    const into = normalizer();
    feed(into, ...wholeGame(seen).slice(0, 3));
    return into;
  };

  it('are whole in the log, in their order, before the game that runs', () => {
    const drafts = feed(cutOff(), snapshot);
    expect(of(drafts, 'game.start').map(({ gameId }) => gameId)).toEqual([
      ...[missed, alsoMissed, running].map(({ gameId }) => gameId),
    ]);
    for (const game of [missed, alsoMissed]) {
      const own = drafts.filter(({ gameId }) => gameId === game.gameId);
      expect(own.map(({ type }) => type).filter((type) => type !== 'game.tick')).toEqual([
        ...['game.start', 'game.end', 'game.sealed'],
      ]);
      expect(pricesOf(own)).toEqual(game.prices);
      expect(of(own, 'game.tick').every(({ data }) => data.backfilled === 'gameHistory')).toBe(true);
      expect(of(own, 'game.start')).toMatchObject([{ data: { joinedAtTick: game.prices.length } }]);
      expect(of(own, 'game.end')).toMatchObject([{ data: { reason: 'rugged', rugTick: game.rugTick } }]);
      expect(of(own, 'game.sealed')).toMatchObject([{ data: { verdict: 'verified', complete: true } }]);
    }
  });

  it('are told once', () => {
    const into = cutOff();
    feed(into, snapshot);
    expect(feed(into, { ...running.tick(5), gameHistory: history })).toMatchObject([{ type: 'game.tick' }]);
  });

  it('wait for the end of a game that runs already', () => {
    const into = cutOff();
    const live = feed(into, running.tick(5), snapshot, ...wholeGame(running).slice(6));
    expect(of(live, 'game.start').map(({ gameId }) => gameId)).toEqual([running.gameId]);
    expect(of(live, 'game.end').map(({ gameId }) => gameId)).toEqual([seen.gameId, running.gameId]);
    const after = new FakeGame('after').countdown(15_000);
    const later = feed(into, { ...after, gameHistory: [running.historyEntry, ...history] });
    expect(of(later, 'game.sealed').map(({ gameId }) => gameId)).toEqual([
      ...[running, missed, alsoMissed].map(({ gameId }) => gameId),
    ]);
  });

  it('have their prices before the rug from the seed when the history has none', () => {
    const bare = history.map((entry) => ({ ...entry, prices: null }));
    const drafts = feed(cutOff(), { ...snapshot, gameHistory: bare });
    const own = drafts.filter(({ gameId }) => gameId === missed.gameId);
    expect(pricesOf(own)).toEqual(missed.prices.slice(0, -1));
    expect(of(own, 'game.tick').every(({ data }) => data.backfilled === 'seed')).toBe(true);
    expect(of(own, 'game.end')).toMatchObject([{ data: { rugTick: missed.rugTick, rugPrice: null } }]);
    expect(of(own, 'game.sealed')).toMatchObject([{ data: { verdict: 'hash-only', complete: false } }]);
  });

  it('are all those of the history when the connection was lost for longer', () => {
    const drafts = feed(cutOff(), { ...snapshot, gameHistory: history.slice(0, 2) });
    expect(of(drafts, 'game.sealed').map(({ gameId }) => gameId)).toEqual([
      ...[missed, alsoMissed].map(({ gameId }) => gameId),
    ]);
  });

  it('are none of those from before the feed was there', () => {
    expect(of(feed(normalizer(), snapshot), 'game.start')).toHaveLength(1);
    const late = feed(normalizer(), running.tick(5), snapshot, ...wholeGame(running).slice(6));
    expect(of(late, 'game.start')).toHaveLength(1);
  });
});

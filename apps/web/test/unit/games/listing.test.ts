import type { GamesPage } from '@vectra/client';
import type { GameSummary } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { countNew, Listing, resourceOf } from '../../../src/games/listing.js';
import { neighboursOf } from '../../../src/games/neighbours.js';

function game(game_id: string, start_time = '2025-12-07T00:00:00.000Z'): GameSummary {
  return {
    ...{ game_id, start_time, end_time: null, duration_ticks: 1, peak_multiplier: 1 },
    ...{ server_seed_hash: null, server_seed: null, verified: null, rug_tick: null },
    ...{ complete: false, backfilled_ticks: 0, file: 'games/x.game.json', jsonl: null },
  };
}

/** Answers with these pages in turn, and keeps what was asked. */
function pages(...answers: (GamesPage | Error)[]) {
  const asked: string[] = [];
  const load = (query: URLSearchParams): Promise<GamesPage> => {
    asked.push(query.toString());
    const answer = answers.shift() ?? new Error('asked once too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, load };
}

const a = { games: [game('a')], next: '1' };
const b = { games: [game('b')], next: '2' };
const c = { games: [game('c')], next: null };
const ids = (listing: Listing): string[] => listing.read().games.map(({ game_id }) => game_id);

describe('a listing', () => {
  it('loads page after page to the last one', async () => {
    const { asked, load } = pages(a, b, c);
    const listing = new Listing(new URLSearchParams('minPeak=2'), 1, load);
    expect(resourceOf(listing.read())).toEqual({ state: 'loading' });
    for (let i = 0; i < 5; i++) await listing.more();
    expect(ids(listing)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['minPeak=2&limit=1', 'minPeak=2&limit=1&cursor=1', 'minPeak=2&limit=1&cursor=2']);
  });

  it('loads as many as are wanted, and no page twice at the same time', async () => {
    const { load } = pages(a, b, c);
    const listing = new Listing(new URLSearchParams(), 1, load);
    await listing.upTo(0);
    expect(listing.read().isLoaded).toBe(false);
    await Promise.all([listing.upTo(2), listing.upTo(2), listing.more()]);
    expect(ids(listing)).toEqual(['a', 'b']);
    await listing.upTo(10);
    expect(ids(listing)).toEqual(['a', 'b', 'c']);
  });

  it('keeps what it has when a page fails, and goes on from there', async () => {
    const { load } = pages(a, new Error('gone'), c);
    const listing = new Listing(new URLSearchParams(), 1, load);
    await listing.upTo(3);
    expect(resourceOf(listing.read())).toMatchObject({
      state: 'failed',
      error: { message: 'gone' },
      value: { next: '1' },
    });
    await listing.more();
    expect(ids(listing)).toEqual(['a', 'c']);
    expect(resourceOf(listing.read()).state).toBe('ready');
  });

  it('begins again with what there is now', async () => {
    const { load } = pages(a, b, c);
    const listing = new Listing(new URLSearchParams(), 1, load);
    await listing.upTo(2);
    await listing.reload();
    expect(ids(listing)).toEqual(['c']);
  });
});

it('counts the games that are new', () => {
  const [one, two, three] = [game('1'), game('2'), game('3')];
  expect(countNew([three, two, one], [one])).toBe(2);
  expect(countNew([one], [one])).toBe(0);
  expect(countNew([three, two], [one])).toBe(2);
  expect(countNew([one], [])).toBe(1);
});

it('finds the games before and after one, also among those that started in the same moment', async () => {
  const later = '2025-12-07T00:00:01.000Z';
  const [first, second, third] = [game('1'), game('2'), game('3', later)];
  const asked: unknown[] = [];
  const games = (query?: object): Promise<GamesPage> => {
    asked.push(query);
    const all = [third, second, first];
    return Promise.resolve({ games: query && 'order' in query ? all.reverse() : all, next: null });
  };
  expect(await neighboursOf(second, { games })).toEqual({ previous: '1', next: '3' });
  expect(await neighboursOf(first, { games })).toEqual({ previous: null, next: '2' });
  expect(await neighboursOf(third, { games })).toEqual({ previous: '2', next: null });
  expect(asked.slice(0, 2)).toEqual([
    { to: second.start_time, limit: 5 },
    { from: second.start_time, order: 'asc', limit: 5 },
  ]);
});

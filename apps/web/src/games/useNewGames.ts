import { useEffect, useState } from 'react';
import { useStore } from '../app/store.js';
import { lastGames } from '../connection/state.js';
import { countNew, type Listing } from './listing.js';
import { newestFirst } from './search.js';
import { useLive } from './useLive.js';
import { loadGames } from './useListing.js';

/** A game is in the recordings a moment after its end, or a little later where the recorder has much to do. */
const RECORDED_AFTER_MS = [1_000, 5_000];
const LARGEST_PAGE = '200';

/**
 * How many games the search finds that came after those shown; looked up whenever a game has ended.
 *
 * @param sample the search's games, the newest first.
 */
export function useNewGames(search: URLSearchParams, sample: Listing): number {
  const [count, setCount] = useState(0);
  const ended = useLive((live) => lastGames(live).at(-1)?.id ?? null);
  const { games, isLoaded } = useStore(sample);
  const newest = games[0]?.game_id;
  const query = newestFirst(search);
  query.set('limit', LARGEST_PAGE);
  const wish = query.toString();
  useEffect(() => {
    setCount(0);
    if (!isLoaded) return undefined;
    let isOver = false;
    const look = async (): Promise<void> => {
      try {
        const page = await loadGames(new URLSearchParams(wish));
        if (!isOver) setCount(countNew(page.games, sample.read().games));
      } catch {
        // The shell tells that the gateway is away; the next end looks again.
      }
    };
    const timers = RECORDED_AFTER_MS.map((ms) => window.setTimeout(() => void look(), ms));
    return () => {
      isOver = true;
      timers.forEach((timer) => window.clearTimeout(timer));
    };
  }, [ended, newest, isLoaded, wish, sample]);
  return count;
}

import type { GamesPage } from '@vectra/client';
import { useEffect, useMemo } from 'react';
import { getJson } from '../app/access.js';
import { Listing } from './listing.js';

/** @throws RestError, or fetch's TypeError when the gateway is not reached. */
export function loadGames(query: URLSearchParams): Promise<GamesPage> {
  return getJson<GamesPage>(`/api/games?${query.toString()}`);
}

/** The last listing of each use, so that whoever comes back from a game finds the same place in the list. */
const kept = new Map<string, { key: string; listing: Listing }>();

/** The last search of a use, for the way back to it. */
export function lastSearch(use: string): URLSearchParams {
  return new URLSearchParams(kept.get(use)?.key);
}

interface Wish {
  /** What the listing is for. */
  use: string;
  search: URLSearchParams;
  /** 1 to 200. */
  pageSize: number;
  /** So many games are loaded at once, in pages. */
  least: number;
}

/** The games that a search finds; another listing when the search changes. */
export function useListing({ use, search, pageSize, least }: Wish): Listing {
  const key = search.toString();
  const listing = useMemo(() => {
    const before = kept.get(use);
    if (before?.key === key && before.listing.read().error === null) return before.listing;
    const made = new Listing(search, pageSize, loadGames);
    kept.set(use, { key, listing: made });
    return made;
    // The key says what the search is.
  }, [use, key, pageSize]);
  useEffect(() => void listing.upTo(least), [listing, least]);
  return listing;
}

import type { GamesPage } from '@vectra/client';
import type { GameSummary } from '@vectra/protocol';
import type { Resource } from '../app/resource.js';
import { createStore } from '../app/store.js';

export interface Listed {
  games: readonly GameSummary[];
  /** The cursor of the next page; null when these are all. */
  next: string | null;
}

export interface ListingState extends Listed {
  /** At least one page is there. */
  isLoaded: boolean;
  isBusy: boolean;
  /** Why the last page could not be loaded. */
  error: Error | null;
}

const EMPTY: ListingState = { games: [], next: null, isLoaded: false, isBusy: false, error: null };

/** Loads `/api/games` with this query. */
export type LoadPage = (query: URLSearchParams) => Promise<GamesPage>;

/** The games that one search finds, loaded page by page. */
export class Listing {
  readonly #search: URLSearchParams;
  readonly #pageSize: number;
  readonly #load: LoadPage;
  readonly #store = createStore(EMPTY);

  /** @param pageSize 1 to 200. */
  constructor(search: URLSearchParams, pageSize: number, load: LoadPage) {
    this.#search = search;
    this.#pageSize = pageSize;
    this.#load = load;
  }

  readonly subscribe = this.#store.subscribe;
  readonly read = this.#store.read;

  /** Loads the first or the next page, unless one is being loaded or there is none. */
  async more(): Promise<void> {
    const { isLoaded, isBusy, next } = this.read();
    if (isBusy || (isLoaded && next === null)) return;
    await this.#page(next);
  }

  /** Loads pages until so many games are there, or all. */
  async upTo(count: number): Promise<void> {
    for (;;) {
      const { games, next, isLoaded, isBusy, error } = this.read();
      const isEnough = games.length >= count || (isLoaded && next === null);
      if (isBusy || isEnough || error !== null) return;
      await this.#page(next);
    }
  }

  /** Begins again with the first page. What was there stays until that has come. */
  async reload(): Promise<void> {
    if (!this.read().isBusy) await this.#page(null);
  }

  async #page(cursor: string | null): Promise<void> {
    const query = new URLSearchParams(this.#search);
    query.set('limit', String(this.#pageSize));
    if (cursor !== null) query.set('cursor', cursor);
    this.#store.set({ ...this.read(), isBusy: true, error: null });
    try {
      const page = await this.#load(query);
      const before = cursor === null ? [] : this.read().games;
      const games = [...before, ...page.games];
      this.#store.set({ games, next: page.next, isLoaded: true, isBusy: false, error: null });
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#store.set({ ...this.read(), isBusy: false, error: reason });
    }
  }
}

/** A listing as what `<Loaded>` shows. */
export function resourceOf({ isLoaded, error, games, next }: ListingState): Resource<Listed> {
  const value = { games, next };
  if (error !== null) return isLoaded ? { state: 'failed', error, value } : { state: 'failed', error };
  return isLoaded ? { state: 'ready', value } : { state: 'loading' };
}

/** How many games of a newer answer come before the newest one known. @param newest first, both of them. */
export function countNew(newest: readonly GameSummary[], known: readonly GameSummary[]): number {
  const at = newest.findIndex(({ game_id }) => game_id === known[0]?.game_id);
  return at === -1 ? newest.length : at;
}

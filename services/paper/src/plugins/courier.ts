import type { PastGame, View } from '../session/behaviour.js';
import type { Hook } from './plugin.js';

/** What crosses into a sandbox for one call of a hook: what it does not know yet. */
export interface Told {
  hook: Hook;
  /** What is small enough to cross each time. */
  game: Omit<View, 'prices' | 'recentGames' | 'memory'>;
  /** So many of the prices that are known there stay; then come these. */
  prices: { keep: number; more: readonly (number | null)[] };
  /** The finished games, when they are not the same: a number is the place of one that is known there. */
  games?: (number | PastGame)[];
  /** When it is not what the last call left. */
  memory?: Record<string, unknown>;
}

/**
 * Knows what a sandbox knows, and says of a view only what is new. It compares everything, so that it is right whatever became of
 * the prices in between: gaps filled in later, another game, a session that was taken over or moved.
 */
export class Courier {
  #prices: (number | null)[] = [];
  /** undefined: not known. */
  #games: PastGame[] | undefined = [];
  #memory = '{}';

  tell(hook: Hook, view: View): Told {
    const { gameId, tick, price, cash, worth, position, sidebet, betsThisGame, memory } = view;
    const games = this.#tellGames(view.recentGames);
    const text = JSON.stringify(memory);
    const isNew = text !== this.#memory;
    this.#memory = text;
    return {
      hook,
      game: { gameId, tick, price, cash, worth, position, sidebet, betsThisGame },
      prices: this.#tellPrices(view.prices),
      ...(games && { games }),
      ...(isNew && { memory }),
    };
  }

  /** What the call left in the memory. */
  left(memory: Record<string, unknown>): void {
    this.#memory = JSON.stringify(memory);
  }

  /** Nothing is known of what the sandbox knows. */
  forget(): void {
    this.#prices = [];
    this.#games = undefined;
    this.#memory = '';
  }

  #tellPrices(prices: readonly (number | null)[]): Told['prices'] {
    const keep = sameUpTo(this.#prices, prices);
    const more = prices.slice(keep);
    this.#prices.length = keep;
    for (const price of more) this.#prices.push(price);
    return { keep, more };
  }

  #tellGames(games: readonly PastGame[]): (number | PastGame)[] | undefined {
    const known = this.#games ?? [];
    const told = games.map((game, index) => {
      const here = known[index];
      if (here !== undefined && isSame(here, game)) return index;
      const there = known.findIndex((one) => isSame(one, game));
      return there === -1 ? game : there;
    });
    if (games.length === this.#games?.length && told.every((one, index) => one === index)) return undefined;
    this.#games = games.map((game) => ({ ...game, prices: [...game.prices] }));
    return told;
  }
}

function sameUpTo(known: readonly (number | null)[], prices: readonly (number | null)[]): number {
  const most = Math.min(known.length, prices.length);
  let index = 0;
  while (index < most && known[index] === prices[index]) index++;
  return index;
}

function isSame(a: PastGame, b: PastGame): boolean {
  return (
    a.id === b.id &&
    a.rugTick === b.rugTick &&
    a.peak === b.peak &&
    a.prices.length === b.prices.length &&
    sameUpTo(a.prices, b.prices) === a.prices.length
  );
}

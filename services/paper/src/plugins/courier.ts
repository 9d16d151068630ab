import type { PastGame, View } from '../session/behaviour.js';
import type { Hook } from './plugin.js';

/** What of a view is small. */
type Small = Omit<View, 'prices' | 'recentGames' | 'memory'>;

/** What crosses into a sandbox for one call of a hook: what it does not know yet. Reading it is most of what a call costs. */
export interface Told {
  hook: Hook;
  /** What is not as at the last call. */
  game: Partial<Small>;
  /** So many of the prices that are known there stay; then come these. Left out when all stay, and the price of this tick comes. */
  prices?: { keep: number; more: readonly (number | null)[] };
  /** The finished games, when they are not the same: a number is the place of one that is known there. */
  games?: (number | PastGame)[];
  /** When it is not what the last call left. */
  memory?: Record<string, unknown>;
}

/** A finished game as it was told: prices that are all known do not change any more. */
interface Known {
  game: PastGame;
  copy: PastGame;
  isWhole: boolean;
}

/**
 * Knows what a sandbox knows, and says of a view only what is new. It compares, so that it is right whatever became of the prices in
 * between: gaps filled in later, another game, a session that was taken over or moved.
 */
export class Courier {
  #game: Partial<Small> = {};
  /** Here and of the games, undefined: not known. */
  #prices: (number | null)[] | undefined = [];
  #games: Known[] | undefined = [];
  #memory = '{}';

  tell(hook: Hook, view: View): Told {
    const told: Told = { hook, game: this.#tellGame(view) };
    const prices = this.#tellPrices(view);
    if (prices !== undefined) told.prices = prices;
    const games = this.#tellGames(view.recentGames);
    if (games !== undefined) told.games = games;
    const memory = JSON.stringify(view.memory);
    if (memory !== this.#memory) told.memory = view.memory;
    this.#memory = memory;
    return told;
  }

  /** What the call left in the memory. */
  left(memory: Record<string, unknown>): void {
    this.#memory = JSON.stringify(memory);
  }

  /** Nothing is known of what the sandbox knows. */
  forget(): void {
    this.#game = {};
    this.#prices = undefined;
    this.#games = undefined;
    this.#memory = '';
  }

  #tellGame({ gameId, tick, price, cash, worth, position, sidebet, betsThisGame }: View): Partial<Small> {
    const game: Small = { gameId, tick, price, cash, worth, position, sidebet, betsThisGame };
    const before = this.#game;
    this.#game = game;
    return Object.fromEntries(
      Object.entries(game).filter(([name, value]) => !Object.is(before[name as keyof Small], value)),
    );
  }

  #tellPrices({ prices, price }: View): Told['prices'] {
    const known = this.#prices ?? [];
    const keep = sameUpTo(known, prices);
    const isUsual = this.#prices?.length === keep && prices.length === keep + 1 && prices[keep] === price;
    const more = prices.slice(keep);
    known.length = keep;
    for (const one of more) known.push(one);
    this.#prices = known;
    return isUsual ? undefined : { keep, more };
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
    this.#games = games.map((game) => ({
      game,
      copy: { ...game, prices: [...game.prices] },
      isWhole: !game.prices.includes(null),
    }));
    return told;
  }
}

function sameUpTo(known: readonly (number | null)[], prices: readonly (number | null)[]): number {
  const most = Math.min(known.length, prices.length);
  let index = 0;
  while (index < most && known[index] === prices[index]) index++;
  return index;
}

function isSame({ game, copy: a, isWhole }: Known, b: PastGame): boolean {
  if (isWhole && game === b) return true;
  return (
    a.id === b.id &&
    a.rugTick === b.rugTick &&
    a.peak === b.peak &&
    a.prices.length === b.prices.length &&
    sameUpTo(a.prices, b.prices) === a.prices.length
  );
}

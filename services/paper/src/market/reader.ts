import type { Market } from '@vectra/game';
import type { Event } from '@vectra/protocol';
import type { PastGame } from '../session/behaviour.js';

/** How many finished games a strategy can look back on. */
export const PAST_GAMES = 10;
/** Seeds are revealed at most ten games later; the rest is margin. */
const REMEMBERED = 16;

interface Followed {
  id: string;
  prices: (number | null)[];
  /** Its rug was told. */
  over: boolean;
  /** The next live tick is the first. */
  presale: boolean;
}

/** All that a reader knows, as JSON: another one goes on from it as this one would. */
export interface ReaderState {
  /** Oldest first; `prices` is null where they are those of the finished game of that id. */
  games: { id: string; prices: (number | null)[] | null; over: boolean; presale: boolean }[];
  past: PastGame[];
  /** The running game. */
  current: string | null;
}

/**
 * What the log's events mean to trading. Pure: the same events give the same.
 *
 * Prices learnt later (`backfilled`) fill in what is known of a game, but nobody could have traded at them.
 */
export class MarketReader {
  readonly #games = new Map<string, Followed>();
  readonly #past: PastGame[] = [];
  #current: Followed | undefined;

  constructor(state?: ReaderState) {
    if (state === undefined) return;
    this.#past.push(...state.past);
    for (const { prices, ...game } of state.games) {
      const shared = this.#past.find(({ id }) => id === game.id)?.prices ?? [];
      this.#games.set(game.id, { ...game, prices: prices ?? (shared as (number | null)[]) });
    }
    if (state.current !== null) this.#current = this.#games.get(state.current);
  }

  get state(): ReaderState {
    const isShared = (game: Followed): boolean => this.#past.some(({ prices }) => prices === game.prices);
    return {
      games: [...this.#games.values()].map((game) => ({
        ...game,
        prices: isShared(game) ? null : game.prices,
      })),
      past: this.#past,
      current: this.#current?.id ?? null,
    };
  }

  /** Of the running game, by tick; null where not known. */
  get prices(): readonly (number | null)[] {
    return this.#current?.prices ?? [];
  }

  /** Newest first, ten at most. */
  get recentGames(): readonly PastGame[] {
    return this.#past;
  }

  read(event: Event): Market | undefined {
    const { gameId } = event;
    if (gameId === null) return undefined;
    switch (event.type) {
      case 'game.phase':
        return event.data.phase === 'PRESALE' ? this.#presale(gameId) : undefined;
      case 'game.tick':
        return this.#tick(gameId, event.data);
      case 'game.end':
        return this.#end(gameId, event.data);
      case 'game.sealed':
        return this.#sealed(gameId, event.data);
      default:
        return undefined;
    }
  }

  #presale(gameId: string): Market | undefined {
    const game = this.#game(gameId);
    if (game.over || game.presale || game.prices.length > 0) return undefined;
    game.presale = true;
    this.#current = game;
    return { kind: 'presale', gameId };
  }

  #tick(
    gameId: string,
    {
      tickCount,
      price,
      rugged,
      backfilled,
    }: { tickCount: number; price: string; rugged: boolean; backfilled?: unknown },
  ): Market | undefined {
    const game = this.#game(gameId);
    while (game.prices.length < tickCount) game.prices.push(null);
    game.prices[tickCount] ??= Number(price);
    if (backfilled !== undefined || rugged || game.over) return undefined;
    this.#current = game;
    return { kind: 'tick', gameId, tick: tickCount, price: Number(price) };
  }

  #end(
    gameId: string,
    { reason, rugTick, rugPrice }: { reason: string; rugTick: number | null; rugPrice: string | null },
  ): Market | undefined {
    if (reason === 'rugged' && rugTick !== null && rugPrice !== null)
      return this.#rug(gameId, rugTick, Number(rugPrice));
    if (this.#current?.id === gameId) this.#current = undefined;
    return { kind: 'lost', gameId };
  }

  /** The seal tells the rug of a game that was lost sight of. */
  #sealed(gameId: string, { complete, prices }: { complete: boolean; prices: string[] }): Market | undefined {
    const rugPrice = prices.at(-1);
    if (!complete || rugPrice === undefined) return undefined;
    const game = this.#game(gameId);
    game.prices = prices.map(Number);
    return this.#rug(gameId, prices.length - 1, Number(rugPrice));
  }

  #rug(gameId: string, tick: number, price: number): Market | undefined {
    const game = this.#game(gameId);
    if (game.over) return undefined;
    game.over = true;
    game.prices[tick] ??= price;
    if (this.#current === game) this.#current = undefined;
    const peak = game.prices.reduce<number>((highest, one) => Math.max(highest, one ?? 0), 0);
    this.#past.unshift({ id: gameId, prices: game.prices, rugTick: tick, peak });
    this.#past.length = Math.min(this.#past.length, PAST_GAMES);
    return { kind: 'rug', gameId, tick, price };
  }

  #game(id: string): Followed {
    const known = this.#games.get(id);
    if (known !== undefined) return known;
    const game: Followed = { id, prices: [], over: false, presale: false };
    this.#games.set(id, game);
    const [oldest] = this.#games.keys();
    if (this.#games.size > REMEMBERED && oldest !== undefined) this.#games.delete(oldest);
    return game;
  }
}

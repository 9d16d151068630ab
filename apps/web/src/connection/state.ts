import type { EventData, Phase } from '@vectra/protocol';

/** How many games, and how many trades, the page keeps. */
export const KEPT_GAMES = 10;
export const KEPT_TRADES = 20;

export interface GameEnd {
  reason: 'rugged' | 'interrupted';
  /** null when the rug was not seen. */
  rugTick: number | null;
  rugPrice: number | null;
}

/** One game. It exists from its countdown on, then without prices. */
export interface Game {
  id: string;
  /** `prices[k]` is the price at tick k; null is a tick that is not known (yet). */
  prices: readonly (number | null)[];
  /** The highest price known; 1 before the first. */
  peak: number;
  /** null while it runs. */
  end: GameEnd | null;
  /** Its prices were re-derived from the revealed seed: true when they agree, null when that is not known (yet). */
  verified: boolean | null;
  /** What players did in it, as far as it was told, by tick; absent when nothing was. */
  marks?: readonly TickMarks[];
}

/** How often players did what at a tick. */
export interface TickMarks {
  tick: number;
  /** Buys, and shorts closed. */
  buys: number;
  /** Sells, and shorts opened. */
  sells: number;
  sidebets: number;
}

/** What is shown of a trade; a lack of `coin` means SOL. */
export interface Trade extends Pick<
  EventData<'player.trade'>,
  'tradeId' | 'username' | 'side' | 'tickIndex' | 'price' | 'amount'
> {
  gameId: string | null;
  coin?: string | null;
}
export type FeedStatus = EventData<'connection.status'>['status'];

export interface LiveState {
  phase: Phase;
  /** Milliseconds left of the countdown, 0 in play. */
  cooldownTimer: number;
  /** Newest first: the running (or coming) game, then the last ones. */
  games: readonly Game[];
  /** Newest first. */
  trades: readonly Trade[];
  /** What each connection between the feed and the game said last. */
  feed: Readonly<Record<string, FeedStatus>>;
}

export const EMPTY: LiveState = { phase: 'UNKNOWN', cooldownTimer: 0, games: [], trades: [], feed: {} };

/** Marks with one more at a tick; the newest tick is last. */
export function marked(
  marks: readonly TickMarks[],
  tick: number,
  what: 'buys' | 'sells' | 'sidebets',
): readonly TickMarks[] {
  const at = marks.findLastIndex((mark) => mark.tick <= tick);
  const there = marks[at];
  if (there?.tick === tick) return marks.with(at, { ...there, [what]: there[what] + 1 });
  return marks.toSpliced(at + 1, 0, { tick, buys: 0, sells: 0, sidebets: 0, [what]: 1 });
}

export function markOf(side: Trade['side']): 'buys' | 'sells' {
  return side === 'buy' || side === 'short_close' ? 'buys' : 'sells';
}

export function newGame(id: string): Game {
  return { id, prices: [], peak: 1, end: null, verified: null };
}

/** The game whose chart is shown: the newest that has a price, so the last one during the countdown. */
export function shownGame(state: LiveState): Game | undefined {
  return state.games.find(({ prices }) => prices.length > 0);
}

/** The last games that are over, oldest first. */
export function lastGames(state: LiveState): Game[] {
  return state.games
    .filter(({ end }) => end !== null)
    .slice(0, KEPT_GAMES)
    .reverse();
}

/** The newest known price of a game and its tick. */
export function lastPrice({ prices }: Game): { tick: number; price: number } | undefined {
  const tick = prices.findLastIndex((price) => price !== null);
  const price = prices[tick];
  return price == null ? undefined : { tick, price };
}

/** The game's feed is up, as far as is known: no connection has spoken, or one of them is connected. */
export function isFeedUp({ feed }: LiveState): boolean {
  const statuses = Object.values(feed);
  return statuses.length === 0 || statuses.some((status) => status === 'connected' || status === 'degraded');
}

export function peakOf(prices: readonly (number | null)[]): number {
  return prices.reduce<number>((peak, price) => Math.max(peak, price ?? 0), 1);
}

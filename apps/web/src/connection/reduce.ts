import type { Event, EventData, EventOf } from '@vectra/protocol';
import {
  KEPT_GAMES,
  KEPT_TRADES,
  marked,
  markOf,
  newGame,
  peakOf,
  type Game,
  type LiveState,
  type Trade,
} from './state.js';

/** The state after one more event of the log. Events that change nothing on the page return the state itself. */
export function reduce(state: LiveState, event: Event): LiveState {
  switch (event.type) {
    case 'game.start':
      return announced(state, event.gameId);
    case 'game.tick':
      return ticked(state, event);
    case 'game.phase':
      return phased(state, event);
    case 'game.end':
      return changed(state, event.gameId, (game) => ended(game, event.data));
    case 'game.sealed':
      return changed(state, event.gameId, (game) => sealed(game, event.data));
    case 'player.trade':
      return traded(state, { ...event.data, gameId: event.gameId });
    case 'sidebet.placed':
      return noted(state, event.gameId, { tick: event.data.startTick, what: 'sidebets' });
    case 'connection.status':
      return { ...state, feed: { ...state.feed, [event.data.source]: event.data.status } };
    default:
      return state;
  }
}

function changed(state: LiveState, id: string | null, change: (game: Game) => Game): LiveState {
  const at = state.games.findIndex((game) => game.id === id);
  const game = state.games[at];
  return game === undefined ? state : { ...state, games: state.games.with(at, change(game)) };
}

/** Only what happens live announces a game: an unknown one in later corrections is older than those kept. */
function announced(state: LiveState, id: string | null): LiveState {
  if (id === null || state.games.some((game) => game.id === id)) return state;
  return { ...state, games: [newGame(id), ...state.games].slice(0, KEPT_GAMES + 1) };
}

function ticked(state: LiveState, { gameId, data }: EventOf<'game.tick'>): LiveState {
  const price = Number(data.price);
  const place = (game: Game): Game => placed(game, data.tickCount, price);
  if (data.backfilled !== undefined) return changed(state, gameId, place);
  const known = changed(announced(state, gameId), gameId, place);
  return { ...known, phase: data.phase, cooldownTimer: data.cooldownTimer };
}

function placed(game: Game, tick: number, price: number): Game {
  const prices = [...game.prices];
  // A hole reads as undefined, so the ticks between are filled in as unknown.
  while (prices.length < tick) prices.push(null);
  prices[tick] = price;
  return { ...game, prices, peak: Math.max(game.peak, price) };
}

function phased(state: LiveState, { gameId, data }: EventOf<'game.phase'>): LiveState {
  const known = announced(state, gameId);
  return { ...known, phase: data.phase, cooldownTimer: data.cooldownTimer };
}

function ended(game: Game, data: EventData<'game.end'>): Game {
  const { reason, rugTick, rugPrice, peakMultiplier } = data;
  return {
    ...game,
    peak: Math.max(game.peak, Number(peakMultiplier)),
    end: { reason, rugTick, rugPrice: rugPrice === null ? null : Number(rugPrice) },
  };
}

/** The seed tells every tick, so also the rug of a game that was lost sight of. */
function sealed(game: Game, data: EventData<'game.sealed'>): Game {
  const verified = data.verdict === 'hash-only' ? null : data.verdict === 'verified';
  if (!data.complete) return { ...game, verified };
  const prices = data.prices.map(Number);
  const rugTick = prices.length - 1;
  return {
    ...game,
    prices,
    peak: peakOf(prices),
    end: { reason: 'rugged', rugTick, rugPrice: prices[rugTick] ?? null },
    verified,
  };
}

function traded(state: LiveState, trade: Trade): LiveState {
  if (state.trades.some(({ tradeId }) => tradeId === trade.tradeId)) return state;
  const { gameId, tickIndex: tick, side } = trade;
  const known = noted(state, gameId, { tick, what: markOf(side) });
  return { ...known, trades: [trade, ...state.trades].slice(0, KEPT_TRADES) };
}

function noted(
  state: LiveState,
  id: string | null,
  { tick, what }: { tick: number; what: 'buys' | 'sells' | 'sidebets' },
): LiveState {
  return changed(state, id, (game) => ({ ...game, marks: marked(game.marks ?? [], tick, what) }));
}

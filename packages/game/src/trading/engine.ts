import type { PaperEffect, PaperOrder, Refusal } from '@vectra/protocol';
import type { Decimal } from 'decimal.js';
import { bought, buyAt, decimal, NO_POSITION, sellAt, sold, type Position } from '../position.js';
import { LARGEST_ORDER, sidebetResult, SIDEBET_TICKS, SMALLEST_ORDER } from './rules.js';

export type { Refusal } from '@vectra/protocol';
export type Order = PaperOrder;
export type Effect = PaperEffect;

/** What the game does, as trading sees it. Live and recorded games give the same. */
export type Market =
  /** The presale of a game: buys at 1.0 and one sidebet, which start with its tick 0. */
  | { kind: 'presale'; gameId: string }
  | { kind: 'tick'; gameId: string; tick: number; price: number }
  | { kind: 'rug'; gameId: string; tick: number; price: number }
  /** The game was lost sight of: nothing can be traded in it, and what is open waits for its rug to become known. */
  | { kind: 'lost'; gameId: string };

interface OpenSidebet {
  gameId: string;
  startTick: number;
  amount: string;
}

interface OpenPosition {
  gameId: string;
  qty: string;
  avgCost: string;
  /** SOL paid for what is held. */
  cost: string;
}

/** Everything a session of paper trading is, as JSON: money is decimal strings in SOL. */
export interface Trading {
  initial: string;
  cash: string;
  /** What sales and settled sidebets have brought beyond their cost. */
  realized: string;
  /** The game that can be traded in; `tick` is null in the presale. */
  game: { id: string; tick: number | null; price: number } | null;
  position: OpenPosition | null;
  sidebet: OpenSidebet | null;
  /** Of games that were lost sight of: settled when their rug becomes known. */
  waiting: { positions: OpenPosition[]; sidebets: OpenSidebet[] };
}

export interface Outcome {
  state: Trading;
  effects: Effect[];
}

/** A session that owns so much SOL and has done nothing yet. @throws Error when that is no number. */
export function openTrading(initial: string): Trading {
  const cash = decimal(initial).toFixed();
  const waiting = { positions: [], sidebets: [] };
  return { initial: cash, cash, realized: '0', game: null, position: null, sidebet: null, waiting };
}

/** What a session is worth: its cash, what its position would bring now, and the stakes of open sidebets. SOL. */
export function worth({ cash, game, position, sidebet, waiting }: Trading): string {
  const isOpen = position !== null || sidebet !== null;
  if (!isOpen && waiting.positions.length + waiting.sidebets.length === 0) return cash;
  const held = position === null || game === null ? decimal(0) : sellAt(game.price, position.qty).amount;
  const stakes = [...waiting.sidebets, ...(sidebet === null ? [] : [sidebet])];
  const lost = waiting.positions.reduce((sum, { cost }) => sum.plus(cost), decimal(0));
  return stakes.reduce((sum, { amount }) => sum.plus(amount), decimal(cash).plus(held).plus(lost)).toFixed();
}

/** What the game does to a session: positions are sold at the rug, sidebets won or lost. */
export function observe(state: Trading, market: Market): Outcome {
  switch (market.kind) {
    case 'presale':
      return onGame(state, { id: market.gameId, tick: null, price: 1 });
    case 'tick': {
      const moved = onGame(state, { id: market.gameId, tick: market.tick, price: market.price });
      return expire(moved, market.tick);
    }
    case 'rug':
      return settleGame(state, market);
    case 'lost':
      return { state: state.game?.id === market.gameId ? setAside(state) : state, effects: [] };
  }
}

/** An order at the price of the newest tick, in the presale at 1.0: there is neither fee nor slippage. */
export function place(state: Trading, order: Order): Outcome {
  const { game } = state;
  if (game === null) return refuse(state, order, 'no_game', 'no game is running');
  if (order.side === 'sell') return sell(state, order, game);
  const problem = amountProblem(state, order.amount);
  if (problem !== undefined) return refuse(state, order, ...problem);
  const amount = decimal(order.amount).toFixed();
  return order.side === 'buy' ? buy(state, amount, game) : bet(state, order, amount, game);
}

type RunningGame = NonNullable<Trading['game']>;

function onGame(state: Trading, game: RunningGame): Outcome {
  if (state.game?.id === game.id) return { state: { ...state, game }, effects: [] };
  // What is still open of another game missed its end; what was open of this one is again.
  const before = setAside(state);
  const ofGame = ({ gameId }: { gameId: string }): boolean => gameId === game.id;
  const { positions, sidebets } = before.waiting;
  const waiting = {
    positions: positions.filter((one) => !ofGame(one)),
    sidebets: sidebets.filter((one) => !ofGame(one)),
  };
  const position = positions.find(ofGame) ?? null;
  const sidebet = sidebets.find(ofGame) ?? null;
  return { state: { ...before, game, position, sidebet, waiting }, effects: [] };
}

/** The rug comes first: only a tick that is none tells that a sidebet has not won. */
function expire({ state, effects }: Outcome, tick: number): Outcome {
  const { sidebet } = state;
  if (sidebet === null || tick < sidebet.startTick + SIDEBET_TICKS) return { state, effects };
  const settled = settleSidebet({ ...state, sidebet: null }, sidebet, null);
  return { state: settled.state, effects: [...effects, ...settled.effects] };
}

function settleGame(state: Trading, rug: { gameId: string; tick: number; price: number }): Outcome {
  const ofGame = ({ gameId }: { gameId: string }): boolean => gameId === rug.gameId;
  const other = (one: { gameId: string }): boolean => !ofGame(one);
  const { positions, sidebets } = state.waiting;
  const sales = [...positions, ...(state.position === null ? [] : [state.position])].filter(ofGame);
  const bets = [...sidebets, ...(state.sidebet === null ? [] : [state.sidebet])].filter(ofGame);
  let outcome: Outcome = {
    state: {
      ...state,
      game: state.game?.id === rug.gameId ? null : state.game,
      position: state.position !== null && other(state.position) ? state.position : null,
      sidebet: state.sidebet !== null && other(state.sidebet) ? state.sidebet : null,
      waiting: { positions: positions.filter(other), sidebets: sidebets.filter(other) },
    },
    effects: [],
  };
  for (const position of sales) outcome = then(outcome, (next) => sellAll(next, position, rug));
  for (const sidebet of bets) outcome = then(outcome, (next) => settleSidebet(next, sidebet, rug.tick));
  return outcome;
}

function then({ state, effects }: Outcome, next: (state: Trading) => Outcome): Outcome {
  const outcome = next(state);
  return { state: outcome.state, effects: [...effects, ...outcome.effects] };
}

/** `rugTick`: null when the game went on beyond its last tick. */
function settleSidebet(state: Trading, sidebet: OpenSidebet, rugTick: number | null): Outcome {
  const result = sidebetResult(sidebet, rugTick ?? Infinity);
  const cash = decimal(state.cash).plus(result.payout).toFixed();
  const realized = decimal(state.realized).plus(result.profit).toFixed();
  return {
    state: { ...state, cash, realized },
    effects: [{ kind: 'settled', ...sidebet, rugTick, ...result, cash }],
  };
}

function setAside(state: Trading): Trading {
  const { position, sidebet, waiting } = state;
  return {
    ...state,
    game: null,
    position: null,
    sidebet: null,
    waiting: {
      positions: position === null ? waiting.positions : [...waiting.positions, position],
      sidebets: sidebet === null ? waiting.sidebets : [...waiting.sidebets, sidebet],
    },
  };
}

function buy(state: Trading, amount: string, { id: gameId, tick, price }: RunningGame): Outcome {
  const held = state.position;
  const fill = buyAt(price, amount);
  const { qty, avgCost } = bought(positionOf(held), fill);
  const cash = decimal(state.cash).minus(amount).toFixed();
  const cost = decimal(held?.cost ?? 0)
    .plus(amount)
    .toFixed();
  return {
    state: { ...state, cash, position: { gameId, qty: qty.toFixed(), avgCost: avgCost.toFixed(), cost } },
    effects: [{ kind: 'bought', gameId, tick: tick ?? 0, price, qty: fill.qty.toFixed(), amount, cash }],
  };
}

function bet(state: Trading, order: Order, amount: string, { id: gameId, tick }: RunningGame): Outcome {
  const startTick = tick ?? 0;
  if (state.sidebet !== null) {
    const end = state.sidebet.startTick + SIDEBET_TICKS;
    return refuse(
      state,
      order,
      'sidebet_active',
      `the sidebet that started at tick ${end - SIDEBET_TICKS} runs to tick ${end}`,
    );
  }
  const cash = decimal(state.cash).minus(amount).toFixed();
  const sidebet: OpenSidebet = { gameId, startTick, amount };
  return { state: { ...state, cash, sidebet }, effects: [{ kind: 'sidebet', ...sidebet, cash }] };
}

function sell(state: Trading, order: Order & { side: 'sell' }, game: RunningGame): Outcome {
  const { position } = state;
  if (position === null) return refuse(state, order, 'nothing_to_sell', 'nothing is held');
  if (game.tick === null)
    return refuse(state, order, 'no_game', 'what was bought in the presale can be sold once the game runs');
  if (order.qty === undefined)
    return sellPart(state, position, position.qty, { by: 'order', ...game, tick: game.tick });
  const qty = numberIn(order.qty);
  if (qty?.gt(0) !== true)
    return refuse(state, order, 'no_number', `expected a quantity above 0, was "${order.qty}"`);
  if (qty.gt(position.qty))
    return refuse(state, order, 'more_than_held', `${qty.toFixed()} is more than the ${position.qty} held`);
  return sellPart(state, position, qty.toFixed(), { by: 'order', ...game, tick: game.tick });
}

interface Place {
  by: 'order' | 'rug';
  tick: number;
  price: number;
}

function sellAll(state: Trading, position: OpenPosition, { tick, price }: Omit<Place, 'by'>): Outcome {
  const { position: held } = state;
  const outcome = sellPart(state, position, position.qty, { by: 'rug', tick, price });
  return { ...outcome, state: { ...outcome.state, position: held } };
}

/** The cost goes with the quantity, so that cash, costs and profits always add up to what there was at the start. */
function sellPart(state: Trading, position: OpenPosition, qty: string, { by, tick, price }: Place): Outcome {
  const { gameId } = position;
  const fill = sellAt(price, qty);
  const rest = sold(positionOf(position), fill);
  const share = rest.qty.isZero()
    ? decimal(position.cost)
    : sellAt(position.cost, decimal(qty).div(position.qty)).amount;
  const profit = fill.amount.minus(share);
  const cash = decimal(state.cash).plus(fill.amount).toFixed();
  const left: OpenPosition = {
    gameId,
    qty: rest.qty.toFixed(),
    avgCost: rest.avgCost.toFixed(),
    cost: decimal(position.cost).minus(share).toFixed(),
  };
  return {
    state: {
      ...state,
      cash,
      realized: decimal(state.realized).plus(profit).toFixed(),
      position: rest.qty.isZero() ? null : left,
    },
    effects: [
      {
        kind: 'sold',
        by,
        gameId,
        tick,
        price,
        qty,
        amount: fill.amount.toFixed(),
        profit: profit.toFixed(),
        cash,
      },
    ],
  };
}

function positionOf(held: OpenPosition | null): Position {
  if (held === null) return NO_POSITION;
  return { ...NO_POSITION, qty: decimal(held.qty), avgCost: decimal(held.avgCost) };
}

function amountProblem({ cash }: Trading, given: string): [Refusal, string] | undefined {
  const amount = numberIn(given);
  if (amount === undefined) return ['no_number', `expected an amount of SOL, was "${given}"`];
  if (amount.lt(SMALLEST_ORDER))
    return ['below_minimum', `expected at least ${SMALLEST_ORDER} SOL, was ${given}`];
  if (amount.gt(LARGEST_ORDER))
    return ['above_maximum', `expected at most ${LARGEST_ORDER} SOL, was ${given}`];
  if (amount.gt(cash)) return ['not_enough_cash', `${given} SOL is more than the ${cash} there are`];
  return undefined;
}

const NUMBER = /^\d{1,15}(\.\d{1,9})?$/;

/** A number of SOL or a quantity has at most nine decimals. */
function numberIn(given: string): Decimal | undefined {
  return NUMBER.test(given) ? decimal(given) : undefined;
}

function refuse(state: Trading, order: Order, code: Refusal, message: string): Outcome {
  return { state, effects: [{ kind: 'refused', order, code, message }] };
}

import {
  decimal,
  observe,
  openTrading,
  place,
  worth,
  type Effect,
  type Market,
  type Order,
  type Trading,
} from '@vectra/game';
import type { PaperHappening, Strategy } from '@vectra/protocol';
import { reasonOf } from '@vectra/service-kit';
import type { Behaviour, PastGame, View } from './behaviour.js';
import { afterGame, counted, noStatistics, type Statistics } from './statistics.js';

/** A session of paper trading as JSON: equal sessions that see the same go on the same. */
export interface Session {
  id: string;
  strategy: Strategy;
  /** False once it was left, or its strategy failed: it orders nothing more, but what is open is still settled. */
  active: boolean;
  /** Its strategy waits for a game that it sees from the start: the presale, or tick 0. */
  waits: boolean;
  /** Why its strategy was given up; null while all is well. */
  error: string | null;
  trading: Trading;
  /** Sidebets and buys of the running game. */
  betsThisGame: number;
  /** The game its strategy was last told of, and the wallet at its start. */
  game: { id: string; wallet: string } | null;
  statistics: Statistics;
  /** The strategy's own. */
  memory: Record<string, unknown>;
}

/** What happened to a session: what its history lists. The same live and in a backtest. */
export type Happening = PaperHappening;

export interface Surroundings {
  behaviour: Behaviour;
  /** Of the running game, by tick, the newest included. */
  prices: readonly (number | null)[];
  /** Newest first. */
  recentGames: readonly PastGame[];
  /** False for what comes too late to be traded on: the strategy is not asked. */
  tradable: boolean;
}

export interface Step {
  session: Session;
  happenings: Happening[];
}

export function openSession(id: string, strategy: Strategy): Session {
  const trading = openTrading(strategy.initial_balance);
  return {
    ...{ id, strategy, active: true, waits: true, error: null, trading, betsThisGame: 0, game: null },
    ...{ memory: {}, statistics: noStatistics(trading.cash) },
  };
}

/** Its strategy goes on, with the next game that it sees from the start; one that has failed is tried again. */
export function reopen(session: Session): Session {
  return session.active ? session : { ...session, active: true, waits: true, error: null };
}

/** Its strategy orders nothing more. */
export function close(session: Session): Session {
  return session.active ? { ...session, active: false } : session;
}

/** The game that runs is known otherwise than by having seen its ticks: it can be traded in by hand at once. */
export function inGame(session: Session, game: Trading['game']): Session {
  return { ...session, trading: { ...session.trading, game } };
}

/** What the session had at the start and made since, open stakes and positions at their cost. SOL. */
export function walletOf({ initial, realized }: Trading): string {
  return decimal(initial).plus(realized).toFixed();
}

/** The game goes on: first what that does to what is open, then what the strategy orders. */
export function advance(session: Session, market: Market, around: Surroundings): Step {
  const isNews = begins(session, market);
  const begun = isNews ? { ...begin(session, market.gameId), waits: false } : session;
  const { state, effects } = observe(begun.trading, market);
  const step = record({ ...begun, trading: state }, effects);
  switch (market.kind) {
    case 'presale':
      return isNews ? ask(step, around, 'onGameStart') : step;
    case 'tick': {
      const told = isNews ? ask(step, around, 'onGameStart') : step;
      return ask(told, around, 'onTick');
    }
    case 'rug':
      return end(step, market, around);
    case 'lost':
      return step;
  }
}

/** An order from outside, by hand. A game in which one is carried out counts, also when the strategy has no part in it. */
export function order(session: Session, given: Order): Step {
  const { game } = session.trading;
  const { state, effects } = place(session.trading, given);
  const takesPart = game !== null && effects.some(({ kind }) => kind !== 'refused');
  return record({ ...(takesPart ? begin(session, game.id) : session), trading: state }, effects);
}

/** Whether a strategy is to be told that a game begins. */
function begins(session: Session, market: Market): boolean {
  if (market.kind === 'lost' || market.kind === 'rug') return false;
  // A strategy that began in the middle of a game would do what no backtest of that game does.
  if (session.waits) return market.kind === 'presale' || market.tick === 0;
  return session.game?.id !== market.gameId;
}

function begin(session: Session, gameId: string): Session {
  if (session.game?.id === gameId) return session;
  return { ...session, betsThisGame: 0, game: { id: gameId, wallet: walletOf(session.trading) } };
}

function end(step: Step, rug: Market & { kind: 'rug' }, around: Surroundings): Step {
  const { session } = step;
  if (session.game?.id !== rug.gameId) return step; // settled later: its game was counted, or never begun
  const told = tellEnd(step, rug, around);
  const { game, trading, betsThisGame: bets } = told.session;
  const wallet = walletOf(trading);
  const statistics = afterGame(told.session.statistics, {
    ...{ before: game?.wallet ?? wallet, after: wallet, staked: bets > 0 },
  });
  const happening: Happening = { kind: 'game', gameId: rug.gameId, rugTick: rug.tick, wallet, bets };
  return {
    session: { ...told.session, statistics, game: null, betsThisGame: 0 },
    happenings: [...told.happenings, happening],
  };
}

function tellEnd(step: Step, { gameId, tick, price }: Market & { kind: 'rug' }, around: Surroundings): Step {
  const { session } = step;
  if (!session.active || session.waits || around.behaviour.onGameEnd === undefined) return step;
  const memory = copyOf(session.memory);
  try {
    around.behaviour.onGameEnd(viewOf(session, { id: gameId, tick, price }, { around, memory }));
    return { ...step, session: { ...session, memory } };
  } catch (error) {
    return failed(step, error);
  }
}

function ask(step: Step, around: Surroundings, what: 'onGameStart' | 'onTick'): Step {
  const { session } = step;
  const { game } = session.trading;
  if (!session.active || session.waits || !around.tradable || game === null) return step;
  const { behaviour } = around;
  if (behaviour[what] === undefined) return step;
  const memory = copyOf(session.memory);
  let orders: readonly Order[];
  try {
    orders = behaviour[what](viewOf(session, game, { around, memory })) ?? [];
  } catch (error) {
    return failed(step, error);
  }
  if (orders.length === 0) return { session: { ...session, memory }, happenings: step.happenings };
  return orders.reduce<Step>(
    (sofar, one) => {
      const next = order(sofar.session, one);
      return { session: next.session, happenings: [...sofar.happenings, ...next.happenings] };
    },
    { ...step, session: { ...session, memory } },
  );
}

/** A strategy's memory is JSON, and mostly flat: a deep copy at each tick would cost more than the rest of the engine. */
function copyOf(memory: Record<string, unknown>): Record<string, unknown> {
  for (const key in memory) {
    const value = memory[key];
    if (typeof value === 'object' && value !== null) return structuredClone(memory);
  }
  return { ...memory };
}

/** A strategy that fails stops its session, and no other. */
function failed({ session, happenings }: Step, error: unknown): Step {
  const message = reasonOf(error);
  return {
    session: { ...session, active: false, error: message },
    happenings: [...happenings, { kind: 'failed', message }],
  };
}

function record(session: Session, effects: readonly Effect[]): Step {
  if (effects.length === 0) return { session, happenings: [] };
  const placed = effects.filter(({ kind }) => kind === 'bought' || kind === 'sidebet').length;
  return {
    session: {
      ...session,
      betsThisGame: session.betsThisGame + placed,
      statistics: effects.reduce(counted, session.statistics),
    },
    happenings: [...effects],
  };
}

function viewOf(
  { trading, betsThisGame }: Session,
  { id, tick, price }: NonNullable<Trading['game']>,
  { around, memory }: { around: Surroundings; memory: Record<string, unknown> },
): View {
  const { cash, position, sidebet } = trading;
  return {
    gameId: id,
    tick,
    price,
    prices: around.prices,
    cash,
    worth: worth(trading),
    position,
    sidebet,
    betsThisGame,
    recentGames: around.recentGames,
    memory,
  };
}

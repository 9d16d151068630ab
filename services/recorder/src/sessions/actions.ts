import type { AccountAction } from '@vectra/game';
import type { Event, EventOf, SessionAction } from '@vectra/protocol';
import type { SessionsState } from './state.js';

/** SOL's address. */
const SOL = 'So11111111111111111111111111111111111111112';
const SOL_NAMES: ReadonlySet<string | null> = new Set([null, 'solana', SOL]);

const TYPES = ['player.trade', 'sidebet.placed', 'sidebet.result'] as const;
type Of<T extends (typeof TYPES)[number]> = EventOf<T> & { gameId: string };

/** An event that tells of an action. */
export type ActionEvent = { [T in (typeof TYPES)[number]]: Of<T> }[(typeof TYPES)[number]];

/** An action, before anything is known of the account after it. */
export interface Act {
  row: SessionAction;
  /** What it does to the account's money and position; undefined when that is not known. */
  reckonable: AccountAction | undefined;
}

/** Whether the event tells of an action, anybody's. */
export function isAction(event: Event): event is ActionEvent {
  return event.gameId !== null && (TYPES as readonly string[]).includes(event.type);
}

/** @param known the newest prices and rug. */
export function actOf(event: ActionEvent, known: Pick<SessionsState, 'prices' | 'rug'>): Act {
  switch (event.type) {
    case 'player.trade':
      return trade(event, known);
    case 'sidebet.placed':
      return placed(event, known);
    case 'sidebet.result':
      return settled(event, known);
  }
}

/** Whether two rows tell of one action. The account's bets are told to everybody and to itself. */
export function isSame(a: SessionAction, b: SessionAction): boolean {
  if (a.id === b.id) return true;
  const bets = a.bet_start_tick !== null && a.bet_start_tick === b.bet_start_tick && a.game_id === b.game_id;
  return bets && (a.action === 'SIDEBET_PLACE') === (b.action === 'SIDEBET_PLACE');
}

/** The sale of all that is held at the rug is told like any other sale, at the rug's tick, before or after the rug itself. */
export function rugged(row: SessionAction, rug: SessionsState['rug']): SessionAction {
  const forced = row.action === 'SELL' && row.game_id === rug?.gameId && row.tick >= rug.tick;
  return forced ? { ...row, action: 'FORCED_SELL' } : row;
}

const TRADES = {
  buy: 'BUY',
  sell: 'SELL',
  short_open: 'SHORT_OPEN',
  short_close: 'SHORT_CLOSE',
} as const;

function trade(
  { id, timestamp, gameId, data }: Of<'player.trade'>,
  { rug }: Pick<SessionsState, 'rug'>,
): Act {
  const { side, tickIndex: tick, price, qty, amount, tradeId } = data;
  const coin = coinOf(data.coin);
  const row = rowOf({ id, timestamp, gameId, tick, action: TRADES[side], amount, price, qty, coin });
  // By what formula a short or a lever changes the account is not known.
  const plain = coin === null && (side === 'buy' || side === 'sell') && (data.leverage ?? 1) === 1;
  const reckonable = plain ? { kind: side, id: tradeId, gameId, tick, price, qty, amount } : undefined;
  return { row: rugged(row, rug), reckonable };
}

function placed(
  { id, timestamp, gameId, data }: Of<'sidebet.placed'>,
  { prices }: Pick<SessionsState, 'prices'>,
): Act {
  const { startTick: tick, betAmount: amount, coinAddress } = data;
  const at = priceAt(prices, gameId, tick);
  const coin = coinOf(coinAddress);
  const action = 'SIDEBET_PLACE';
  return {
    row: rowOf({ id, timestamp, gameId, tick, action, amount, price: at, coin, bet_start_tick: tick }),
    reckonable: coin === null ? { kind: 'stake', id, amount } : undefined,
  };
}

function settled(
  { id, timestamp, gameId, data }: Of<'sidebet.result'>,
  { prices }: Pick<SessionsState, 'prices'>,
): Act {
  const { won, payout: amount, profit: pnl, startTick, endTick, coinAddress } = data;
  // What the server states as the tick of a lost bet is the one at which it began.
  const tick = won ? (data.tickIndex ?? endTick) : endTick;
  const at = priceAt(prices, gameId, tick);
  const coin = coinOf(coinAddress);
  const action = won ? 'SIDEBET_WIN' : 'SIDEBET_LOSE';
  return {
    row: rowOf({
      id,
      timestamp,
      gameId,
      tick,
      action,
      amount,
      price: at,
      coin,
      bet_start_tick: startTick,
      pnl,
    }),
    reckonable: coin === null ? { kind: 'payout', id, amount } : undefined,
  };
}

interface Known
  extends
    Pick<SessionAction, 'id' | 'tick' | 'action' | 'amount' | 'price' | 'coin'>,
    Partial<Pick<SessionAction, 'qty' | 'bet_start_tick' | 'pnl'>> {
  /** Unix ms. */
  timestamp: number;
  gameId: string;
}

function rowOf(known: Known): SessionAction {
  const { id, timestamp, gameId, tick, action, amount, price, qty, coin, bet_start_tick, pnl } = known;
  return {
    id,
    timestamp: new Date(timestamp).toISOString(),
    game_id: gameId,
    tick,
    action,
    amount,
    price,
    qty: qty ?? null,
    coin,
    bet_start_tick: bet_start_tick ?? null,
    balance_after: null,
    position_qty_after: null,
    entry_price: null,
    pnl: pnl ?? null,
  };
}

function coinOf(coin: string | null): string | null {
  return SOL_NAMES.has(coin) ? null : coin;
}

/** Every game begins at 1, and so do the bets of its presale. */
function priceAt(newest: SessionsState['prices'], gameId: string, tick: number): string | null {
  if (tick === 0) return '1';
  return newest.find((one) => one.gameId === gameId && one.tick === tick)?.price ?? null;
}

import { z } from 'zod';
import { decimalString } from './decimal.js';
import { gameIdSchema } from './envelope.js';
import { strategy } from './strategy.js';

const tick = z.int().min(0);
const money = decimalString;
const count = z.int().min(0);
/** A share or a ratio; null where there is too little to say. */
const ratio = z.number().nullable();

/** Names a session of paper trading. It is used in Redis keys and addresses, so nothing but letters, digits, `-` and `_` is one. */
export const paperSessionId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'expected a session id: up to 64 letters, digits, - or _, the first a letter or digit',
  );

/** What is wanted. */
export const paperOrder = z.discriminatedUnion('side', [
  z.object({ side: z.literal('buy'), amount: money.describe('SOL to pay') }),
  z.object({ side: z.literal('sell'), qty: money.optional().describe('all that is held, unless told') }),
  z.object({ side: z.literal('sidebet'), amount: money.describe('SOL to stake') }),
]);
export type PaperOrder = z.infer<typeof paperOrder>;

/** Why an order was refused. `stale`: paper trading is behind the game, and nothing is traded at a price of the past. */
export const REFUSALS = [
  'no_number',
  'below_minimum',
  'above_maximum',
  'not_enough_cash',
  'nothing_to_sell',
  'more_than_held',
  'sidebet_active',
  'no_game',
  'stale',
] as const;
export type Refusal = (typeof REFUSALS)[number];

const inGame = { gameId: gameIdSchema };

const cashAfter = money.describe('what is free after it');

/** What an order or the game did to a session. SOL are decimal strings. */
export const paperEffect = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('bought'),
    ...inGame,
    ...{ tick, price: z.number(), qty: money, amount: money, cash: cashAfter },
  }),
  z.object({
    kind: z.literal('sold'),
    by: z.enum(['order', 'rug']),
    ...inGame,
    ...{ tick, price: z.number(), qty: money, amount: money, profit: money, cash: cashAfter },
  }),
  z.object({ kind: z.literal('sidebet'), ...inGame, startTick: tick, amount: money, cash: cashAfter }),
  z.object({
    kind: z.literal('settled'),
    ...inGame,
    startTick: tick,
    amount: money,
    rugTick: tick.nullable().describe('null when the game went on beyond its last tick'),
    won: z.boolean(),
    payout: money.describe('what comes back, stake included'),
    profit: money,
    cash: cashAfter,
  }),
  z.object({
    kind: z.literal('refused'),
    order: paperOrder,
    code: z.enum(REFUSALS),
    message: z.string(),
  }),
]);
export type PaperEffect = z.infer<typeof paperEffect>;

/** A line of a session's history: the same live and in a backtest. */
export const paperHappening = z.discriminatedUnion('kind', [
  ...paperEffect.options,
  z
    .object({ kind: z.literal('game'), ...inGame, rugTick: tick, wallet: money, bets: count })
    .describe('A game ended in which the session could trade.'),
  z
    .object({ kind: z.literal('failed'), message: z.string() })
    .describe('The strategy failed, and was given up.'),
]);
export type PaperHappening = z.infer<typeof paperHappening>;

/** A session of paper trading as clients see it; names as the first systems had them. */
export const paperSession = z
  .object({
    session_id: paperSessionId,
    strategy,
    is_active: z
      .boolean()
      .describe(
        'false once it was left, or its strategy failed: no more orders, but what is open is still settled',
      ),
    error: z.string().nullable().describe('why its strategy was given up; null while all is well'),
    created_at: z.int().describe('Unix ms'),
    initial_balance: money,
    cash: money.describe('what is free'),
    wallet: money.describe(
      'what was there at the start and has been made since, open stakes and positions at their cost',
    ),
    peak_wallet: money,
    realized_pnl: money,
    unrealized_pnl: money.describe(
      'what the open position would change the wallet by if it were sold now; 0 without one',
    ),
    drawdown: z.number().describe('how far the wallet is below its peak, as a share of it'),
    max_drawdown: z.number().describe('the same at its largest'),
    games_played: count,
    total_wins: count,
    total_losses: count,
    total_bets_placed: count,
    bets_this_game: count,
    win_rate: ratio,
    profit_factor: ratio,
    sharpe: ratio,
    mean_return: z
      .object({ low: z.number(), mean: z.number(), high: z.number() })
      .nullable()
      .describe('of a game in which something was staked, and between what it lies with a chance of 95 %'),
    active_bet: z
      .object({ game_id: gameIdSchema, start_tick: tick, end_tick: tick, amount: money })
      .nullable()
      .describe('the sidebet that runs'),
    position: z.object({ game_id: gameIdSchema, qty: money, avg_cost: money, cost: money }).nullable(),
    waiting: count.describe('of games that were lost sight of: settled when their rug becomes known'),
    history_length: count.describe('how many lines its history has'),
  })
  .describe('A session of paper trading. SOL are decimal strings, shares are from 0 to 1.');
export type PaperSession = z.infer<typeof paperSession>;

/**
 * What the gateway asks of paper trading, through Redis. `ref` comes back with the answer.
 *
 * `open` makes a session, or goes on with the one that there is (then `strategy` is not looked at, and may be missing). `close` stops
 * its strategy; `open` starts it again.
 */
export const paperCommand = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    session: paperSessionId,
    strategy: strategy.optional(),
    ref: z.string(),
  }),
  z.object({ kind: z.literal('close'), session: paperSessionId, ref: z.string() }),
  z.object({ kind: z.literal('order'), session: paperSessionId, order: paperOrder, ref: z.string() }),
]);
export type PaperCommand = z.infer<typeof paperCommand>;

/** Why a command for paper trading was refused; orders also for a `Refusal`. */
export const PAPER_ERRORS = [
  'no_session',
  'no_strategy',
  'bad_plugin',
  'too_many_sessions',
  'too_late',
] as const;

/**
 * What paper trading tells the gateways, through Redis: a session as it is now, with what happened since the message before and, when it
 * answers a command, that command's `ref`; or why a command was refused.
 */
export const paperMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('session'),
    session: paperSession,
    happenings: z.array(paperHappening),
    ref: z.string().nullable(),
    /** In answer to `open`: whether the session was made by it. */
    created: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('refused'),
    session: paperSessionId,
    ref: z.string(),
    code: z.enum([...REFUSALS, ...PAPER_ERRORS]),
    message: z.string(),
  }),
]);
export type PaperMessage = z.infer<typeof paperMessage>;

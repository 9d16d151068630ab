import { z } from 'zod';
import { decimalString, toDecimal } from './decimal.js';

/** SOL, as a number or a decimal string; read as a decimal string. */
const sol = z
  .union([z.number().nonnegative().transform(toDecimal), decimalString])
  .refine((amount) => /^\d{1,15}(\.\d{1,9})?$/.test(amount), 'expected SOL with at most nine decimals');
const order = sol.refine(
  (amount) => Number(amount) >= 0.001 && Number(amount) <= 5,
  'expected 0.001 to 5 SOL',
);
const share = z.number().gt(0).max(1);
const tick = z.int().min(0).max(5_000);

/** How much one order is. What comes out below 0.001 SOL is not ordered; at most 5 SOL, and what there is. */
export const sizing = z.discriminatedUnion('by', [
  z.object({ by: z.literal('fixed'), amount: order }),
  /** A share of the cash. */
  z.object({ by: z.literal('fraction'), of: share }),
  /**
   * A share of the Kelly fraction p - (1 - p) / b of the cash, for the chance `p` of winning `b` times the stake. Without an edge it
   * is 0: nothing is ordered.
   */
  z.object({ by: z.literal('kelly'), p: share, b: z.number().gt(0), share: share.default(1) }),
]);
export type Sizing = z.infer<typeof sizing>;

const common = {
  name: z.string().min(1).max(80),
  initial_balance: sol.refine((amount) => Number(amount) > 0, 'expected more than 0 SOL'),
};

/** Sidebets at set ticks: the first at `entry_tick` (0: in the presale), each further one `spacing` ticks after the one before. */
const sidebets = z
  .object({
    kind: z.literal('sidebets'),
    ...common,
    entry_tick: tick,
    num_bets: z.int().min(1).max(125),
    /** One for each bet, or one for all; where fewer are given than bets, the last one stands for the rest. */
    bet_sizes: z.array(order).min(1).max(125).optional(),
    sizing: sizing.optional(),
    /** A bet covers 40 ticks, and one runs at a time. */
    spacing: z.int().min(40).max(5_000).default(45),
  })
  .refine(({ bet_sizes, sizing: by }) => (bet_sizes === undefined) !== (by === undefined), {
    error: 'expected either bet_sizes or sizing',
    path: ['bet_sizes'],
  });

/** One position a game, bought at a tick and sold at the first of the exits; without any it goes down with the rug. */
const position = z.object({
  kind: z.literal('position'),
  ...common,
  /** 0: in the presale, at 1.0. */
  entry_tick: tick,
  /** Bought at the first tick from `entry_tick` on at which the price is not above this. */
  entry_below: z.number().gt(0).optional(),
  sizing,
  /** Multiples of the average cost: 1.5 sells at half as much again. */
  take_profit: z.number().gt(1).optional(),
  stop_loss: z.number().gt(0).lt(1).optional(),
  /** Sells when the price has fallen by this share from its highest since the entry. */
  trailing_stop: z.number().gt(0).lt(1).optional(),
  exit_tick: tick.optional(),
});

/** Watches, and orders nothing by itself: orders come by hand. */
const observer = z.object({ kind: z.literal('observer'), ...common });

/** A module from the folder of plug-ins. */
const plugin = z.object({
  kind: z.literal('plugin'),
  ...common,
  module: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected the name of a plug-in, without its ending'),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
});

/**
 * A strategy as data. Without `kind` it is a ladder of sidebets, as the first systems wrote them:
 * `{"name","entry_tick","num_bets","bet_sizes","initial_balance"}`.
 */
export const strategy = z.preprocess(
  (given) =>
    typeof given === 'object' && given !== null && !('kind' in given)
      ? { ...given, kind: 'sidebets' }
      : given,
  z.discriminatedUnion('kind', [sidebets, position, observer, plugin]),
);
export type Strategy = z.infer<typeof strategy>;
export type SidebetStrategy = z.infer<typeof sidebets>;
export type PositionStrategy = z.infer<typeof position>;

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

export const sizing = z
  .discriminatedUnion('by', [
    z.object({ by: z.literal('fixed'), amount: order }),
    z.object({ by: z.literal('fraction'), of: share.describe('of the cash') }),
    z
      .object({ by: z.literal('kelly'), p: share, b: z.number().gt(0), share: share.default(1) })
      .describe(
        'A share of the Kelly fraction p - (1 - p) / b of the cash, for the chance p of winning b times the stake. Without an edge it is 0: nothing is ordered.',
      ),
  ])
  .describe('How much one order is. Below 0.001 SOL nothing is ordered; at most 5 SOL, and what there is.');
export type Sizing = z.infer<typeof sizing>;

const common = {
  name: z.string().min(1).max(80),
  initial_balance: sol.refine((amount) => Number(amount) > 0, 'expected more than 0 SOL'),
};

const sidebets = z
  .object({
    kind: z.literal('sidebets'),
    ...common,
    entry_tick: tick.describe('of the first bet; 0: in the presale'),
    num_bets: z.int().min(1).max(125),
    bet_sizes: z
      .array(order)
      .min(1)
      .max(125)
      .optional()
      .describe('one a bet; where fewer are given than bets, the last one stands for the rest'),
    sizing: sizing.optional().describe('instead of bet_sizes'),
    spacing: z
      .int()
      .min(40)
      .max(5_000)
      .default(45)
      .describe('ticks from one bet to the next; a bet covers 40, and one runs at a time'),
  })
  .refine(({ bet_sizes, sizing: by }) => (bet_sizes === undefined) !== (by === undefined), {
    error: 'expected either bet_sizes or sizing',
    path: ['bet_sizes'],
  })
  .describe('Sidebets at set ticks. The kind may be left out.');

const position = z
  .object({
    kind: z.literal('position'),
    ...common,
    entry_tick: tick.describe('0: in the presale, at 1.0'),
    entry_below: z
      .number()
      .gt(0)
      .optional()
      .describe('bought at the first tick from entry_tick on at which the price is not above this'),
    sizing,
    take_profit: z
      .number()
      .gt(1)
      .optional()
      .describe('a multiple of the average cost: 1.5 sells at half as much again'),
    stop_loss: z.number().gt(0).lt(1).optional().describe('a multiple of the average cost'),
    trailing_stop: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('sells when the price has fallen by this share from its highest since the entry'),
    exit_tick: tick.optional(),
  })
  .describe(
    'One position a game, bought at a tick and sold at the first of the exits; without any it goes down with the rug.',
  );

const observer = z
  .object({ kind: z.literal('observer'), ...common })
  .describe('Watches, and orders nothing by itself: orders come by hand.');

const plugin = z
  .object({
    kind: z.literal('plugin'),
    ...common,
    module: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected the name of a plug-in, without its ending')
      .describe('its name in the folder of plug-ins'),
    params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
  })
  .describe('A module from the folder of plug-ins.');

/** A strategy as data. */
export const strategy = z
  .preprocess(
    (given) =>
      typeof given === 'object' && given !== null && !('kind' in given)
        ? { ...given, kind: 'sidebets' }
        : given,
    z.discriminatedUnion('kind', [sidebets, position, observer, plugin]),
  )
  .describe(
    'What orders by itself. Without kind it is a ladder of sidebets, as the first systems wrote them: name, entry_tick, num_bets, bet_sizes, initial_balance.',
  );
export type Strategy = z.infer<typeof strategy>;
export type SidebetStrategy = z.infer<typeof sidebets>;
export type PositionStrategy = z.infer<typeof position>;

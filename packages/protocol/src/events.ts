import { z } from 'zod';
import { decimalString } from './decimal.js';
import { PHASES } from './phases.js';

const tick = z.int().min(0);
const phase = z.enum(PHASES);
const hash = z.string().nullable();
const money = decimalString;
const nullableMoney = decimalString.nullable();

/** How a tick that was not received live became known. */
export const BACKFILL_SOURCES = ['partialPrices', 'snapshot', 'gameHistory', 'seed'] as const;
const backfillSource = z.enum(BACKFILL_SOURCES);

const sidebet = z.object({
  betId: z.string().nullable(),
  playerId: z.string(),
  username: z.string().nullable(),
  betAmount: money.describe('SOL'),
  xPayout: z.number().describe('what a won bet pays, stake included, as a multiple of the stake'),
  startTick: tick,
  endTick: tick.describe('startTick + 40: the bet wins when the rug falls at or before it'),
  coinAddress: z.string().nullable(),
  own: z.boolean().describe("the bet is the logged-in account's own"),
});

/**
 * The `data` of each event type. Money and prices are decimal strings, ticks are counts from 0, times are Unix ms. What is described
 * here is what the protocol's documents say.
 */
export const eventData = {
  'game.start': z
    .object({
      serverSeedHash: hash.describe('announced before the game; its seed is in game.sealed'),
      gameVersion: z.string().nullable(),
      joinedAtTick: tick.describe(
        '0, or where the game was when it was joined; its rug, when it came and went unseen',
      ),
    })
    .describe('A game became active, was joined midway, or came and went unseen.'),
  'game.tick': z
    .object({
      tickCount: tick.describe('which tick of the game this is'),
      price: decimalString.describe('a multiple of the price at the start'),
      active: z.boolean(),
      rugged: z.boolean(),
      phase,
      cooldownTimer: z.int().min(0).describe('milliseconds left of the countdown, 0 in play'),
      tradeCount: z.int().min(0).nullable().describe('trades in this game so far; null when backfilled'),
      backfilled: backfillSource.optional().describe('by what it was learnt when it was not received live'),
    })
    .describe("One price: each tick, the rug's included."),
  'game.phase': z
    .object({
      phase,
      previous: phase,
      cooldownTimer: z.int().min(0).describe('milliseconds left of the countdown, 0 in play'),
    })
    .describe('The phase changed, or a second of the countdown passed.'),
  'game.end': z
    .object({
      reason: z.enum(['rugged', 'interrupted']).describe('interrupted: lost sight of before its rug'),
      rugTick: tick.nullable().describe('null when the rug was not seen'),
      rugPrice: nullableMoney.describe('null when the rug was not seen'),
      peakMultiplier: decimalString.describe('the highest price'),
      tickCount: tick.describe('the highest tick known'),
    })
    .describe('The rug (its first frame), or a game was lost sight of.'),
  'game.sealed': z
    .object({
      serverSeed: z.string(),
      serverSeedHash: z.string(),
      verdict: z
        .enum(['verified', 'mismatch', 'hash-only'])
        .describe(
          'verified: hash and every price agree; hash-only: no price to compare; mismatch: something disagrees',
        ),
      complete: z.boolean().describe('prices holds every tick from 0 to the rug, rug price included'),
      prices: z.array(decimalString).describe('the price at each tick, from 0'),
      peakMultiplier: decimalString.nullable(),
      endedAt: z.int().nullable().describe('Unix ms at which the upstream says that the game ended'),
    })
    .describe(
      'The seed was revealed, up to ten games later: the prices were derived from it again and compared.',
    ),
  'game.gap': z
    .object({
      fromTick: tick,
      toTick: tick,
      healed: z.boolean().describe('false: the ticks were missed; true: they are known by now'),
      by: backfillSource.nullable().describe('from what they became known'),
    })
    .describe('Ticks were missed, or missed ones became known.'),
  'player.identity': z
    .object({
      playerId: z.string().nullable(),
      username: z.string().nullable(),
      hasUsername: z.boolean(),
    })
    .describe('Who is logged in.'),
  'player.update': z
    .looseObject({
      cash: money.describe('SOL'),
      bonusBalance: nullableMoney,
      positionQty: money,
      avgCost: money,
      totalInvested: nullableMoney,
      cumulativePnL: nullableMoney,
      pnlPercent: nullableMoney,
      sidebetPnl: nullableMoney,
    })
    .describe('The account as the server states it; further fields as received.'),
  'player.leaderboard': z
    .object({
      entry: z
        .record(z.string(), z.unknown())
        .nullable()
        .describe('as received; null before the first action in the game'),
    })
    .describe("The account's place in the running game."),
  'player.trade': z
    .object({
      tradeId: z.string(),
      playerId: z.string(),
      username: z.string().nullable(),
      level: z.int().nullable(),
      side: z.enum(['buy', 'sell', 'short_open', 'short_close']),
      tickIndex: tick,
      price: decimalString,
      qty: money.describe('what changed hands'),
      amount: money.describe('SOL'),
      leverage: z.number().nullable(),
      coin: z.string().nullable(),
      bonusPortion: nullableMoney,
      realPortion: nullableMoney,
    })
    .describe("Somebody's trade; upstream shows a sample of them."),
  'player.drift': z
    .object({
      field: z.string().describe('cash, positionQty or avgCost'),
      local: decimalString.describe("what the account's own trades make it"),
      server: decimalString.describe('what the server states'),
    })
    .describe('A figure of the account is not what its own trades make it.'),
  'sidebet.placed': sidebet.describe('A sidebet; most become known when the game is over.'),
  'sidebet.result': sidebet
    .extend({
      won: z.boolean(),
      payout: money.describe('what comes back, stake included'),
      profit: money,
      tickIndex: tick.nullable().describe('when it was decided'),
    })
    .describe('A sidebet was won or lost; most become known when the game is over.'),
  'connection.status': z
    .object({
      status: z.enum(['connecting', 'connected', 'reconnecting', 'disconnected', 'degraded', 'standby']),
      source: z.string().describe('which connection speaks: public, chrome'),
      attempt: z.int().min(0).describe('connection attempts since the last success'),
      reason: z.string().nullable(),
    })
    .describe("How the feed's connection to the game is."),
  error: z
    .object({
      code: z.string().describe('BAD_UPSTREAM_EVENT, PRICE_CONFLICT or SEAL_MISMATCH'),
      message: z.string(),
    })
    .describe('Something the operator should see.'),
} as const;

/** The `data` of `raw.<event>`. */
export const rawData = z
  .object({ payload: z.unknown().describe('as received') })
  .describe('Any other upstream event that FEED_RAW_EVENTS names.');

export const EVENT_TYPES = Object.keys(eventData) as (keyof typeof eventData)[];

export type RawType = `raw.${string}`;
export type EventType = keyof typeof eventData | RawType;

/** The data of one event type: `EventData<'game.tick'>`. */
export type EventData<T extends EventType> = T extends keyof typeof eventData
  ? z.infer<(typeof eventData)[T]>
  : z.infer<typeof rawData>;

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

/** A sidebet wins when the rug falls at or before `endTick` (= `startTick` + 40). */
const sidebet = z.object({
  betId: z.string().nullable(),
  playerId: z.string(),
  username: z.string().nullable(),
  betAmount: money,
  xPayout: z.number(),
  startTick: tick,
  endTick: tick,
  coinAddress: z.string().nullable(),
  /** The bet is the logged-in account's own. */
  own: z.boolean(),
});

/** The `data` of each event type. Money and prices are decimal strings, ticks are counts from 0, times are Unix ms. */
export const eventData = {
  /** A game became active, or was joined midway (`joinedAtTick` > 0): after its rug, when it came and went unseen. */
  'game.start': z.object({
    serverSeedHash: hash,
    gameVersion: z.string().nullable(),
    joinedAtTick: tick,
  }),
  /** One price. `backfilled` says by what it was learnt when it was not received live. */
  'game.tick': z.object({
    tickCount: tick,
    price: decimalString,
    active: z.boolean(),
    rugged: z.boolean(),
    phase,
    /** Milliseconds left of the countdown, 0 in play. */
    cooldownTimer: z.int().min(0),
    /** Trades in this game so far; null when the tick was backfilled. */
    tradeCount: z.int().min(0).nullable(),
    backfilled: backfillSource.optional(),
  }),
  /** The phase changed, or a second of the countdown passed. */
  'game.phase': z.object({ phase, previous: phase, cooldownTimer: z.int().min(0) }),
  /** The rug, or a game lost sight of before its rug (`interrupted`: rug tick and price unknown). */
  'game.end': z.object({
    reason: z.enum(['rugged', 'interrupted']),
    rugTick: tick.nullable(),
    rugPrice: nullableMoney,
    peakMultiplier: decimalString,
    /** The highest tick known. */
    tickCount: tick,
  }),
  /** The seed was revealed: the game's prices re-derived and compared. */
  'game.sealed': z.object({
    serverSeed: z.string(),
    serverSeedHash: z.string(),
    /** `verified`: hash and every price agree. `hash-only`: no price to compare. `mismatch`: something disagrees. */
    verdict: z.enum(['verified', 'mismatch', 'hash-only']),
    /** `prices` holds every tick from 0 to the rug, rug price included. */
    complete: z.boolean(),
    prices: z.array(decimalString),
    peakMultiplier: decimalString.nullable(),
    /** When the upstream says the game ended. */
    endedAt: z.int().nullable(),
  }),
  /** Ticks were missed (`healed` false) or a reported gap was filled (`healed` true, `by` says from what). */
  'game.gap': z.object({
    fromTick: tick,
    toTick: tick,
    healed: z.boolean(),
    by: backfillSource.nullable(),
  }),
  'player.identity': z.object({
    playerId: z.string().nullable(),
    username: z.string().nullable(),
    hasUsername: z.boolean(),
  }),
  /** The account as the server states it; further fields as received. */
  'player.update': z.looseObject({
    cash: money,
    bonusBalance: nullableMoney,
    positionQty: money,
    avgCost: money,
    totalInvested: nullableMoney,
    cumulativePnL: nullableMoney,
    pnlPercent: nullableMoney,
    sidebetPnl: nullableMoney,
  }),
  /** The account's place in the running game; `entry` as received, null before its first action. */
  'player.leaderboard': z.object({ entry: z.record(z.string(), z.unknown()).nullable() }),
  'player.trade': z.object({
    tradeId: z.string(),
    playerId: z.string(),
    username: z.string().nullable(),
    level: z.int().nullable(),
    side: z.enum(['buy', 'sell', 'short_open', 'short_close']),
    tickIndex: tick,
    price: decimalString,
    qty: money,
    amount: money,
    leverage: z.number().nullable(),
    coin: z.string().nullable(),
    bonusPortion: nullableMoney,
    realPortion: nullableMoney,
  }),
  'player.drift': z.object({ field: z.string(), local: decimalString, server: decimalString }),
  'sidebet.placed': sidebet,
  'sidebet.result': sidebet.extend({
    won: z.boolean(),
    payout: money,
    profit: money,
    tickIndex: tick.nullable(),
  }),
  'connection.status': z.object({
    status: z.enum(['connecting', 'connected', 'reconnecting', 'disconnected', 'degraded', 'standby']),
    /** Which connection speaks: `public`, `chrome`. */
    source: z.string(),
    /** Connection attempts since the last success. */
    attempt: z.int().min(0),
    reason: z.string().nullable(),
  }),
  error: z.object({ code: z.string(), message: z.string() }),
} as const;

/** Any other upstream event, as received. Its type is `raw.<event>`. */
export const rawData = z.object({ payload: z.unknown() });

export const EVENT_TYPES = Object.keys(eventData) as (keyof typeof eventData)[];

export type RawType = `raw.${string}`;
export type EventType = keyof typeof eventData | RawType;

/** The data of one event type: `EventData<'game.tick'>`. */
export type EventData<T extends EventType> = T extends keyof typeof eventData
  ? z.infer<(typeof eventData)[T]>
  : z.infer<typeof rawData>;

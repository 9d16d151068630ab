import { z } from 'zod';
import { gameIdSchema } from '@vectra/protocol';

/** The public connection, or that of the logged-in page in Chrome. */
export type SourceName = 'public' | 'chrome';

/** An upstream event as it came from the socket: its name, its arguments, and when (Unix ms). */
export interface UpstreamEvent {
  name: string;
  args: readonly unknown[];
  receivedAt: number;
  /** Which connection it came through; without it, the public one. */
  via?: SourceName;
}

const price = z.number().min(0);
const tick = z.int().min(0).max(100_000);
/** Milliseconds; fractions were never seen, and none is worth losing a frame for. */
const milliseconds = z.number().min(0).max(86_400_000).transform(Math.round);
const time = z.number().min(0).max(8_640_000_000_000_000).transform(Math.round);
const prices = z.array(price).max(100_001);

/**
 * `gameStateUpdate` in all its shapes. A field that is absent says nothing: the minimal frames of the countdown have
 * no `active`, `price` or `tickCount`. Unknown fields are ignored, since upstream adds and drops them at will.
 */
export const gameFrame = z.object({
  gameId: gameIdSchema,
  active: z.boolean().optional(),
  rugged: z.boolean().optional(),
  price: price.optional(),
  tickCount: tick.optional(),
  cooldownTimer: milliseconds.optional(),
  allowPreRoundBuys: z.boolean().optional(),
  tradeCount: z.int().min(0).optional(),
  gameVersion: z.string().nullish(),
  provablyFair: z.object({ serverSeedHash: z.string().nullish(), version: z.string().nullish() }).nullish(),
  /** The last five ticks. */
  partialPrices: z.object({ values: z.record(z.string().regex(/^\d{1,6}$/), price) }).nullish(),
  /** Every tick so far: only in the first frame after a connection. */
  prices: prices.nullish(),
  /** Read entry by entry, so that a bad one spoils no other. */
  gameHistory: z.array(z.unknown()).nullish(),
});
export type GameFrame = z.infer<typeof gameFrame>;

/** Only frames of a running game or of its rug tell a price. */
export function isInPlay({ active, rugged }: GameFrame): boolean {
  return active === true || rugged === true;
}

/** Whether a frame says that the game's operator has paused it. */
export function isPaused(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const { cooldownPaused, pauseMessage } = payload as Record<string, unknown>;
  return cooldownPaused === true || (typeof pauseMessage === 'string' && pauseMessage !== '');
}

const globalSidebet = z.object({
  id: z.string().nullish(),
  type: z.enum(['placed', 'payout']),
  playerId: z.string(),
  username: z.string().nullish(),
  betAmount: z.number(),
  xPayout: z.number(),
  coinAddress: z.string().nullish(),
  startTick: tick.optional(),
  endTick: tick.optional(),
  /** What placed rows call their start and end. */
  startedAtTick: tick.optional(),
  end: tick.optional(),
  payout: z.number().optional(),
  profit: z.number().optional(),
  tickIndex: tick.nullish(),
});
export type GlobalSidebet = z.infer<typeof globalSidebet>;

/** A finished game in `gameHistory`. Since February 2026 it comes without `prices`. */
export const historyEntry = z.object({
  id: gameIdSchema,
  timestamp: time.nullish(),
  prices: prices.nullish(),
  peakMultiplier: z.number().nullish(),
  gameVersion: z.string().nullish(),
  provablyFair: z
    .object({ serverSeed: z.string().nullish(), serverSeedHash: z.string().nullish() })
    .nullish(),
  globalSidebets: z.array(z.unknown()).nullish(),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

/** The sidebets of a finished game that can be read. */
export function sidebetsOf(entry: HistoryEntry): GlobalSidebet[] {
  return (entry.globalSidebets ?? []).flatMap((row) => {
    const parsed = globalSidebet.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

export const trade = z.object({
  id: z.string().min(1),
  gameId: gameIdSchema,
  playerId: z.string(),
  username: z.string().nullish(),
  level: z.int().nullish(),
  type: z.enum(['buy', 'sell', 'short_open', 'short_close']),
  tickIndex: tick,
  price,
  qty: z.number(),
  amount: z.number(),
  leverage: z.number().nullish(),
  coin: z.string().nullish(),
  bonusPortion: z.number().nullish(),
  realPortion: z.number().nullish(),
});

/** `newSideBet` (anyone's), `currentSidebet` (the account's own). */
export const placedSidebet = z.object({
  id: z.string().nullish(),
  gameId: gameIdSchema,
  playerId: z.string(),
  username: z.string().nullish(),
  betAmount: z.number(),
  xPayout: z.number(),
  startTick: tick,
  endTick: tick,
  coinAddress: z.string().nullish(),
});

/** `currentSidebetResult`: the account's own bet, settled. */
export const settledSidebet = placedSidebet.extend({
  type: z.string(),
  payout: z.number(),
  profit: z.number(),
  tickIndex: tick.nullish(),
});

export const usernameStatus = z.object({
  id: z.string().nullish(),
  username: z.string().nullish(),
  hasUsername: z.boolean().nullish(),
});

export const playerUpdate = z.looseObject({
  cash: z.number(),
  bonusBalance: z.number().nullish(),
  positionQty: z.number(),
  avgCost: z.number(),
  totalInvested: z.number().nullish(),
  cumulativePnL: z.number().nullish(),
  pnlPercent: z.number().nullish(),
  sidebetPnl: z.number().nullish(),
});

export const playerGameState = z.object({
  gameId: gameIdSchema,
  leaderboardEntry: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * Since December 2025 most events carry a trace object as first argument and the payload as the last one; some senders
 * wrap both in one array. Undefined when there is nothing but a trace.
 */
export function payloadOf(args: readonly unknown[]): unknown {
  const last = args.at(-1);
  if (Array.isArray(last) && isTrace(last[0])) return payloadOf(last);
  return isTrace(last) ? undefined : last;
}

function isTrace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '__trace' in value;
}

import { z } from 'zod';
import { decimalString } from './decimal.js';
import { gameIdSchema } from './envelope.js';
import { resumeToken } from './resume.js';

const isoTime = z.iso.datetime();
const money = decimalString;

/**
 * What an account did, or what was done to it. The first five names are those of the first session files. `FORCED_SELL` is the sale
 * of whatever is held at the rug, at the rug's price.
 */
export const SESSION_ACTIONS = [
  'BUY',
  'SELL',
  'SIDEBET_PLACE',
  'SIDEBET_WIN',
  'SIDEBET_LOSE',
  'FORCED_SELL',
  'SHORT_OPEN',
  'SHORT_CLOSE',
] as const;

/** One action. Money and prices are decimal strings, as in the first session files. */
export const sessionAction = z.object({
  /** The event of the log that told of it. */
  id: resumeToken,
  timestamp: isoTime,
  game_id: gameIdSchema,
  /** The tick at which it happened. A won sidebet's is the rug's, a lost one's the last at which it could have won. */
  tick: z.int().min(0),
  action: z.enum(SESSION_ACTIONS),
  /** What was paid or returned: a buy's cost, a sale's proceeds, a sidebet's stake or payout. */
  amount: money,
  /** null when it is not known. */
  price: money.nullable(),
  /** null for a sidebet. */
  qty: money.nullable(),
  /** null for SOL; else the name or address of the coin, which is not in the balances. */
  coin: z.string().nullable(),
  /** The tick at which a sidebet began; null for a trade. */
  bet_start_tick: z.int().min(0).nullable(),
  /** Cash and position as the server next stated them; null when it did not. */
  balance_after: money.nullable(),
  position_qty_after: money.nullable(),
  /** The average cost of what was sold; null for all else, and when it is not known. */
  entry_price: money.nullable(),
  /** What the action realized; null for one that realizes nothing, and when it can't be reckoned. */
  pnl: money.nullable(),
});
export type SessionAction = z.infer<typeof sessionAction>;

/** Why a session, or a part of one, ended. `continued`: it goes on in the next part. */
export const SESSION_ENDS = ['disconnected', 'logged_out', 'other_account', 'gap', 'continued'] as const;

const sessionMeta = z.object({
  /** The event of the log that began the session: the same in all of its parts. */
  session_id: resumeToken,
  /** From 1: a long session has several files. */
  part: z.int().min(1),
  player_id: z.string(),
  username: z.string().nullable(),
  /** Of this part. */
  session_start: isoTime,
  /** null while it is open. */
  session_end: isoTime.nullable(),
  end_reason: z.enum(SESSION_ENDS).nullable(),
});

const sessionTotals = z.object({
  /** Cash as it was before the first action; null when it was not stated. */
  start_balance: money.nullable(),
  /** Cash as it was stated last. */
  end_balance: money.nullable(),
  /** SOL: the sum of the actions' `pnl`. */
  realized_pnl: money,
  /** Games with an action. */
  games: z.int().min(0),
  actions: z.int().min(0),
  /** Figures of the account that differed from its own trades. */
  drifts: z.int().min(0),
});

/** `<YYYYMMDDTHHMMSS>_<username>_session.json`: an account's actions from its login to the end of its connection. */
export const sessionRecording = z.object({
  meta: sessionMeta,
  summary: sessionTotals,
  actions: z.array(sessionAction),
});
export type SessionRecording = z.infer<typeof sessionRecording>;

/** One session as a day's `index.json` lists it. */
export const sessionSummary = sessionMeta.extend({
  /** null while the session is open: its file has them. */
  summary: sessionTotals.nullable(),
  /** Relative to the day's folder. */
  file: z.string(),
});
export type SessionSummary = z.infer<typeof sessionSummary>;

/** A name from the network holds anything. */
const NOT_IN_NAMES = /[^A-Za-z0-9_-]/g;
const NAME_LENGTH = 32;

/**
 * The name under which a session is kept, without `_session.json`, from its start (Unix ms) and whose it is: letters, digits,
 * `-` and `_` only.
 */
export function sessionName(startedAt: number, playerId: string, username: string | null): string {
  const time = new Date(startedAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const name = (username ?? '').replaceAll(NOT_IN_NAMES, '-').slice(0, NAME_LENGTH);
  return `${time}_${name === '' ? `player-${playerId.replaceAll(NOT_IN_NAMES, '-').slice(-8)}` : name}`;
}

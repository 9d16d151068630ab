import { decimalString, resumeToken, SESSION_ENDS, sessionAction } from '@vectra/protocol';
import { z } from 'zod';

/** Unix ms. */
const time = z.int().min(0);

/** What the server says of an account, or what is reckoned of it: decimal strings. */
const figures = z.object({
  cash: decimalString,
  bonusBalance: decimalString.nullable(),
  positionQty: decimalString,
  avgCost: decimalString,
});
export type Figures = z.infer<typeof figures>;

const session = z.object({
  /** The event that began it, and which part of it this is. */
  id: resumeToken,
  part: z.int().min(1),
  /** Its file's name without `_session.json`; null as long as it is not known whose it is by name. */
  name: z.string().nullable(),
  playerId: z.string(),
  username: z.string().nullable(),
  /** The connection with which it ends, as `connection.status` names it. */
  connection: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  reason: z.enum(SESSION_ENDS).nullable(),
  startBalance: decimalString.nullable(),
  endBalance: decimalString.nullable(),
  /** The server has stated the account since it began. */
  stated: z.boolean(),
  drifts: z.int().min(0),
  actions: z.array(sessionAction),
  /** Ids of the actions that the server's next statement is to show. */
  pending: z.array(resumeToken),
});
/** One file's worth of a session. */
export type Session = Readonly<z.infer<typeof session>>;

/** What a later reader needs to go on as if it had seen everything before. */
export const sessionsState = z.object({
  /** `called`: it has been said what it is called, be it nothing. */
  account: z
    .object({ playerId: z.string(), username: z.string().nullable(), called: z.boolean() })
    .nullable(),
  /** When the account was last heard of. */
  heardAt: time,
  session: session.nullable(),
  /** The newest that ended in a game which had not ended yet: the rug may tell that its last sale was forced. */
  unsettled: session.nullable().default(null),
  /** The server's newest statement. */
  stated: figures.nullable(),
  /** That, and what the account did since; null when it can't be reckoned. */
  reckoned: figures.nullable(),
  /** What was reckoned before the newest statement, while none of the actions told explains it. */
  before: figures.nullable(),
  /** The newest prices, and the newest rug. */
  prices: z.array(z.object({ gameId: z.string(), tick: z.int(), price: decimalString })),
  rug: z.object({ gameId: z.string(), tick: z.int() }).nullable(),
  /** Names given last, in lower case: no two sessions share one. */
  names: z.array(z.string()),
});
export type SessionsState = Readonly<z.infer<typeof sessionsState>>;

export const NO_SESSIONS: SessionsState = {
  account: null,
  heardAt: 0,
  session: null,
  unsettled: null,
  stated: null,
  reckoned: null,
  before: null,
  prices: [],
  rug: null,
  names: [],
};

/** The state, and sessions that have changed and of which it is not sure that they are written. */
export const sessionsCarry = z.object({ state: sessionsState, due: z.array(session) });
export type SessionsCarry = z.infer<typeof sessionsCarry>;

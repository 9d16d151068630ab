import { z } from 'zod';
import { channelPattern } from './channels.js';
import { gameIdSchema } from './envelope.js';
import { PAPER_ERRORS, paperHappening, paperSession, paperSessionId, REFUSALS } from './paper.js';
import { decimalString } from './decimal.js';
import { resumeToken } from './resume.js';
import { strategy } from './strategy.js';

/** A client's WebSocket message is at most this many bytes. */
export const MAX_COMMAND_BYTES = 16 * 1024;

const channels = z.array(channelPattern).min(1).max(100);
const tick = z.int().min(0);

/** What a token allows, from the least on; each role may do what those before it may. */
export const ROLES = ['viewer', 'trader', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a client that takes events more slowly than they come gets: `lossless` every one, later; `latest` of each game only the newest
 * tick, and everything else.
 */
export const DELIVERY_MODES = ['lossless', 'latest'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** How many times faster than it was played a game is replayed; `max`: as fast as the client takes it. */
export const replaySpeed = z.union([z.number().min(0.1).max(100), z.literal('max')]);
export type ReplaySpeed = z.infer<typeof replaySpeed>;

/** Which recorded games: times are ISO 8601 (a day, or a time in UTC). */
export const gamesFilter = z.object({
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  minPeak: z.number().min(0).optional(),
});
export type GamesFilter = z.infer<typeof gamesFilter>;

/** Comes back with the answer to a command, and with its error. */
const ref = z.string().min(1).max(64).optional();

/** What a client may send to the gateway's `/ws`, one JSON object a text frame. */
export const command = z.discriminatedUnion('action', [
  /** `since` first delivers every event after that place in the log, or the answer says why it can't. */
  z.object({
    action: z.literal('subscribe'),
    channels,
    since: resumeToken.optional(),
    mode: z.enum(DELIVERY_MODES).optional(),
    ref,
  }),
  z.object({ action: z.literal('unsubscribe'), channels, ref }),
  z.object({ action: z.literal('ping'), ref }),
  /** For clients that can't send a header, as browsers. */
  z.object({ action: z.literal('auth'), token: z.string().min(1).max(200), ref }),

  /** Holds the replay that runs, otherwise the live events: those wait in the log, and none is lost. */
  z.object({ action: z.literal('pause'), ref }),
  /** Goes on where it was paused; with `skip` live events go on at the present, and those between are left out. */
  z.object({ action: z.literal('resume'), skip: z.boolean().optional(), ref }),
  /** Replays one game, a list, or those that a filter finds (oldest first), and with `continuous` (so unless told) the games after it. */
  z.object({
    action: z.literal('replay'),
    gameId: gameIdSchema.optional(),
    games: z.array(gameIdSchema).min(1).max(1_000).optional(),
    query: gamesFilter.optional(),
    speed: replaySpeed.optional(),
    continuous: z.boolean().optional(),
    ref,
  }),
  /** Pauses the replay, and plays so many ticks. */
  z.object({ action: z.literal('step'), ticks: z.int().min(1).max(5_000).optional(), ref }),
  /** Goes to a tick of the game that is replayed, forwards or backwards. */
  z.object({ action: z.literal('seek'), tick, ref }),
  z.object({ action: z.literal('speed'), speed: replaySpeed, ref }),
  z.object({ action: z.literal('next'), ref }),
  z.object({ action: z.literal('previous'), ref }),
  /** Ends the replay; live events go on where it began, or with `skip` at the present. */
  z.object({ action: z.literal('stop'), skip: z.boolean().optional(), ref }),

  /** Makes a session of paper trading, or goes on with the one that there is; this client is then told of it. */
  z.object({
    action: z.literal('join_live'),
    session_id: paperSessionId,
    strategy: strategy.optional(),
    ref,
  }),
  /** Stops the session's strategy; what is open is still settled. This client is not told of it any more. */
  z.object({ action: z.literal('leave_live'), session_id: paperSessionId, ref }),
  /** By hand, at the price of the newest tick. SOL for a buy or sidebet; for a sale the quantity, all without one. */
  z.object({
    action: z.literal('order'),
    session_id: paperSessionId,
    side: z.enum(['buy', 'sell', 'sidebet']),
    amount: decimalString.optional(),
    ref,
  }),
]);
export type Command = z.infer<typeof command>;
export type CommandOf<A extends Command['action']> = Extract<Command, { action: A }>;

/** Why `since` could not be honoured. */
export const UNRECOVERED_REASONS = ['epoch_changed', 'trimmed', 'ahead'] as const;
export type UnrecoveredReason = (typeof UNRECOVERED_REASONS)[number];

/** What may be wrong with a command, and what each means. */
export const ERRORS = {
  bad_json: 'The message is no JSON object in a text frame.',
  bad_command: 'The action is not known, or its fields do not fit.',
  too_large: `The message has more than ${MAX_COMMAND_BYTES} bytes.`,
  too_many_requests: 'More messages in a second than are allowed; this one was not looked at.',
  no_token: 'This needs a token: send auth, or the header Authorization with the connection.',
  unknown_token: 'The token is none of those in GATEWAY_TOKENS.',
  not_allowed: "The token's role is not enough for this.",
  no_replay: 'No replay runs.',
  no_such_game: 'There is no recording of that game, or none that the filter finds.',
  not_paused: 'Nothing is paused.',
  unavailable: 'The service behind this does not answer; try again.',
  not_joined: 'The session was not joined on this connection.',
  no_session: 'There is no session of that name, and no strategy was given to make it with.',
  no_strategy: 'The session needs a strategy to be made.',
  bad_plugin: 'The plug-in that the strategy names is not there, or cannot be loaded.',
  too_many_sessions: 'There are as many sessions as PAPER_MAX_SESSIONS allows.',
  too_late: 'The command waited too long for paper trading to take it, and was not carried out.',
  no_number: 'The amount or quantity is no positive number with at most nine decimals.',
  below_minimum: 'Less than 0.001 SOL.',
  above_maximum: 'More than 5 SOL.',
  not_enough_cash: 'More than the cash of the session.',
  nothing_to_sell: 'Nothing is held.',
  more_than_held: 'More than is held.',
  sidebet_active: 'Another sidebet of the session runs.',
  no_game: 'No game can be traded in now.',
  stale: 'Paper trading is behind the game, and nothing is traded at a price of the past.',
} as const;
export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];
// Every refusal of paper trading has its words here.
[...REFUSALS, ...PAPER_ERRORS] satisfies readonly ErrorCode[];

const id = resumeToken.nullable();
const message = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape, ref });

/** What the gateway sends besides events. `id` is the newest event the answer covers. */
export const reply = z.discriminatedUnion('type', [
  message('subscribed', {
    channels: z.array(z.string()),
    recovered: z.boolean(),
    reason: z.enum(UNRECOVERED_REASONS).optional(),
    mode: z.enum(DELIVERY_MODES),
    id,
  }),
  /**
   * After `subscribed`, unless everything after `since` follows: how things stand. The newest event of each type that the channels match
   * and that still holds, as it was told, oldest first. They are older than `id`, and are not told again.
   */
  message('snapshot', { id, events: z.array(z.unknown()) }),
  message('unsubscribed', { channels: z.array(z.string()) }),
  message('pong', { id, timestamp: z.int() }),
  message('authenticated', { role: z.enum(ROLES) }),
  /** `what` is held or goes on. `skipped`: how many events of the log were left out. */
  message('paused', { what: z.enum(['live', 'replay']), id }),
  message('resumed', { what: z.enum(['live', 'replay']), id, skipped: z.int().min(0) }),
  /** Where the replay is; after each command for it, and when a game begins or ends. `tick` of `ticks`, `index` from 0 of `games`. */
  message('replay', {
    state: z.enum(['playing', 'paused', 'ended', 'stopped']),
    gameId: gameIdSchema.nullable(),
    tick,
    ticks: z.int().min(0),
    index: z.int().min(0),
    games: z.int().min(0),
    speed: replaySpeed,
  }),
  /** The gateway stops: come back after so many ms, with `id` as `since`. */
  message('goaway', { id, reconnectInMs: z.int().min(0) }),

  message('live_joined', { session: paperSession, created: z.boolean() }),
  message('live_left', { session_id: paperSessionId }),
  /** A tick of the game with what it makes of the session, while the session has a position or a bet. */
  message('live_tick', {
    session_id: paperSessionId,
    gameId: gameIdSchema,
    tick,
    price: decimalString,
    /** What the session would own if all were settled now. */
    worth: decimalString,
    unrealized_pnl: decimalString,
    /** How many ticks the open sidebet still covers; null without one. */
    bet_ticks_left: z.int().nullable(),
  }),
  message('live_game_start', { session_id: paperSessionId, gameId: gameIdSchema }),
  /** Something was bought, sold, bet, settled or refused, or the strategy failed. */
  message('live_bet', { session_id: paperSessionId, bet: paperHappening, session: paperSession }),
  message('live_game_end', {
    session_id: paperSessionId,
    gameId: gameIdSchema,
    rugTick: tick,
    session: paperSession,
  }),
  message('error', {
    code: z.enum(ERROR_CODES),
    message: z.string(),
    action: z.string().nullable(),
  }),
]);
export type Reply = z.infer<typeof reply>;
export type ReplyOf<T extends Reply['type']> = Extract<Reply, { type: T }>;

/**
 * WebSocket close codes, and what each means. Up to 4499: connect again, with the reason as `since`. From 4500 on: connecting again in
 * the same way is of no use.
 */
export const CLOSE_CODES = {
  /** The gateway stops, or can't serve this client now. */
  goingAway: 1001,
  /** The client took nothing for 15 s, or let more than 1 MiB wait. */
  slowConsumer: 4008,
  /** Too many messages in spite of refusals. */
  tooManyRequests: 4029,
  /** The gateway, or this address, has as many connections as are allowed. */
  tooManyConnections: 4030,
  /** What was sent is no WebSocket message of this protocol. */
  badMessage: 4500,
} as const;

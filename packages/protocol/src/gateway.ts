import { z } from 'zod';
import { channelPattern } from './channels.js';
import { gameIdSchema } from './envelope.js';
import { PAPER_ERRORS, paperHappening, paperSession, paperSessionId, REFUSALS } from './paper.js';
import { decimalString } from './decimal.js';
import { resumeToken } from './resume.js';
import { strategy } from './strategy.js';

/** A client's WebSocket message is at most this many bytes. */
export const MAX_COMMAND_BYTES = 16 * 1024;

const channels = z
  .array(channelPattern)
  .min(1)
  .max(100)
  .describe('event types, families such as game.*, or *');
const tick = z.int().min(0);

/** What a token allows, from the least on; each role may do what those before it may. */
export const ROLES = ['viewer', 'trader', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** What each role adds to those before it. */
export const ROLE_MEANINGS: Record<Role, string> = {
  viewer: 'sees what is not for everybody: events of the own account, raw events, sessions of paper trading',
  trader: 'opens sessions of paper trading, orders in them and leaves them',
  operator: 'controls the services, such as pause and resume of recording',
};

/**
 * What a client that takes events more slowly than they come gets: `lossless` every one, later; `latest` of each game only the newest
 * tick, and everything else.
 */
export const DELIVERY_MODES = ['lossless', 'latest'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

export const replaySpeed = z
  .union([z.number().min(0.1).max(100), z.literal('max')])
  .describe('how many times faster than it was played; max: as fast as the client takes it');
export type ReplaySpeed = z.infer<typeof replaySpeed>;

export const gamesFilter = z
  .object({
    from: z.string().max(40).optional(),
    to: z.string().max(40).optional(),
    minPeak: z.number().min(0).optional().describe('the least peak multiplier'),
  })
  .describe('Which recorded games. Times are ISO 8601: a day, or a time in UTC.');
export type GamesFilter = z.infer<typeof gamesFilter>;

const ref = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .describe('chosen by the client; comes back with the answer to the command, and with its error');

/** What a client may send to the gateway's `/ws`, one JSON object a text frame. */
export const command = z.discriminatedUnion('action', [
  z
    .object({
      action: z.literal('subscribe'),
      channels,
      since: resumeToken.optional().describe('the id of the last event had: those after it come first'),
      mode: z
        .enum(DELIVERY_MODES)
        .optional()
        .describe(
          'for a client slower than the events: lossless all of them, latest of ticks the newest a game',
        ),
      ref,
    })
    .describe(
      'Adds channels. With since, every event after it comes first, or the answer says why it cannot.',
    ),
  z.object({ action: z.literal('unsubscribe'), channels, ref }).describe('Takes channels away.'),
  z
    .object({ action: z.literal('ping'), ref })
    .describe('Asks for a sign of life, and for the present place.'),
  z
    .object({ action: z.literal('auth'), token: z.string().min(1).max(200), ref })
    .describe("Brings a token, for clients that can't send a header, as browsers."),

  z
    .object({ action: z.literal('pause'), ref })
    .describe(
      'Holds the replay that runs, otherwise the live events: those wait in the log, and none is lost.',
    ),
  z
    .object({
      action: z.literal('resume'),
      skip: z
        .boolean()
        .optional()
        .describe('live: goes on at the present, and leaves out what came meanwhile'),
      ref,
    })
    .describe('Goes on where it was paused.'),
  z
    .object({
      action: z.literal('replay'),
      gameId: gameIdSchema.optional(),
      games: z.array(gameIdSchema).min(1).max(1_000).optional(),
      query: gamesFilter.optional(),
      speed: replaySpeed.optional(),
      continuous: z.boolean().optional().describe('plays the games after it as well; true unless told'),
      ref,
    })
    .describe('Replays one game, a list, or those that a filter finds, oldest first.'),
  z
    .object({ action: z.literal('step'), ticks: z.int().min(1).max(5_000).optional(), ref })
    .describe('Pauses the replay, and plays so many ticks; one unless told.'),
  z
    .object({ action: z.literal('seek'), tick, ref })
    .describe('Goes to a tick of the game that is replayed, forwards or backwards.'),
  z
    .object({ action: z.literal('speed'), speed: replaySpeed, ref })
    .describe('Changes the speed of the replay.'),
  z.object({ action: z.literal('next'), ref }).describe('Goes to the next game of the replay.'),
  z.object({ action: z.literal('previous'), ref }).describe('Goes to the game before in the replay.'),
  z
    .object({
      action: z.literal('stop'),
      skip: z
        .boolean()
        .optional()
        .describe('live events go on at the present, and those between are left out'),
      ref,
    })
    .describe('Ends the replay; live events go on where it began.'),

  z
    .object({
      action: z.literal('join_live'),
      session_id: paperSessionId,
      strategy: strategy.optional().describe('what a new session needs; not looked at when there is one'),
      ref,
    })
    .describe(
      'Makes a session of paper trading, or goes on with the one that there is; this client is told of it.',
    ),
  z
    .object({ action: z.literal('leave_live'), session_id: paperSessionId, ref })
    .describe(
      "Stops the session's strategy; what is open is still settled. This client is not told of it any more.",
    ),
  z
    .object({
      action: z.literal('order'),
      session_id: paperSessionId,
      side: z.enum(['buy', 'sell', 'sidebet']),
      amount: decimalString
        .optional()
        .describe('SOL to pay; for a sale the quantity, all that is held without it'),
      ref,
    })
    .describe('Orders on paper by hand, at the price of the newest tick.'),
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

const id = resumeToken.nullable().describe('the newest event that this covers; null in an empty log');
const what = z.enum(['live', 'replay']);
const message = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape, ref });

/** What the gateway sends besides events. */
export const reply = z.discriminatedUnion('type', [
  message('subscribed', {
    channels: z.array(z.string()),
    recovered: z
      .boolean()
      .describe('every event after since follows, in order and once, and then the live ones'),
    reason: z.enum(UNRECOVERED_REASONS).optional().describe('why since could not be honoured'),
    mode: z.enum(DELIVERY_MODES),
    partial: z
      .literal(true)
      .optional()
      .describe(
        'events of the own account, which need a token, are left out: their places in the log are skipped',
      ),
    id,
  }).describe('Answers subscribe.'),
  message('snapshot', {
    id,
    events: z.array(z.unknown()).describe('older than id, oldest first, and not told again'),
  }).describe(
    'How things stand: the newest event of each type that the channels match and that still holds, as it was told. It comes after subscribed, unless everything after since follows.',
  ),
  message('unsubscribed', { channels: z.array(z.string()) }).describe('Answers unsubscribe.'),
  message('pong', { id, timestamp: z.int().describe("Unix ms on the gateway's clock") }).describe(
    'Answers ping.',
  ),
  message('authenticated', { role: z.enum(ROLES) }).describe('Answers auth.'),
  message('paused', { what, id }).describe('Answers pause: what is held.'),
  message('resumed', {
    what,
    id,
    skipped: z.int().min(0).describe('how many events of the log were left out'),
  }).describe('Answers resume: what goes on.'),
  message('replay', {
    state: z.enum(['playing', 'paused', 'ended', 'stopped']),
    gameId: gameIdSchema.nullable(),
    tick,
    ticks: z.int().min(0).describe('the last tick of the game'),
    index: z.int().min(0).describe('which of the games this is, from 0'),
    games: z.int().min(0).describe('how many games there are'),
    speed: replaySpeed,
  }).describe('Where the replay is: after each command for it, and when a game begins or ends.'),
  message('goaway', {
    id: id.describe('what to send as since'),
    reconnectInMs: z.int().min(0),
  }).describe('The gateway stops: come back after so many ms.'),

  message('live_joined', {
    session: paperSession,
    created: z.boolean().describe('false: it was there already, and goes on'),
  }).describe('Answers join_live.'),
  message('live_left', { session_id: paperSessionId }).describe('Answers leave_live.'),
  message('live_tick', {
    session_id: paperSessionId,
    gameId: gameIdSchema,
    tick,
    price: decimalString,
    worth: decimalString.describe('what the session would own if all were settled now'),
    unrealized_pnl: decimalString,
    bet_ticks_left: z
      .int()
      .nullable()
      .describe('how many ticks the open sidebet still covers; null without one'),
  }).describe('A tick with what it makes of the session, while that has a position or a bet.'),
  message('live_game_start', { session_id: paperSessionId, gameId: gameIdSchema }).describe(
    'A game began in which the session may trade.',
  ),
  message('live_bet', { session_id: paperSessionId, bet: paperHappening, session: paperSession }).describe(
    'Something was bought, sold, bet, settled or refused, or the strategy failed. It answers order.',
  ),
  message('live_game_end', {
    session_id: paperSessionId,
    gameId: gameIdSchema,
    rugTick: tick,
    session: paperSession,
  }).describe('A game ended in which the session could trade.'),
  message('error', {
    code: z.enum(ERROR_CODES),
    message: z.string().describe('what was expected, what was found, and what to do, in words'),
    action: z.string().nullable().describe('of the command that was refused; null when it could not be read'),
  }).describe('A command was refused; the connection lives.'),
]);
export type Reply = z.infer<typeof reply>;
export type ReplyOf<T extends Reply['type']> = Extract<Reply, { type: T }>;

/**
 * WebSocket close codes. Up to 4499: connect again, with the reason as `since`. From 4500 on: connecting again in the same way is of no
 * use.
 */
export const CLOSE_CODES = {
  goingAway: 1001,
  slowConsumer: 4008,
  tooManyRequests: 4029,
  tooManyConnections: 4030,
  badMessage: 4500,
} as const;

/** What each close code means. */
export const CLOSE_MEANINGS: Record<keyof typeof CLOSE_CODES, string> = {
  goingAway: "The gateway stops, or can't serve this client now.",
  slowConsumer: 'The client took nothing for 15 s, or let more than 1 MiB wait.',
  tooManyRequests: 'Too many messages in spite of refusals.',
  tooManyConnections: 'The gateway, or this address, has as many connections as are allowed.',
  badMessage: 'What was sent is no WebSocket message of this protocol.',
};

import { z } from 'zod';
import { channelPattern } from './channels.js';
import { resumeToken } from './resume.js';

/** A client's WebSocket message is at most this many bytes. */
export const MAX_COMMAND_BYTES = 16 * 1024;

const channels = z.array(channelPattern).min(1).max(100);

/** What a client may send to the gateway's `/ws`, one JSON object a text frame. */
export const command = z.discriminatedUnion('action', [
  /** `since` first delivers every event after that place in the log, or the answer says why it can't. */
  z.object({ action: z.literal('subscribe'), channels, since: resumeToken.optional() }),
  z.object({ action: z.literal('unsubscribe'), channels }),
  z.object({ action: z.literal('ping') }),
]);
export type Command = z.infer<typeof command>;

/** Why `since` could not be honoured. */
export const UNRECOVERED_REASONS = ['epoch_changed', 'trimmed', 'ahead'] as const;
export type UnrecoveredReason = (typeof UNRECOVERED_REASONS)[number];

export const ERROR_CODES = ['bad_json', 'bad_command', 'too_large', 'too_many_requests'] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What the gateway sends besides events. `id` is the newest event the answer covers. */
export type Reply =
  | {
      type: 'subscribed';
      channels: string[];
      recovered: boolean;
      reason?: UnrecoveredReason;
      id: string | null;
    }
  | { type: 'unsubscribed'; channels: string[] }
  | { type: 'pong'; id: string | null; timestamp: number }
  | { type: 'error'; code: ErrorCode; message: string; action: string | null };

/** WebSocket close codes: 4000-4499 reconnect (with the resume token in the reason), 4500-4999 do not. */
export const CLOSE_CODES = { slowConsumer: 4008, goingAway: 1001 } as const;

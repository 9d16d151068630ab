import type { ErrorCode } from '@vectra/protocol';

/**
 * Why a command was not carried out: the gateway's code, or one of this side's own. `disconnected`: the connection was lost, or was not
 * there; what was sent before that may or may not have been carried out. `closed`: the client was closed. `no_answer`: none came in 30 s.
 */
export type GatewayErrorCode = ErrorCode | 'disconnected' | 'closed' | 'no_answer';

/** A command was refused, or its answer can't come any more. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The gateway refused the token or the subscription, or closed the connection for good. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** The gateway's code for it; null when it closed the connection without one. */
  readonly code: ErrorCode | null;

  constructor(code: ErrorCode | null, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether an error says that the connection was lost, which a later attempt may mend. */
export function isDisconnect(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'disconnected';
}

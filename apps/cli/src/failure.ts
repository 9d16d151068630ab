import { GatewayError, RefusedError, RestError } from '@vectra/client';
import { describeFailure } from '@vectra/service-kit/failure';

/** Exit statuses. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** An argument or option does not fit. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** No gateway answers at the address. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export function unreachable(url: string, why: string): UnreachableError {
  return new UnreachableError(
    `no gateway answers at ${url} (${why}): start one with \`make demo\`, or name another with --url or GATEWAY_URL`,
  );
}

const TOKEN_REMEDY = 'set VECTRA_TOKEN, or use --token-file; the command `token` of the gateway makes one';
const REMEDIES: Record<string, string> = {
  no_token: TOKEN_REMEDY,
  unknown_token: TOKEN_REMEDY,
  not_allowed: 'use a token with a higher role',
  no_strategy: 'give it one with --strategy <file>',
  no_session: '`vectra sessions` lists those that there are',
  no_such_game: '`vectra games` lists those that there are',
};

/** The exit status, and one line that says what is wrong and what to do. */
export function judge(error: unknown): { status: number; line: string } {
  if (error instanceof UsageError) return { status: EXIT.usage, line: error.message };
  if (error instanceof UnreachableError) return { status: EXIT.unreachable, line: error.message };
  if (error instanceof GatewayError || error instanceof RestError || error instanceof RefusedError) {
    const remedy = REMEDIES[error.code ?? ''];
    const status = error.code === 'disconnected' ? EXIT.unreachable : EXIT.failed;
    return { status, line: remedy === undefined ? error.message : `${error.message} (${remedy})` };
  }
  return { status: EXIT.failed, line: describeFailure(error) };
}

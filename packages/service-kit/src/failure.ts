import { ConfigError } from './config.js';

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What an error says, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One clear line about why a service cannot go on: what failed, with which value, and the remedy where one is known. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError)
    return `the environment does not fit:\n  ${error.message.replaceAll('\n', '\n  ')}`;
  if (!(error instanceof Error)) return String(error);
  if (codeOf(error) === 'EADDRINUSE') {
    const { address, port } = error as Error & { address?: string; port?: number };
    return `port ${port} on ${address} is in use: stop what listens there, or set another port in the environment`;
  }
  if (codeOf(error) === 'EACCES')
    return `${error.message}: this user (uid ${process.getuid?.()}) may not do that`;
  return error.message;
}

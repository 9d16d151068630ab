import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './variables.js';

export type { Logger };

/** Fields whose values never reach a log line, wherever they stand. */
const SECRET_FIELDS = ['token', 'password', 'authorization', 'cookie', 'secret', 'privateKey', 'accessToken'];
const REDACTED = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `*.*.*.${field}`]);

/**
 * A logger named after the service: readable lines on a terminal, JSON elsewhere (`LOG_FORMAT`).
 * Values of secret fields are replaced by `[hidden]`.
 */
export function createLogger(
  name: string,
  config: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>,
  destination: NodeJS.WritableStream & { isTTY?: boolean } = process.stdout,
): Logger {
  const options = {
    name,
    level: config.LOG_LEVEL,
    redact: { paths: REDACTED, censor: '[hidden]' },
    base: { service: name },
  };
  const readable =
    config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && destination.isTTY === true);
  if (!readable) return pino(options, destination);
  return pino(
    options,
    pretty({
      destination,
      sync: true,
      singleLine: true,
      colorize: destination.isTTY === true,
      translateTime: 'HH:MM:ss.l',
      ignore: 'service,name,pid,hostname',
      messageFormat: '{service}: {msg}',
    }),
  );
}

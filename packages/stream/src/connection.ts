import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, safeUrl } from './endpoint.js';

/** What the log needs of a logger; pino fits. */
export interface LogSink {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How long a blocking read waits for the next event. */
export const BLOCK_MS = 1_000;
const COMMAND_TIMEOUT_MS = 2_000;
/** A machine that is gone refuses nothing: while a link to it is tried, another may have been made the master. */
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_CONNECTION_TIMEOUT_MS = 15_000;

/** The scripts in lua/ and how many keys each takes. */
const SCRIPTS = {
  paper: 7,
  publish: 3,
  begin: 3,
  expel: 3,
  acquire: 2,
  renew: 2,
  release: 1,
  ack: 2,
  attempt: 2,
  attend: 1,
  bury: 3,
  rawtrim: 2,
  reap: 1,
  trim: 2,
  window: 3,
} as const;

const retryStrategy = (attempt: number): number => Math.random() * Math.min(2_000, 50 * 2 ** attempt);

/**
 * Commands fail at once when the link is down, and are never resent by the client: it cannot know whether a command
 * whose reply was lost has run. Each caller decides itself.
 */
const COMMANDS: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  commandTimeout: COMMAND_TIMEOUT_MS,
  // A command that times out does not end its link: a half-open one would stay for ever.
  socketTimeout: COMMAND_TIMEOUT_MS,
};

/** A blocking read on a half-open link would hang for ever: the socket is given up when even its timeouts don't answer. */
const READS: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  socketTimeout: 3 * BLOCK_MS,
};

/** A connection to one server, to the master Sentinel names, or to a Cluster. */
export type RedisClient = Redis | Cluster;

export interface ConnectionOptions {
  /** See `parseRedisUrl`. */
  url: string;
  /** Shown by CLIENT LIST. */
  name: string;
  log?: LogSink | undefined;
}

/** A connection for commands, with the log's scripts. It reconnects by itself and speaks of it once an outage. */
export function connectForCommands(options: ConnectionOptions): RedisClient {
  const redis = connect(options, COMMANDS);
  for (const [name, numberOfKeys] of Object.entries(SCRIPTS)) {
    const lua = readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
    redis.defineCommand(name, { numberOfKeys, lua });
  }
  return redis;
}

/** A connection for blocking reads. */
export function connectForReads(options: ConnectionOptions): RedisClient {
  return connect(options, READS);
}

function connect({ url, name, log }: ConnectionOptions, options: RedisOptions): RedisClient {
  const redis = clientFor(url, { ...options, connectionName: name, retryStrategy });
  let lost = false;
  redis.on('error', (error: Error) => {
    if (lost) return;
    lost = true;
    log?.warn(
      { redis: safeUrl(url), reason: error.message || String(error) },
      'Redis does not answer; retrying',
    );
  });
  redis.on('ready', () => {
    if (lost) log?.info({ redis: safeUrl(url) }, 'Redis answers again');
    lost = false;
  });
  return redis;
}

function clientFor(url: string, common: RedisOptions): RedisClient {
  const { kind, nodes, master, db, tls, username, password } = parseRedisUrl(url);
  const options: RedisOptions = {
    ...common,
    db,
    ...(tls ? { tls: {} } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  switch (kind) {
    case 'cluster':
      // A command that is sent again after a move or a lost reply does no harm: every one of the log's may run twice.
      return new Cluster(nodes, {
        redisOptions: options,
        clusterRetryStrategy: retryStrategy,
        enableOfflineQueue: false,
        maxRedirections: 4,
      });
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: nodes,
        name: master ?? '',
        sentinelRetryStrategy: retryStrategy,
        sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
        ...(tls ? { enableTLSForSentinelMode: true } : {}),
      });
    case 'server':
      return new Redis({ ...options, ...nodes[0] });
  }
}

/** @throws Error naming the address and the remedy when Redis does not answer in time. */
export async function untilReady(redis: RedisClient, url: string, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + FIRST_CONNECTION_TIMEOUT_MS;
  while (redis.status !== 'ready') {
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      throw new Error(`no Redis answers at ${safeUrl(url)}: start one there, or set REDIS_URL`);
    }
    await sleep(20);
  }
}

/** The link failed or gave no answer in time, as opposed to Redis refusing a command. */
export function isConnectionError(error: unknown): boolean {
  return error instanceof Error && error.name !== 'ReplyError' && !(error instanceof TypeError);
}

/** Replies that pass: Redis loads, fails over, has no memory or disk for now, or is busy with a script. */
const PASSING =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|OOM|MISCONF|NOREPLICAS|BUSY|UNBLOCKED)\b/;

/** The same command may succeed later, without anybody changing a setting. */
export function isTransient(error: unknown): boolean {
  if (isConnectionError(error)) return true;
  if (!(error instanceof Error)) return false;
  // A transaction fails because of what one of its commands was refused for.
  const { previousErrors } = error as { previousErrors?: unknown[] };
  return PASSING.test(error.message) || (previousErrors?.some(isTransient) ?? false);
}

/** What failed, for a line of a log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const RETRY_MS = 100;
const MAX_RETRY_MS = 1_000;

/** How long to wait after so many failures in a row, in ms. With jitter: not all come back to a restarted Redis at once. */
export function retryDelay(failures: number): number {
  return Math.random() * Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** failures);
}

/**
 * Repeats a command that may run twice until Redis takes it.
 *
 * @returns false when `goOn` said no before that.
 * @throws what does not pass.
 */
export async function untilTaken(command: () => Promise<unknown>, goOn: () => boolean): Promise<boolean> {
  for (let failures = 0; goOn();) {
    try {
      await command();
      return true;
    } catch (error) {
      if (!isTransient(error)) throw error;
      await sleep(retryDelay(++failures));
    }
  }
  return false;
}

/** Runs one of the log's scripts. The reply is whatever its header says. */
export async function runScript(
  redis: RedisClient,
  name: keyof typeof SCRIPTS,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
  const script = commands[name];
  if (script === undefined) throw new TypeError(`script ${name} is not defined on this connection`);
  return script.call(redis, ...keys, ...args);
}

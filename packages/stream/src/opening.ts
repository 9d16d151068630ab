import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvent } from '@vectra/protocol';
import type { Redis } from 'ioredis';
import { SCHEMA_VERSION } from './checks.js';
import { isConnectionError, runScript, type LogSink } from './connection.js';
import { entryId, jsonOf } from './entries.js';
import { FencedError, fromReply } from './errors.js';
import type { LogKeys } from './keys.js';
import { takeLease, type Holding } from './lease.js';
import { readState, type LogState } from './state.js';
import type { WriteAheadFile } from './wal.js';

/** The role whose holder may write. */
export const FEED_ROLE = 'feed';
const RETRY_MS = 100;

export interface WriterConnection {
  redis: Redis;
  keys: LogKeys;
  log?: LogSink | undefined;
}

export interface OpeningOptions {
  /** Groups that must exist before the first event, so that they see every one. */
  requiredGroups: readonly string[];
  leaseTtlMs: number;
  /** Gives up waiting for the lease. */
  signal: AbortSignal;
  /** Another feed holds the lease; this one stands by. */
  onStandby?: () => void;
}

/** The state of a log that was opened: it has an epoch. */
export type OpenState = LogState & { epoch: string };

export const freshEpoch = (): string => randomBytes(4).toString('hex');

/**
 * Takes the lease and makes sure that the log has an epoch and its required groups.
 *
 * @param epochOf called under the lease: the epoch to go on with where the log has none.
 */
export async function openLog(
  connection: WriterConnection,
  options: OpeningOptions,
  epochOf: () => Promise<string | undefined>,
): Promise<{ holding: Holding; state: OpenState }> {
  const { redis, keys } = connection;
  const { leaseTtlMs, signal, onStandby } = options;
  for (;;) {
    const holding = await takeLease({ redis, keys, name: FEED_ROLE, ttlMs: leaseTtlMs }, signal, onStandby);
    try {
      const known = await epochOf();
      const state = await beginUnder(connection, options, holding, known ?? freshEpoch());
      if (state !== undefined) return { holding, state };
    } catch (error) {
      await holding.release();
      throw error;
    }
    await holding.release();
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Undefined when the link failed or the lease was lost meanwhile: it is to be tried again. */
async function beginUnder(
  connection: WriterConnection,
  options: OpeningOptions,
  { token }: Holding,
  proposed: string,
): Promise<OpenState | undefined> {
  try {
    const epoch = await beginLog(connection, options, { token, epoch: proposed, anew: false });
    return { ...(await readState(connection.redis, connection.keys)), epoch };
  } catch (reply) {
    const error = fromReply(reply);
    if (error instanceof FencedError || isConnectionError(error)) return undefined;
    throw error;
  }
}

/**
 * Whether the write-ahead file goes on from what is stored. It does not when another feed has written meanwhile: then it
 * has less than is stored, or its events at the same place are others.
 */
export async function goesOn(
  { redis, keys }: WriterConnection,
  wal: WriteAheadFile,
  { epoch, last }: OpenState,
): Promise<boolean> {
  if (wal.epoch !== epoch || wal.last < last) return false;
  const [entry] = await redis.xrange(keys.events, entryId(last), entryId(last));
  const [event] = await wal.read(last, 1);
  return entry === undefined || event === undefined || jsonOf(entry[1]) === encodeEvent(event);
}

interface Beginning {
  token: number;
  epoch: string;
  /** Drops what the log holds. */
  anew: boolean;
}

/** Gives the log its epoch, unless it has one, and its required groups; or, `anew`, another epoch in place of all it holds. */
export async function beginLog(
  { redis, keys }: WriterConnection,
  options: Pick<OpeningOptions, 'requiredGroups'>,
  beginning: Beginning,
): Promise<string> {
  const { token, epoch, anew } = beginning;
  const where = [keys.events, keys.meta, keys.fence(FEED_ROLE)];
  const reply = await runScript(redis, 'begin', where, [
    token,
    epoch,
    SCHEMA_VERSION,
    anew ? 1 : 0,
    ...options.requiredGroups,
  ]);
  return String(reply);
}

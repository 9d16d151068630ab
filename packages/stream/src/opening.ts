import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvent, type Event } from '@vectra/protocol';
import { SCHEMA_VERSION } from './checks.js';
import { isTransient, runScript, type LogSink, type RedisClient } from './connection.js';
import { entryId, jsonOf, seqOf } from './entries.js';
import { FencedError, fromReply } from './errors.js';
import type { LogKeys } from './keys.js';
import { takeLease, type Holding } from './lease.js';
import { readState, type LogState } from './state.js';

/** The role whose holder may write. */
export const FEED_ROLE = 'feed';
const RETRY_MS = 100;

export interface WriterConnection {
  redis: RedisClient;
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
  { fence }: Holding,
  proposed: string,
): Promise<OpenState | undefined> {
  try {
    const epoch = await beginLog(connection, options, { fence, epoch: proposed, anew: false });
    await expelForeign(connection, fence, epoch);
    return { ...(await readState(connection.redis, connection.keys)), epoch };
  } catch (reply) {
    const error = fromReply(reply);
    if (error instanceof FencedError || isTransient(error)) return undefined;
    throw error;
  }
}

/** How many of the newest entries are looked at for the newest that a feed wrote. */
const NEWEST = 1_000;

/** What somebody else has written after the feed's last event would take the places of those to come. */
async function expelForeign(connection: WriterConnection, fence: string, epoch: string): Promise<void> {
  const { redis, keys } = connection;
  const { last } = await readState(redis, keys);
  const newest = await redis.xrevrange(keys.events, '+', '-', 'COUNT', NEWEST);
  const own = newest.find(([id, fields]) => {
    const seq = seqOf(id);
    // Of whatever type, which a newer feed may have known and this one does not.
    return id === entryId(seq) && jsonOf(fields).includes(`"id":"${epoch}:${seq}"`);
  });
  const ends = own === undefined ? undefined : seqOf(own[0]);
  // None at all: everything was trimmed, or this is not a log that can be mended.
  if (ends !== undefined && ends !== last) await expel(connection, fence, ends);
}

/** Moves every entry after `last` to the feed's dead letters. */
export async function expel(
  { redis, keys, log }: WriterConnection,
  fence: string,
  last: number,
): Promise<void> {
  const where = [keys.events, keys.deadLetters(FEED_ROLE), keys.fence(FEED_ROLE)];
  const entries = await runScript(redis, 'expel', where, [fence, last]);
  log?.error(
    { entries, after: last },
    'somebody else wrote into the log: moved to the dead letters of the feed',
  );
}

/** Events that have a place in the log: the write-ahead file, or its newest part in memory. */
interface History {
  readonly epoch: string | undefined;
  readonly last: number;
  read(from: number, count: number): Promise<Event[]>;
}

/**
 * Whether a writer's history goes on from what is stored. It does not when another feed has written meanwhile: then it
 * has less than is stored, or its event at the same place is another.
 */
export async function goesOn(
  { redis, keys }: WriterConnection,
  history: History,
  { epoch, last }: OpenState,
): Promise<boolean> {
  if (history.epoch !== epoch || history.last < last) return false;
  const [entry] = await redis.xrange(keys.events, entryId(last), entryId(last));
  const [event] = await history.read(last, 1);
  return entry === undefined || event === undefined || jsonOf(entry[1]) === encodeEvent(event);
}

interface Beginning {
  fence: string;
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
  const { fence, epoch, anew } = beginning;
  const where = [keys.events, keys.meta, keys.fence(FEED_ROLE)];
  const reply = await runScript(redis, 'begin', where, [
    fence,
    epoch,
    SCHEMA_VERSION,
    anew ? 1 : 0,
    ...options.requiredGroups,
  ]);
  return String(reply);
}

/** How long a feed that was stopped without a word may still have its lease; and how long the new history takes to begin. */
const RENEW_TIMEOUT_MS = 10_000;
const RENEW_LEASE_MS = 10_000;

/**
 * Begins another history: the stream's events are dropped, places are counted from 1, and the new epoch tells every reader.
 *
 * @returns the epoch.
 * @throws Error when a feed holds the lease.
 */
export async function renewLog(
  connection: WriterConnection,
  options: Pick<OpeningOptions, 'requiredGroups'>,
): Promise<string> {
  const { redis, keys } = connection;
  const inTime = AbortSignal.timeout(RENEW_TIMEOUT_MS);
  const lease = { redis, keys, name: FEED_ROLE, ttlMs: RENEW_LEASE_MS };
  const holding = await takeLease(lease, inTime).catch((error: unknown) => {
    if (!inTime.aborted) throw error;
    throw new Error('a feed writes into this log: stop every feed first', { cause: error });
  });
  try {
    return await beginLog(connection, options, { fence: holding.fence, epoch: freshEpoch(), anew: true });
  } finally {
    await holding.release();
  }
}

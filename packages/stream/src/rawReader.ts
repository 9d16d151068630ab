import { setTimeout as sleep } from 'node:timers/promises';
import { BLOCK_MS, isTransient, retryDelay, runScript, type RedisClient } from './connection.js';
import { fromReply, FencedError } from './errors.js';
import { onOwnReader, type GroupConnection } from './groupCommands.js';
import type { LogKeys } from './keys.js';
import { takeLease, type Holding } from './lease.js';
import { partsOf, rawEventOf, type StoredRawEvent } from './rawEntries.js';
import type { RawEntry } from './entries.js';

/** The largest event seen has 0.5 MB. */
const BATCH = 50;
const READY_POLL_MS = 20;
/** Who holds its lease is the one reader. */
const ROLE = 'capture';

export interface RawReaderOptions {
  /** How long a reader that is gone keeps others out; 4,000 unless told. */
  leaseTtlMs?: number;
  /** Ends the iteration. */
  signal: AbortSignal;
  /** Called each time ownership begins. Returns the id of the newest event that the reader has for good, if any. */
  onOwned: () => Promise<string | undefined>;
  onStatus?: (status: 'standby' | 'owner' | 'lost') => void;
}

export interface RawBatch {
  /** In order. */
  events: readonly StoredRawEvent[];
  /** False once another reader may own the raw events. */
  owned: () => boolean;
}

interface RawReaderParts extends RawReaderOptions, GroupConnection {}

/**
 * The one reader of raw events, under a lease; others stand by. When the loop comes back for the next batch, the one before is
 * taken out of Redis: a reader that could not keep it for good must leave the loop. Ends when the signal aborts.
 *
 * @throws what Redis refuses for good.
 */
export async function* readRawEvents(parts: RawReaderParts): AsyncGenerator<RawBatch, void> {
  const { commands: redis, keys, leaseTtlMs: ttlMs = 4_000, signal, onOwned, onStatus } = parts;
  const stopped = (): boolean => signal.aborted;
  try {
    while (!stopped()) {
      const holding = await takeLease({ redis, keys, name: ROLE, ttlMs }, signal, () =>
        onStatus?.('standby'),
      );
      try {
        const cursor = await onOwned();
        onStatus?.('owner');
        yield* onOwnReader(parts, signal, (reader) => batchesAfter(cursor, holding, reader, parts));
      } finally {
        await holding.release();
        if (!stopped()) onStatus?.('lost');
      }
    }
  } catch (error) {
    if (!stopped()) throw error;
  }
}

async function* batchesAfter(
  from: string | undefined,
  holding: Holding,
  reader: RedisClient,
  { commands, keys, signal, log }: RawReaderParts,
): AsyncGenerator<RawBatch, void> {
  let cursor = from;
  let failures = 0;
  const owned = (): boolean => holding.valid && !signal.aborted;
  while (owned()) {
    if (reader.status !== 'ready') {
      await sleep(READY_POLL_MS, undefined, { signal });
      continue;
    }
    try {
      const entries = await nextEntries(reader, keys.raw, cursor);
      const newest = entries.at(-1)?.[0];
      if (newest === undefined || !owned()) continue;
      yield { events: placed(entries, cursor), owned: () => holding.valid };
      if (!holding.valid) return; // the batch may have been left undone
      cursor = newest;
      await dropThrough(newest, { redis: commands, keys, fence: holding.fence });
      failures = 0;
    } catch (reply) {
      const error = fromReply(reply);
      if (error instanceof FencedError) return;
      if (!isTransient(error)) throw error;
      failures += 1;
      if (failures === 1) log?.warn({ reason: String(error) }, 'reading raw events failed; trying again');
      await sleep(retryDelay(failures), undefined, { signal });
    }
  }
}

async function nextEntries(
  reader: RedisClient,
  key: string,
  cursor: string | undefined,
): Promise<[string, string[]][]> {
  const reply = await reader.call(
    'XREAD',
    'COUNT',
    BATCH,
    'BLOCK',
    BLOCK_MS,
    'STREAMS',
    key,
    cursor ?? '0-0',
  );
  const entries = (reply as [string, RawEntry[]][] | null)?.[0]?.[1] ?? [];
  return entries.map(([id, fields]) => [id, fields ?? []]);
}

/** Finds the holes: seq numbers have none but where something was dropped. */
function placed(entries: readonly [string, string[]][], cursor: string | undefined): StoredRawEvent[] {
  const events: StoredRawEvent[] = [];
  let before = cursor === undefined ? Infinity : partsOf(cursor).seq;
  for (const [id, fields] of entries) {
    const event = rawEventOf(fields);
    if (event === undefined) continue;
    const { seq } = partsOf(id);
    // Nothing is known of what was before; or Redis was emptied, and a new feed counts anew.
    const known = before < seq;
    events.push({ ...event, id, seq, lost: known ? seq - before - 1 : 0 });
    before = seq;
  }
  return events;
}

async function dropThrough(
  id: string,
  { redis, keys, fence }: { redis: RedisClient; keys: LogKeys; fence: string },
): Promise<void> {
  const { ms, seq } = partsOf(id);
  await runScript(redis, 'rawtrim', [keys.raw, keys.fence(ROLE)], [fence, `${ms}-${seq + 1}`]);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, retryDelay, type LogSink, type RedisClient } from './connection.js';
import { partsOf, rawFields, sizeOf, type RawEvent } from './rawEntries.js';

/** What waits for Redis may take this much memory. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;
/** One request holds no more than this, but for an event that is larger. */
const REQUEST_BYTES = 2 ** 20;
const REQUEST_EVENTS = 500;
/** The oldest are dropped by such parts of what Redis may hold. */
const PARTS = 64;
/** How long `close` waits for Redis. */
const CLOSE_MS = 1_000;

export interface RawWriterOptions {
  /** How much memory of Redis raw events may take, bytes. Beyond that the oldest are dropped. */
  maxBytes: number;
  /** How much may wait for Redis, bytes; 16 MiB unless told. Beyond that the newest are dropped. */
  maxWaitingBytes?: number;
  onStored?: (count: number) => void;
  onDropped?: (count: number) => void;
}

interface RawWriterParts extends RawWriterOptions {
  /** Of its own: a large event must not hold up anything else. */
  redis: RedisClient;
  key: string;
  log?: LogSink | undefined;
}

interface Waiting {
  event: RawEvent;
  bytes: number;
  /** How many were dropped just before it. */
  lost: number;
  /** It may have been stored by an earlier writer. */
  again: boolean;
  /** Its id, once it has one. */
  id?: string;
}

/**
 * Keeps upstream events as they were received, for a capture: as many as fit, and without ever holding up whoever hands them
 * over. Ids are `<ms>-<seq>`; seq counts on from one writer to the next and counts what was dropped as well, so that a reader sees
 * every hole.
 */
export class RawWriter {
  readonly #parts: RawWriterParts;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #lost = 0;
  /** The newest id given; undefined before Redis was asked. */
  #last: { ms: number; seq: number } | undefined;
  /** What Redis holds, by parts, the oldest first. */
  #held: { first: string; bytes: number }[] = [];
  #sending: Promise<void> | undefined;
  #failures = 0;
  #closed = false;

  constructor(parts: RawWriterParts) {
    this.#parts = parts;
  }

  /**
   * Takes events in order. Never waits, never throws.
   *
   * @param again they may be stored already: those that are not newer than what Redis holds are left out.
   */
  push(events: readonly RawEvent[], again = false): void {
    const { maxWaitingBytes = MAX_WAITING_BYTES, onDropped } = this.#parts;
    let dropped = 0;
    for (const event of events) {
      const bytes = sizeOf(event);
      if (this.#closed || this.#waitingBytes + bytes > maxWaitingBytes) {
        dropped += 1;
        continue;
      }
      this.#waiting.push({ event, bytes, lost: this.#lost + dropped, again });
      this.#waitingBytes += bytes;
      this.#lost = 0;
      if (dropped > 0) onDropped?.(dropped);
      dropped = 0;
    }
    this.#lost += dropped;
    if (dropped > 0) onDropped?.(dropped);
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  /** Waits, for a second at most, until Redis has everything. */
  async close(): Promise<void> {
    const { redis, onDropped } = this.#parts;
    const timer = new AbortController();
    const late = sleep(CLOSE_MS, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([this.#sending, late]);
    timer.abort();
    this.#closed = true;
    redis.disconnect();
    await this.#sending;
    if (this.#waiting.length > 0) onDropped?.(this.#waiting.length);
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      try {
        this.#last ??= await this.#begin();
        await this.#store();
        this.#failures = 0;
      } catch (error) {
        await this.#backOff(error);
      }
    }
  }

  /** Goes on where the last writer ended. */
  async #begin(): Promise<{ ms: number; seq: number }> {
    const { redis, key } = this.#parts;
    const top = await newestId(redis, key);
    const used = await redis.memory('USAGE', key, 'SAMPLES', 0);
    this.#held = typeof used === 'number' ? [{ first: '0-0', bytes: used }] : [];
    const fresh = this.#waiting.filter(({ event, again }) => !again || event.at > top.ms);
    this.#waiting = fresh;
    this.#waitingBytes = fresh.reduce((sum, { bytes }) => sum + bytes, 0);
    return { ms: top.ms + 1, seq: top.seq };
  }

  async #store(): Promise<void> {
    const { redis, key, onStored } = this.#parts;
    const batch = this.#nextRequest();
    const pipeline = redis.pipeline();
    const floor = this.#makeRoom(batch);
    for (const [index, { event, id = '' }] of batch.entries()) {
      const trim = index === 0 && floor !== undefined ? ['MINID', floor] : [];
      pipeline.xadd(key, ...trim, id, ...rawFields(event));
    }
    const replies = (await pipeline.exec()) ?? [];
    const failed = replies.findIndex(([error]) => error !== null && !isStored(error));
    const stored = failed === -1 ? replies.length : failed;
    this.#waiting.splice(0, stored);
    for (const { bytes } of batch.slice(0, stored)) this.#waitingBytes -= bytes;
    if (stored > 0) onStored?.(stored);
    if (failed !== -1) throw replies[failed]?.[0] ?? new Error('no answer');
  }

  #nextRequest(): Waiting[] {
    let bytes = 0;
    const tooMany = this.#waiting.findIndex((one, index) => {
      bytes += one.bytes;
      return index > 0 && (bytes > REQUEST_BYTES || index >= REQUEST_EVENTS);
    });
    return tooMany === -1 ? [...this.#waiting] : this.#waiting.slice(0, tooMany);
  }

  /** Gives ids to those that have none. Returns the first id to keep when the oldest must go. */
  #makeRoom(batch: readonly Waiting[]): string | undefined {
    const { maxBytes } = this.#parts;
    for (const one of batch) {
      if (one.id !== undefined) continue;
      one.id = this.#nextId(one);
      const part = this.#held.at(-1);
      if (part === undefined || part.bytes >= maxBytes / PARTS)
        this.#held.push({ first: one.id, bytes: one.bytes });
      else part.bytes += one.bytes;
    }
    let bytes = this.#held.reduce((sum, part) => sum + part.bytes, 0);
    let gone: { bytes: number } | undefined;
    while (bytes > maxBytes && this.#held.length > 1) {
      gone = this.#held.shift();
      bytes -= gone?.bytes ?? 0;
    }
    return gone === undefined ? undefined : this.#held[0]?.first;
  }

  #nextId({ event, lost }: Waiting): string {
    const last = this.#last ?? { ms: 0, seq: 0 };
    this.#last = { ms: Math.max(event.at, last.ms), seq: last.seq + lost + 1 };
    return `${this.#last.ms}-${this.#last.seq}`;
  }

  async #backOff(error: unknown): Promise<void> {
    if (this.#closed) return;
    this.#failures += 1;
    const reason = reasonOf(error);
    if (this.#failures === 1) this.#parts.log?.warn({ reason }, 'raw events can not be stored; trying again');
    await sleep(retryDelay(this.#failures));
  }
}

/** The newest id that a stream ever had, whatever was dropped since. */
async function newestId(redis: RedisClient, key: string): Promise<{ ms: number; seq: number }> {
  try {
    const info = (await redis.xinfo('STREAM', key)) as unknown[];
    return partsOf(String(info[info.indexOf('last-generated-id') + 1]));
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return { ms: 0, seq: 0 };
    throw error;
  }
}

/** The reply to an earlier attempt was lost, or a successor writes already. */
function isStored({ message }: Error): boolean {
  return message.includes('equal or smaller');
}

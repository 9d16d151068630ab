import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  unlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { decodeEvent, encodeEvent, type Event } from '@vectra/protocol';
import type { LogSink } from './connection.js';

/** A segment of this many events is followed by a new one: what is not needed any more is dropped by segments. */
const SEGMENT_EVENTS = 5_000;
const SEGMENT_NAME = /^(\d{12})-([0-9a-f]{4,32})-(\d{16})\.jsonl$/;

interface Segment {
  path: string;
  ordinal: number;
  epoch: string;
  first: number;
  /** `first - 1` when it holds none. */
  last: number;
}

/**
 * Stands beside the segments while the log held events before them that were in Redis only: from an empty Redis the log
 * can't be filled again then.
 */
const PARTIAL_MARK = 'partial';

/**
 * What the feed has written, on disk before it is published: a crash of the feed or of Redis loses nothing of it.
 * Segments of one event a line, numbered; the newest one's epoch is the file's. A torn last line is no event.
 */
export class WriteAheadFile {
  readonly #folder: string;
  readonly #log: LogSink | undefined;
  /** Oldest first, of one epoch, without gaps between them. */
  #segments: Segment[] = [];
  #handle: FileHandle | undefined;
  /** Length of the newest segment up to its last whole line. */
  #bytes = 0;
  #partial = false;
  /** The segment read last. */
  #read: { segment: Segment; lines: readonly string[] } | undefined;

  private constructor(folder: string, log: LogSink | undefined) {
    this.#folder = folder;
    this.#log = log;
  }

  /**
   * Reads what an earlier feed left in the folder, which is created if missing, and goes on in a segment of its own: a
   * former feed that has not noticed yet that it is one can't write into it, and what it adds to its own is left out.
   */
  static async open(folder: string, log?: LogSink): Promise<WriteAheadFile> {
    await mkdir(folder, { recursive: true });
    const file = new WriteAheadFile(folder, log);
    await file.#load();
    return file;
  }

  /** Undefined before the first `begin`. */
  get epoch(): string | undefined {
    return this.#segments.at(-1)?.epoch;
  }

  /** The oldest seq it holds; `last + 1` when it holds none. */
  get first(): number {
    return this.#segments[0]?.first ?? 1;
  }

  /** The newest seq it holds. */
  get last(): number {
    return this.#segments.at(-1)?.last ?? 0;
  }

  /** The log held events before these that were not trimmed yet, and that this file never had. */
  get isPartial(): boolean {
    return this.#partial;
  }

  /** Forgets everything and goes on with `next` as the first seq. `partial`: the log holds events before it. */
  async begin(epoch: string, next: number, partial: boolean): Promise<void> {
    const old = [...this.#segments];
    // Marked before it is true, and unmarked only after it has ceased to be.
    if (partial) await this.#mark(true);
    const ordinal = (old.at(-1)?.ordinal ?? 0) + 1;
    await this.#beginSegment({ ordinal, epoch, first: next });
    for (const { path } of old) await unlink(path);
    this.#segments = this.#segments.slice(-1);
    if (!partial) await this.#mark(false);
  }

  /** Leaves out what a former feed has dropped from the folder meanwhile: it was trimmed. */
  async refresh(): Promise<void> {
    const there = new Set((await this.#listed()).map(({ path }) => path));
    const lost = this.#segments.findLastIndex(({ path }) => !there.has(path));
    this.#segments = this.#segments.slice(Math.min(lost + 1, this.#segments.length - 1));
  }

  /**
   * To be called when the lease was lost for a while and is this writer's again. Another feed may have opened the file
   * meanwhile: its segment would cut off what was written here since, so that goes to a newer one.
   */
  async reclaim(): Promise<void> {
    await this.refresh();
    const newest = this.#segments.at(-1);
    if (newest === undefined) return;
    const later = (await this.#listed()).filter(({ ordinal }) => ordinal > newest.ordinal);
    if (later.length === 0) return;
    const from = Math.max(this.first, Math.min(this.last + 1, ...later.map(({ first }) => first)));
    const again = await this.read(from, this.last - from + 1);
    const ordinal = Math.max(...later.map((segment) => segment.ordinal)) + 1;
    this.#segments = this.#segments.filter(({ first }) => first < from);
    for (const segment of this.#segments) segment.last = Math.min(segment.last, from - 1);
    await this.#beginSegment({ ordinal, epoch: newest.epoch, first: from }, again);
  }

  /**
   * Adds events, which must go on where it ends, and waits until they are on disk.
   *
   * @throws RangeError when they don't; errors of the file system, after which those up to `last` were added.
   */
  async append(events: readonly Event[]): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    if (this.#segments.length === 0 || first.seq !== this.last + 1) {
      throw new RangeError(`expected event ${this.last + 1}, was ${first.seq}`);
    }
    for (let done = 0; done < events.length;) {
      const segment = await this.#roomySegment();
      const room = SEGMENT_EVENTS - (segment.last - segment.first + 1);
      const part = events.slice(done, done + room);
      await this.#write(linesOf(part));
      segment.last += part.length;
      done += part.length;
    }
  }

  /** Events from a seq on, at most `count`; fewer where it ends. None when it does not hold the first. */
  async read(from: number, count: number): Promise<Event[]> {
    const events: Event[] = [];
    for (const segment of this.#segments) {
      const next = from + events.length;
      if (segment.last < next || segment.first > next || events.length >= count) continue;
      const lines = await this.#textOf(segment);
      const to = Math.min(segment.last + 1, next + count - events.length);
      const wanted = lines.slice(next - segment.first, to - segment.first);
      events.push(...wanted.map(decodeEvent));
    }
    return events;
  }

  /** The log was trimmed up to this seq: drops segments that hold nothing from it on, and what was before them. */
  async forget(below: number): Promise<void> {
    if (this.#partial && below >= this.first) await this.#mark(false);
    for (const { last } of this.#segments.slice(0, -1)) {
      if (last >= below) break;
      this.#segments.shift();
    }
    const [oldest] = this.#segments;
    for (const { path } of await this.#listed()) {
      // Another feed that shares the folder may have dropped it.
      if (oldest !== undefined && path < oldest.path) await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** A full segment's lines stay in memory until another's are wanted: it changes no more, and is read in parts. */
  async #textOf(segment: Segment): Promise<readonly string[]> {
    if (this.#read?.segment === segment) return this.#read.lines;
    const { lines } = await wholeLines(segment.path);
    if (segment !== this.#segments.at(-1)) this.#read = { segment, lines };
    return lines;
  }

  async #mark(partial: boolean): Promise<void> {
    const path = join(this.#folder, PARTIAL_MARK);
    if (partial) await writeFile(path, '');
    else await rm(path, { force: true });
    await syncFolder(this.#folder);
    this.#partial = partial;
  }

  /** The newest segment, or a new one when that is full. */
  async #roomySegment(): Promise<Segment> {
    const newest = this.#segments.at(-1);
    if (newest === undefined) throw new Error('the write-ahead file was not begun');
    if (newest.last - newest.first + 1 < SEGMENT_EVENTS) return newest;
    // Under the same number: a former feed's must never come to stand after those of the next.
    return this.#beginSegment({ ordinal: newest.ordinal, epoch: newest.epoch, first: newest.last + 1 });
  }

  async #write(text: string): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) throw new Error('the write-ahead file is closed');
    try {
      await handle.appendFile(text);
      await handle.datasync();
    } catch (error) {
      // What was written in part must not stand before what comes next.
      await handle.truncate(this.#bytes);
      throw error;
    }
    this.#bytes += Buffer.byteLength(text);
  }

  /** @param events come with it, in one step: a crash leaves no segment that cuts off what it was to hold. */
  async #beginSegment(
    { ordinal, epoch, first }: Pick<Segment, 'ordinal' | 'epoch' | 'first'>,
    events: readonly Event[] = [],
  ): Promise<Segment> {
    const name = `${String(ordinal).padStart(12, '0')}-${epoch}-${String(first).padStart(16, '0')}.jsonl`;
    const path = join(this.#folder, name);
    const unfinished = `${path}.tmp`;
    await rm(unfinished, { force: true });
    const handle = await open(unfinished, 'a');
    const text = linesOf(events);
    try {
      await handle.appendFile(text);
      await handle.sync();
      await link(unfinished, path);
      await unlink(unfinished);
      await syncFolder(this.#folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle?.close();
    this.#handle = handle;
    this.#bytes = Buffer.byteLength(text);
    const segment = { path, ordinal, epoch, first, last: first + events.length - 1 };
    this.#segments.push(segment);
    return segment;
  }

  /** The folder's segments, oldest first; their `last` is not known yet. */
  async #listed(): Promise<Segment[]> {
    const names = (await readdir(this.#folder)).sort();
    return names.flatMap((name) => {
      const [, ordinal, epoch, first] = SEGMENT_NAME.exec(name) ?? [];
      if (ordinal === undefined || epoch === undefined || first === undefined) return [];
      const path = join(this.#folder, name);
      return [{ path, ordinal: Number(ordinal), epoch, first: Number(first), last: Number(first) - 1 }];
    });
  }

  async #load(): Promise<void> {
    this.#partial = (await readdir(this.#folder)).includes(PARTIAL_MARK);
    const found = await this.#listed();
    // What a former feed wrote after a later one had begun does not count.
    let limit = Infinity;
    for (const [index, segment] of [...found.entries()].toReversed()) {
      const { lines, torn } = await wholeLines(segment.path);
      if (found[index + 1]?.epoch !== segment.epoch) limit = Infinity;
      segment.last = Math.min(segment.first + lines.length, Math.max(limit, segment.first)) - 1;
      limit = Math.min(limit, segment.first);
      if (torn)
        this.#log?.warn({ file: segment.path }, 'the unfinished end of the write-ahead file is left out');
    }
    this.#segments = unbroken(found);
    const newest = this.#segments.at(-1);
    if (newest === undefined) return;
    const { epoch, last } = newest;
    await this.#beginSegment({ ordinal: newest.ordinal + 1, epoch, first: last + 1 });
  }
}

function linesOf(events: readonly Event[]): string {
  return events.map((event) => `${encodeEvent(event)}\n`).join('');
}

/** The newest segments that follow each other without a gap in the newest one's epoch. */
function unbroken(segments: readonly Segment[]): Segment[] {
  const chain: Segment[] = [];
  for (const segment of segments.toReversed()) {
    const [next] = chain;
    if (next !== undefined && segment.last < segment.first && segment.epoch === next.epoch) continue;
    if (next !== undefined && (segment.epoch !== next.epoch || segment.last + 1 !== next.first)) break;
    chain.unshift(segment);
  }
  return chain;
}

/** The lines of a segment that are events, up to the first that is not. */
async function wholeLines(path: string): Promise<{ lines: string[]; torn: boolean }> {
  const text = await readFile(path, 'utf8');
  const end = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  const bad = lines.findIndex((line) => !line.endsWith('}'));
  const whole = bad === -1 ? lines : lines.slice(0, bad);
  return { lines: whole, torn: whole.length < lines.length || end < text.length };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeEvent, formatPosition, parsePosition, type Event, type Position } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { RecordingChange } from './book.js';
import { createFile, ensureFolder, hasCode, namesIn, sweepTemporaries, withFile } from './disk.js';
import {
  encodeBeginning,
  encodeGap,
  encodeLate,
  encodeRecording,
  readSegment,
  segmentName,
  segmentOrdinal,
  type Beginning,
  type Gap,
  type SegmentHeader,
  type SegmentLine,
} from './segment.js';

/** Another owner has gone on with the journal: this one must look again where it ends. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
}

/** A restart reads one segment: this bounds how much. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

export interface JournalOptions {
  folder: string;
  log: Logger;
  /** A segment that has reached this size is followed by a new one. */
  segmentBytes?: number;
  /** Makes what was written durable. */
  sync?: (handle: FileHandle) => Promise<void>;
  onAppended?: (bytes: number) => void;
}

/**
 * The recorder's durable memory: every event of the log, one line each, in segments numbered from 1.
 *
 * Who may write is decided by the folder itself: a segment's name is taken exclusively, and the one with the highest
 * number, with those it names as its predecessors, is the journal (see `SegmentHeader`). An owner writes only to
 * segments of its own, so a former owner that has not noticed yet can neither damage nor extend what counts.
 *
 * A segment in which a write or sync failed is not written to again: what the disk holds of it beyond the last good
 * byte is unknown (a second sync would report success for pages the first one lost), so the next write begins a new one.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #sync: (handle: FileHandle) => Promise<void>;
  #token = 0;
  #position: Position | undefined;
  /** The end of the journal: number of its newest segment, and how many bytes of that count. */
  #tail: { ordinal: number; bytes: number } | undefined;
  /** The tail's segment, when it is this owner's and sound. */
  #handle: FileHandle | undefined;
  #gaps: Gap[] = [];
  /** Ids of the late events in the newest segment. */
  #late = new Set<string>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#sync = options.sync ?? ((handle) => handle.datasync());
  }

  /** The place in the log up to which the journal goes. */
  get position(): Position | undefined {
    return this.#position;
  }

  /**
   * Finds the journal's end and hands out the lines of its newest segment. To be called when ownership begins; nothing
   * is written under the new token before the first `append`.
   *
   * @throws Error when the newest segment can't be read at all.
   */
  async recover(token: number, visit: (line: SegmentLine) => void): Promise<void> {
    const { folder } = this.#options;
    await this.close();
    this.#token = token;
    this.#position = undefined;
    this.#tail = undefined;
    this.#late.clear();
    await ensureFolder(folder);
    await sweepTemporaries(folder);
    const ordinal = (await segmentsIn(folder)).at(-1);
    if (ordinal === undefined) return;
    this.#tail = { ordinal, bytes: await this.#readTail(join(folder, segmentName(ordinal)), visit) };
  }

  /** Says that events were lost before they could be recorded; the next `append` writes it down. */
  noteGap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  /**
   * Makes events durable; those it has already are left out. When it throws, nothing was added, and the same call may
   * be repeated.
   *
   * @param carry what a new segment has to begin with: the state before these events.
   * @returns the events that were added.
   * @throws SupersededError when another owner wrote meanwhile; errors of the file system.
   */
  async append(events: readonly Event[], carry: () => Beginning): Promise<readonly Event[]> {
    const fresh = events.filter((event) => this.#isNew(event));
    await this.#write([...this.#gaps.map(encodeGap), ...fresh.map(encodeEvent)], carry);
    this.#gaps = [];
    const last = fresh.at(-1);
    if (last !== undefined) this.#position = parsePosition(last.id);
    return fresh;
  }

  /** Like `append`, for events that belong before the journal's end; the place it goes up to stays. */
  async appendLate(events: readonly Event[], carry: () => Beginning): Promise<readonly Event[]> {
    const fresh = events.filter(({ id }) => !this.#late.has(id));
    await this.#write(fresh.map(encodeLate), carry);
    for (const { id } of fresh) this.#late.add(id);
    return fresh;
  }

  /** Writes down, before any event after it, that recording is paused or resumed. When it throws, it was not. */
  async appendChange(change: RecordingChange, carry: () => Beginning): Promise<void> {
    await this.#write([encodeRecording(change)], carry);
  }

  async #write(lines: readonly string[], carry: () => Beginning): Promise<void> {
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    const full =
      this.#tail !== undefined && this.#tail.bytes >= (this.#options.segmentBytes ?? SEGMENT_BYTES);
    if (full) await this.close();
    const bytes =
      this.#handle === undefined
        ? await this.#beginSegment(text, carry())
        : await this.#extendSegment(this.#handle, text);
    this.#options.onAppended?.(bytes);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #isNew({ id }: Event): boolean {
    const position = parsePosition(id);
    const known = this.#position;
    return known === undefined || position?.epoch !== known.epoch || position.seq > known.seq;
  }

  /** Returns how many bytes of the segment count. */
  async #readTail(path: string, visit: (line: SegmentLine) => void): Promise<number> {
    const { log } = this.#options;
    let bytes = 0;
    for await (const line of readSegment(path)) {
      if (line.kind === 'damaged') {
        if (bytes === 0) throw new Error(`${path} has no readable beginning (${line.reason}): move it away`);
        log.error(
          { file: path, bytes, reason: line.reason },
          'the journal is damaged; what follows is left out',
        );
        break;
      }
      if (line.kind === 'header') this.#position = positionAfter(line.header);
      if (line.kind === 'event') this.#position = parsePosition(line.event.id);
      if (line.kind === 'late') this.#late.add(line.event.id);
      bytes = line.end;
      visit(line);
    }
    if (bytes === 0) throw new Error(`${path} has no readable beginning: move it away`);
    const { size } = await stat(path);
    if (size > bytes) log.warn({ file: path, bytes: size - bytes }, 'unfinished end of the journal left out');
    // The former owner may have been killed before its last lines were durable; from now on they count.
    await withFile(path, 'r+', this.#sync);
    return bytes;
  }

  async #extendSegment(handle: FileHandle, text: string): Promise<number> {
    try {
      await handle.appendFile(text);
      await this.#sync(handle);
    } catch (error) {
      this.#handle = undefined;
      await handle.close().catch(() => undefined); // the failure to report is the first one
      throw error;
    }
    const bytes = Buffer.byteLength(text);
    if (this.#tail !== undefined) this.#tail.bytes += bytes;
    return bytes;
  }

  /** The first events come with the segment, in one step: a full disk leaves no beginning without them. */
  async #beginSegment(text: string, carry: Beginning): Promise<number> {
    const tail = this.#tail;
    const ordinal = (tail?.ordinal ?? 0) + 1;
    const path = join(this.#options.folder, segmentName(ordinal));
    const beginning = encodeBeginning(
      {
        token: this.#token,
        after: this.#position === undefined ? null : formatPosition(this.#position),
        previous: tail === undefined ? null : { file: segmentName(tail.ordinal), bytes: tail.bytes },
      },
      carry,
    );
    const content = beginning + text;
    try {
      await createFile(path, content);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) throw new SupersededError(`${path} was begun by another owner`);
      throw error;
    }
    const bytes = Buffer.byteLength(content);
    this.#handle = await open(path, 'a');
    this.#tail = { ordinal, bytes };
    return bytes;
  }
}

function positionAfter({ after }: SegmentHeader): Position | undefined {
  return after === null ? undefined : parsePosition(after);
}

async function segmentsIn(folder: string): Promise<number[]> {
  return (await namesIn(folder)).map(segmentOrdinal).filter((ordinal) => ordinal !== undefined);
}

/** A line's end in a journal. */
export interface JournalPlace {
  file: string;
  bytes: number;
}

/**
 * Reads the journal, oldest line first, without changing it.
 *
 * @param place where to go on: the end of an event's line, as an earlier reading told it. Without one, or when the journal has no such
 * segment any more, it is read from its beginning.
 */
export async function* readJournal(
  folder: string,
  log: Logger,
  place?: JournalPlace,
): AsyncGenerator<SegmentLine & { file: string }> {
  const chain = await chainOf(folder, place?.file);
  for (const [index, { file, bytes }] of chain.entries()) {
    const from = file === place?.file ? place.bytes : 0;
    for await (const line of readSegment(join(folder, file), bytes, from)) {
      if (line.kind === 'damaged') {
        log.error({ file, reason: line.reason }, 'a line of the journal is damaged and left out');
        if (bytes === undefined) break; // the newest segment's unfinished end
      }
      // What a later segment carries and knows has been read already.
      else if (index === 0 || (line.kind !== 'carried' && line.kind !== 'header')) yield { ...line, file };
    }
  }
}

/**
 * The segments that count, oldest first, and how many of their bytes do; of the newest, all whole lines.
 *
 * @param since the segment with which to begin; when there is none of that name, all are listed.
 */
async function chainOf(folder: string, since?: string): Promise<{ file: string; bytes?: number }[]> {
  const ordinals = new Set(await segmentsIn(folder));
  const newest = Math.max(0, ...ordinals);
  const chain: { file: string; bytes?: number }[] = [];
  let next: { file: string; bytes?: number } | null = newest === 0 ? null : { file: segmentName(newest) };
  while (next !== null && ordinals.has(segmentOrdinal(next.file) ?? 0)) {
    chain.unshift(next);
    next = next.file === since ? null : await previousOf(join(folder, next.file));
  }
  return chain;
}

async function previousOf(path: string): Promise<SegmentHeader['previous']> {
  for await (const line of readSegment(path)) return line.kind === 'header' ? line.header.previous : null;
  return null;
}

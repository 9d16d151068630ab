import { createReadStream } from 'node:fs';
import {
  decodeEvent,
  encodeEvent,
  gameIdSchema,
  InvalidEventError,
  resumeToken,
  type Event,
} from '@vectra/protocol';
import { z } from 'zod';
import type { Carry, RecordingChange } from './book.js';
import { sessionsCarry, type SessionsCarry } from './sessions/state.js';

/**
 * The first line of a segment.
 *
 * Segments form a chain. `previous` names the one before and how many of its bytes count: what a former owner, not
 * yet aware of being one, appends to its own segment after that is outside the chain, and so is a torn last line.
 * A segment stands alone: it first carries the events of the games that were still in the book, so that a restart reads
 * the newest segment only, however long the journal is.
 */
const header = z.object({
  journal: z.literal(1),
  /** Fencing token of the owner that wrote the segment. */
  token: z.int().min(0),
  /** The place in the log from which the segment goes on; null at the very beginning. */
  after: resumeToken.nullable(),
  previous: z.object({ file: z.string(), bytes: z.int().min(0) }).nullable(),
  /** How many carried events follow. */
  carried: z.int().min(0),
  /** Games that left the book before; a late event of theirs opens none again. */
  left: z.array(gameIdSchema),
  /** Carried games that started while recording was paused; absent in the first journals. */
  unrecorded: z.array(gameIdSchema).default([]),
  /** The account's sessions after the events before; absent in the first journals. */
  sessions: sessionsCarry.nullable().default(null),
});
export type SegmentHeader = z.infer<typeof header>;

/** What a new segment begins with: the state after all events before it. */
export interface Beginning extends Carry {
  readonly sessions?: SessionsCarry;
}

/** Events `from` to `to` (seq) of the log were trimmed before they could be recorded. */
const gapLine = z.object({ gap: z.object({ from: z.int(), to: z.int() }) });
export type Gap = z.infer<typeof gapLine>['gap'];

/** Recording was paused or resumed; a segment that begins in between repeats it after what it carries. */
const RECORDING = '{"recording":';
const recordingLine = z.object({
  recording: z.enum(['on', 'paused']),
  at: z.int().min(0),
  by: z.string(),
}) satisfies z.ZodType<RecordingChange>;

/** A dead letter that was sent again: it belongs before the events above it. */
const LATE = '{"late":';

/** One whole line of a segment; `end` is the offset in bytes just after it. */
export type SegmentLine = { end: number } & (
  | { kind: 'header'; header: SegmentHeader }
  | { kind: 'carried' | 'event' | 'late'; event: Event }
  | { kind: 'gap'; gap: Gap }
  | { kind: 'recording'; change: RecordingChange }
  /** Not readable: `reason` says why. */
  | { kind: 'damaged'; reason: string }
);

const SEGMENT_NAME = /^(\d{12})\.jsonl$/;

/** `4` -> `000000000004.jsonl` */
export function segmentName(ordinal: number): string {
  return `${String(ordinal).padStart(12, '0')}.jsonl`;
}

/** `000000000004.jsonl` -> `4`; undefined for any other name. */
export function segmentOrdinal(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** How a new segment begins: its header and what it carries. */
export function encodeBeginning(
  given: Pick<SegmentHeader, 'token' | 'after' | 'previous'>,
  carry: Beginning,
): string {
  const { token, after, previous } = given;
  const first: SegmentHeader = {
    journal: 1,
    token,
    after,
    previous,
    carried: carry.events.length,
    left: [...carry.left],
    unrecorded: [...carry.unrecorded],
    sessions: carry.sessions ?? null,
  };
  const change = carry.change === undefined ? [] : [encodeRecording(carry.change)];
  return [JSON.stringify(first), ...carry.events.map(encodeEvent), ...change, ''].join('\n');
}

export function encodeGap({ from, to }: Gap): string {
  return JSON.stringify({ gap: { from, to } });
}

export function encodeRecording({ recording, at, by }: RecordingChange): string {
  return JSON.stringify({ recording, at, by });
}

export function encodeLate(event: Event): string {
  return `${LATE}${encodeEvent(event)}}`;
}

/**
 * Reads a segment's whole lines, up to `bytes` where given. A last line without its line end is no line.
 *
 * @param from where to begin: 0, or the end of a line that follows what the segment carries.
 */
export async function* readSegment(path: string, bytes = Infinity, from = 0): AsyncGenerator<SegmentLine> {
  let carried = 0;
  let first = from === 0;
  for await (const { text, end } of wholeLines(path, bytes, from)) {
    const line = parseLine(text, first, carried > 0);
    if (line.kind === 'header') carried = line.header.carried;
    else if (carried > 0) carried -= 1;
    first = false;
    yield { ...line, end };
  }
}

type Line<L = SegmentLine> = L extends SegmentLine ? Omit<L, 'end'> : never;

function parseLine(text: string, first: boolean, carried: boolean): Line {
  try {
    if (first) return { kind: 'header', header: header.parse(JSON.parse(text)) };
    if (text.startsWith('{"gap"')) return { kind: 'gap', gap: gapLine.parse(JSON.parse(text)).gap };
    if (text.startsWith(RECORDING))
      return { kind: 'recording', change: recordingLine.parse(JSON.parse(text)) };
    if (text.startsWith(LATE)) return { kind: 'late', event: decodeEvent(text.slice(LATE.length, -1)) };
    return { kind: carried ? 'carried' : 'event', event: decodeEvent(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'damaged', reason: `not JSON: ${text.slice(0, 80)}` };
    if (error instanceof InvalidEventError) return { kind: 'damaged', reason: error.message };
    if (error instanceof z.ZodError) return { kind: 'damaged', reason: z.prettifyError(error) };
    throw error;
  }
}

const LINE_END = 0x0a;
const CHUNK_BYTES = 1024 * 1024;

async function* wholeLines(
  path: string,
  bytes: number,
  from: number,
): AsyncGenerator<{ text: string; end: number }> {
  if (bytes <= from) return;
  let rest: Buffer = Buffer.alloc(0);
  let end = from;
  const range = { start: from, end: bytes - 1, highWaterMark: CHUNK_BYTES };
  for await (const chunk of createReadStream(path, range)) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let at = rest.indexOf(LINE_END); at !== -1; at = rest.indexOf(LINE_END, start)) {
      end += at + 1 - start;
      yield { text: rest.toString('utf8', start, at), end };
      start = at + 1;
    }
    rest = rest.subarray(start);
  }
}

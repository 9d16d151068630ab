import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One event of a captured session, as it goes to clients. */
export interface CapturedEvent {
  /** Unix ms. */
  at: number;
  event: string;
  args: readonly unknown[];
}

export interface Capture {
  events: CapturedEvent[];
  /** Lines that are not empty. */
  lines: number;
  /** Lines that are no messages of the server: what the client sent, and notes of connecting, disconnecting and gaps. */
  skipped: number;
  /** Lines that cannot be read. */
  unreadable: number;
}

/** A capture that cannot be replayed, and what to do about it. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

type Line =
  { kind: 'event'; event: CapturedEvent } | { kind: 'skipped' } | { kind: 'unreadable'; reason: string };

/** Socket.IO reserves these names: they tell of the connection itself. */
const CONNECTION_NOTES = new Set([
  'connect',
  'connection',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);
/** How the recorder's captures note that events are missing. */
const GAP_NOTE = 'capture.gap';

/**
 * Reads a captured session, one JSON object a line: `{"seq","ts","event","data"[,"source","direction"]}`. `onUnreadable` is
 * called for each line that is left out because it cannot be read.
 *
 * @throws CaptureError when the file cannot be read or holds no event of the server.
 */
export async function readCapture(
  path: string,
  onUnreadable: (lineNumber: number, reason: string) => void,
): Promise<Capture> {
  const capture: Capture = { events: [], lines: 0, skipped: 0, unreadable: 0 };
  let lineNumber = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      lineNumber += 1;
      if (text.trim() === '') continue;
      capture.lines += 1;
      const line = readLine(text);
      if (line.kind === 'event') capture.events.push(line.event);
      else if (line.kind === 'skipped') capture.skipped += 1;
      else {
        capture.unreadable += 1;
        onUnreadable(lineNumber, line.reason);
      }
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CaptureError(
      `SIMULATOR_CAPTURE: cannot read the capture ${path} (${reason}). Give the path of a readable JSONL file, or unset it for generated games.`,
      { cause },
    );
  }
  if (capture.events.length === 0) {
    throw new CaptureError(
      `SIMULATOR_CAPTURE: the capture ${path} holds no event to replay (${capture.lines} lines, ${capture.unreadable} unreadable). Give a JSONL file with lines {"seq","ts","event","data"}, or unset it for generated games.`,
    );
  }
  return capture;
}

/** Reads one line of a capture. Times without a zone are UTC. */
export function readLine(text: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', reason: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'unreadable', reason: 'not an object' };
  const { ts, event, data, direction } = value as Record<string, unknown>;
  if (typeof event !== 'string') return { kind: 'unreadable', reason: 'no event name' };
  if (direction === 'sent' || event === GAP_NOTE || CONNECTION_NOTES.has(event)) return { kind: 'skipped' };
  const at = typeof ts === 'string' ? readTime(ts) : NaN;
  if (Number.isNaN(at)) return { kind: 'unreadable', reason: 'no time in "ts"' };
  return { kind: 'event', event: { at, event, args: argumentsOf(data) } };
}

function readTime(ts: string): number {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(ts);
  return Date.parse(zoned ? ts : `${ts}Z`);
}

/** A list that starts with a trace object is an event's list of arguments; anything else is its only argument. */
function argumentsOf(data: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(data) ? data : [];
  const first = list[0];
  const traced = typeof first === 'object' && first !== null && '__trace' in first;
  return traced ? list : [data];
}

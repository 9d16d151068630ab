import type { StoredRawEvent } from '@vectra/stream';

/** Name of the line that stands for events which were dropped. The simulator and the import pass over it. */
const GAP = 'capture.gap';
const ID = /^\{"seq":\d+,"id":"(\d+-\d+)"/;

/** The line of an event, with its line end; before it, the line that says how many were dropped there. */
export function captureLines(event: StoredRawEvent): string {
  const { id, seq, lost, at, source, event: name, data } = event;
  const ts = new Date(at).toISOString();
  const line = `${beginning(seq, id, ts, name)},"data":${data},"source":${JSON.stringify(source)}}\n`;
  if (lost === 0) return line;
  // It goes up to the event before: a crash between the two lines neither repeats nor hides it.
  const before = `${id.slice(0, id.indexOf('-'))}-${seq - 1}`;
  return `${beginning(seq - 1, before, ts, GAP)},"data":{"lost":${lost}}}\n${line}`;
}

function beginning(seq: number, id: string, ts: string, event: string): string {
  return `{"seq":${seq},"id":"${id}","ts":"${ts}","event":${JSON.stringify(event)}`;
}

/** The id in a line of a capture, of which the beginning is enough; undefined when it is none. */
export function idIn(line: string): string | undefined {
  return ID.exec(line)?.[1];
}

/** Whether an event comes after another one. */
export function isAfter(id: string, other: string): boolean {
  const [ms = 0, seq = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherSeq = 0] = other.split('-').map(Number);
  return ms === otherMs ? seq > otherSeq : ms > otherMs;
}

/** An upstream event as it was received. */
export interface RawEvent {
  /** When it was received, Unix ms. */
  at: number;
  /** The connection it came through. */
  source: string;
  /** Its name. */
  event: string;
  /** What it carried: JSON, in one line. */
  data: string;
}

/** A raw event in its place. */
export interface StoredRawEvent extends RawEvent {
  /** `<ms>-<seq>`, higher with each. */
  id: string;
  /** Counts raw events from 1, those included that were dropped. */
  seq: number;
  /** How many before it were dropped. */
  lost: number;
}

/** What a raw event takes in Redis besides its data, bytes: its id, its name and fields, at most. */
const OVERHEAD_BYTES = 160;

export function sizeOf({ data }: RawEvent): number {
  return Buffer.byteLength(data) + OVERHEAD_BYTES;
}

/** The fields of a raw event's entry: `t` time, `s` source, `e` name, `d` data. */
export function rawFields({ at, source, event, data }: RawEvent): string[] {
  return ['t', String(at), 's', source, 'e', event, 'd', data];
}

/** Undefined when the entry holds no raw event. */
export function rawEventOf(fields: readonly string[]): RawEvent | undefined {
  const [t, at, s, source = '', e, event = '', d, data = ''] = fields;
  const named = t === 't' && s === 's' && e === 'e' && d === 'd';
  // Each becomes one line of a file.
  if (!named || at === undefined || !/^\d{1,13}$/.test(at) || data === '' || data.includes('\n'))
    return undefined;
  return { at: Number(at), source, event, data };
}

/** The two numbers of an entry's id. */
export function partsOf(id: string): { ms: number; seq: number } {
  const [ms = 0, seq = 0] = id.split('-').map(Number);
  return { ms, seq };
}

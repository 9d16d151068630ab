import { isDatable } from '../book.js';

/** Reads the recorders' times: ISO 8601, with a zone or, from the old recorders, without one. */
export interface Clock {
  /** Unix ms; undefined when it is no time. */
  read: (text: unknown) => number | undefined;
}

const NAIVE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?$/;
const ZONED = /(Z|[+-]\d\d:?\d\d)$/i;
const OFFSET = /^([+-])(\d\d):?(\d\d)$/;
const MINUTE = 60_000;

/**
 * @param zone what times without a zone are in: `UTC`, an IANA name (`America/New_York`), or an offset (`-05:00`). Of an hour
 * that clocks repeat the first is taken.
 * @throws RangeError when it is none of these.
 */
export function clockIn(zone: string): Clock {
  const offsetOf = offsets(zone);
  return {
    read: (text) => {
      if (typeof text !== 'string') return undefined;
      const at = ZONED.test(text) ? Date.parse(text) : readNaive(text, offsetOf);
      return isDatable(at) ? at : undefined; // NaN is not
    },
  };
}

function readNaive(text: string, offsetOf: (local: number) => number): number {
  const [, year, month, day, hour, minute, second, fraction = ''] = NAIVE.exec(text) ?? [];
  if (second === undefined) return NaN;
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return local + Number(fraction.padEnd(3, '0')) - offsetOf(local);
}

/** Gives the ms by which the zone is ahead of UTC, by the time its clocks show. */
function offsets(zone: string): (local: number) => number {
  if (zone === 'UTC') return () => 0;
  const [, sign, hours, minutes] = OFFSET.exec(zone) ?? [];
  if (sign !== undefined) {
    const fixed = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE;
    return () => fixed;
  }
  return namedOffsets(zone);
}

function namedOffsets(zone: string): (local: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const shownAt = (utc: number): number => {
    const part = Object.fromEntries(
      format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
  };
  const known = new Map<number, number>();
  return (local) => {
    // Clocks change on a quarter of an hour.
    const quarter = Math.floor(local / (15 * MINUTE)) * 15 * MINUTE;
    let offset = known.get(quarter);
    if (offset === undefined) {
      const before = shownAt(quarter - 24 * 60 * MINUTE) - (quarter - 24 * 60 * MINUTE);
      offset =
        shownAt(quarter - before) === quarter ? before : shownAt(quarter - before) - (quarter - before);
      known.set(quarter, offset);
    }
    return offset;
  };
}

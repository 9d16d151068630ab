import { createHash } from 'node:crypto';
import { storable } from './columns.js';

/** A part's rows are those of its type and day with these places in the log, first and last included. */
export interface PartRange {
  epoch: string;
  first: number;
  last: number;
}

/** Rows of imported recordings have no place in a log; a type and day has one such part. */
export const IMPORTED = 'imported.parquet';

const PART_NAME = /^(\d{1,16})-(\d{1,16})\.([0-9a-f]{4,32})\.parquet$/;
const TYPE_LENGTH = 160;

/**
 * `game.tick`, Unix ms -> `type=game.tick/date=2025-12-07`. The names of raw events come from the network: whatever is not a
 * letter, digit, `.`, `-` or `_` is written as %XX, and a name too long for a folder is cut and told apart by its hash.
 */
export function folderOf(type: string, timestamp: number): string {
  const safe = encodeURIComponent(wellFormed(type)).replace(
    /[!'()*~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const hash = (): string => createHash('sha256').update(type).digest('hex').slice(0, 16);
  const name =
    safe.length <= TYPE_LENGTH ? safe : `${safe.slice(0, TYPE_LENGTH).replace(/%.?$/, '')}~${hash()}`;
  return `type=${name}/date=${dateOf(timestamp)}`;
}

/** Half a surrogate pair has no UTF-8, and came from none. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** Unix ms -> `2025-12-07` (UTC) */
export function dateOf(timestamp: number): string {
  return new Date(storable(timestamp)).toISOString().slice(0, 10);
}

/** `1042-5000.8f3a12bc.parquet` */
export function partName({ epoch, first, last }: PartRange): string {
  return `${first}-${last}.${epoch}.parquet`;
}

/** Undefined for any other name. */
export function parsePartName(name: string): PartRange | undefined {
  const [, first, last, epoch] = PART_NAME.exec(name) ?? [];
  if (epoch === undefined) return undefined;
  return { epoch, first: Number(first), last: Number(last) };
}

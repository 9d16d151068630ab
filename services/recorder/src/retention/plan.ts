/**
 * Something that can be deleted on its own.
 *
 * `segment`: a part of the journal, from which the files were derived long ago. `day`: the files and the event store of one UTC
 * day. `capture`: a finished raw capture.
 */
export interface Unit {
  kind: 'segment' | 'day' | 'capture';
  /** What to call it: `000000000004.jsonl`, `2025-12-07`. */
  name: string;
  paths: readonly string[];
  bytes: number;
  /** When its newest content is from, Unix ms. */
  at: number;
  /** Why it must stay; null when it need not. */
  kept: string | null;
}

export interface Limits {
  /** Older than this goes; undefined: nothing does by its age. */
  maxAgeMs?: number | undefined;
  /** All units together; undefined: they may grow. */
  maxBytes?: number | undefined;
}

export interface Plan {
  /** In the order in which to delete. */
  deletions: Unit[];
  /** Why the limits cannot be kept, in words; null when they can. */
  alarm: string | null;
}

/** What is redundant goes first: the journal before the files derived from it. */
const RANK: Record<Unit['kind'], number> = { segment: 0, capture: 1, day: 1 };

/** What to delete so that the limits are kept. Pure. @param now Unix ms. */
export function planRetention(units: readonly Unit[], { maxAgeMs, maxBytes }: Limits, now: number): Plan {
  const free = [...units]
    .filter(({ kept }) => kept === null)
    .sort((a, b) => RANK[a.kind] - RANK[b.kind] || a.at - b.at || (a.name < b.name ? -1 : 1));
  const old = free.filter(({ at }) => maxAgeMs !== undefined && now - at > maxAgeMs);
  let bytes =
    units.reduce((sum, unit) => sum + unit.bytes, 0) - old.reduce((sum, unit) => sum + unit.bytes, 0);
  const more: Unit[] = [];
  for (const unit of free) {
    if (maxBytes === undefined || bytes <= maxBytes) break;
    if (old.includes(unit)) continue;
    more.push(unit);
    bytes -= unit.bytes;
  }
  const deletions = free.filter((unit) => old.includes(unit) || more.includes(unit));
  if (maxBytes === undefined || bytes <= maxBytes) return { deletions, alarm: null };
  const reasons = new Set(units.flatMap(({ kept }) => kept ?? []));
  const alarm = `${gigabytes(bytes)} are kept although RECORDER_RETENTION_GB allows ${gigabytes(maxBytes)}: ${[...reasons].join('; ')}`;
  return { deletions, alarm };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GB`;
}

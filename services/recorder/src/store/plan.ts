import { partName } from './names.js';
import { byRange, type Inventory, type Part } from './parts.js';

/** Files of one folder and epoch that are to become one. */
export interface Merge {
  folder: string;
  parts: readonly Part[];
  /** The name of the one. */
  name: string;
  /** Two of them may hold the same row: a merge was cut short, or two recorders wrote. */
  overlap: boolean;
}

/** So many small files of the day in progress are made one. */
const SMALL_PARTS = 32;
const SMALL_BYTES = 8 * 1024 * 1024;

/**
 * What is to be merged: of days before `today` (UTC, `2025-12-07`) all that a type has, of later ones what overlaps, and the
 * newest small files when they are many. One file a type, day and epoch remains.
 */
export function planMerges(inventory: Inventory, today: string): Merge[] {
  return [...inventory].flatMap(([folder, parts]) => {
    const past = folder.slice(-today.length) < today;
    return byEpoch(parts).flatMap((ofEpoch) => {
      const overlap = hasOverlap(ofEpoch);
      const due = past || overlap ? ofEpoch : newestSmall(ofEpoch);
      return due.length > 1 ? [mergeOf(folder, due, overlap)] : [];
    });
  });
}

function mergeOf(folder: string, given: readonly Part[], overlap: boolean): Merge {
  const parts = [...given].sort(byRange);
  const first = Math.min(...parts.map((part) => part.first));
  const last = Math.max(...parts.map((part) => part.last));
  return { folder, parts, name: partName({ epoch: parts[0]?.epoch ?? '', first, last }), overlap };
}

function byEpoch(parts: readonly Part[]): Part[][] {
  const epochs = new Map<string, Part[]>();
  for (const part of parts) epochs.set(part.epoch, [...(epochs.get(part.epoch) ?? []), part]);
  return [...epochs.values()];
}

/** Whether two parts have a place in the log in common. */
export function hasOverlap(given: readonly Part[]): boolean {
  const parts = [...given].sort(byRange);
  return parts.some((part, index) => {
    const before = parts[index - 1];
    return before?.epoch === part.epoch && before.last >= part.first;
  });
}

function newestSmall(given: readonly Part[]): Part[] {
  const parts = [...given].sort(byRange);
  const small = parts.slice(parts.findLastIndex(({ bytes }) => bytes >= SMALL_BYTES) + 1);
  return small.length >= SMALL_PARTS ? small : [];
}

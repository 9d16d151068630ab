import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePosition, type Position } from '@vectra/protocol';
import { hasCode, namesIn } from '../disk.js';
import type { Folders } from '../folders.js';
import { readSegment, segmentOrdinal } from '../segment.js';
import type { Unit } from './plan.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;
const PARTITION = /^date=(\d{4}-\d\d-\d\d)$/;

/**
 * @param exported up to where everything that is made of the journal has been made, besides the files; undefined when nothing is.
 * @param now Unix ms.
 */
export async function unitsIn(
  folders: Folders,
  exported: Position | undefined,
  now: number,
): Promise<Unit[]> {
  return [
    ...(await segments(folders.journal, exported)),
    ...(await captures(folders.captures)),
    ...(await days(folders, new Date(now).toISOString().slice(0, 10))),
  ];
}

async function segments(folder: string, exported: Position | undefined): Promise<Unit[]> {
  const names = (await namesIn(folder)).filter((name) => segmentOrdinal(name) !== undefined);
  const needed = exported === undefined ? names.length - 1 : await firstNeeded(folder, names, exported);
  const units = names.map(async (name, index): Promise<Unit> => {
    const path = join(folder, name);
    const { size, mtimeMs } = await stat(path);
    const newest = index === names.length - 1;
    const kept = newest
      ? 'the newest part of the journal stays'
      : index >= needed
        ? 'the journal is not all in the event store yet'
        : null;
    return { kind: 'segment', name, paths: [path], bytes: size, at: mtimeMs, kept };
  });
  return Promise.all(units);
}

/** The index of the newest segment that begins at or before this place: all before it are exported. */
async function firstNeeded(folder: string, names: readonly string[], exported: Position): Promise<number> {
  for (let index = names.length - 1; index > 0; index--) {
    const after = await beginningOf(join(folder, names[index] ?? ''));
    if (after?.epoch === exported.epoch && after.seq <= exported.seq) return index;
  }
  return 0;
}

async function beginningOf(path: string): Promise<Position | undefined> {
  for await (const line of readSegment(path))
    return line.kind === 'header' && line.header.after !== null
      ? parsePosition(line.header.after)
      : undefined;
  return undefined;
}

/** Finished captures; the newest may still be written. */
async function captures(folder: string): Promise<Unit[]> {
  const names = (await namesIn(folder)).filter((name) => /^\d.*\.jsonl$/.test(name));
  return Promise.all(
    names.map(async (name, index): Promise<Unit> => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      const kept = index === names.length - 1 ? 'the newest capture stays' : null;
      return { kind: 'capture', name, paths: [path], bytes: size, at: mtimeMs, kept };
    }),
  );
}

async function days({ recordings, store }: Folders, today: string): Promise<Unit[]> {
  const paths = new Map<string, string[]>();
  const add = (date: string, path: string): void => void paths.set(date, [...(paths.get(date) ?? []), path]);
  for (const name of (await namesIn(store)).filter((each) => each.startsWith('type=')))
    for (const partition of await namesIn(join(store, name))) {
      const date = PARTITION.exec(partition)?.[1];
      if (date !== undefined) add(date, join(store, name, partition));
    }
  // Last, so that a day that is deleted in part is seen as one that is there.
  for (const name of await namesIn(recordings)) if (DAY.test(name)) add(name, join(recordings, name));
  const units = [...paths].map(async ([name, own]): Promise<Unit> => {
    const sizes = await Promise.all(own.map(sizeOf));
    const kept = name >= today ? 'the recordings of today stay' : null;
    return {
      kind: 'day',
      name,
      paths: own,
      bytes: sizes.reduce((sum, one) => sum + one, 0),
      at: Date.parse(name) + DAY_MS - 1,
      kept,
    };
  });
  return Promise.all(units);
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return found.size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0; // replaced meanwhile
    throw error;
  }
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '@vectra/protocol';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { foldersOf } from '../../../src/folders.js';
import { EventStore, type EventStoreOptions } from '../../../src/store/eventStore.js';
import { Parts } from '../../../src/store/parts.js';
import { silent } from '../folder.js';

export const DAY_MS = 86_400_000;

/** A store that has stored all there is of the journal. */
export async function storeAll(
  folder: string,
  options: Partial<EventStoreOptions> = {},
): Promise<EventStore> {
  const store = new EventStore({ folder, log: silent, ...options });
  await store.open();
  while (await store.advance());
  return store;
}

export async function compactAll(store: EventStore, now: number): Promise<void> {
  while (await store.compact(now));
}

/** Every row of a store by folder, as a reader other than DuckDB reads them: of each file in the order of their names. */
export async function rowsByFolder(folder: string): Promise<Record<string, Record<string, unknown>[]>> {
  const parts = new Parts(foldersOf(folder).store, 'test');
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const [name, list] of await parts.list()) {
    found[name] = [];
    for (const part of list) found[name].push(...(await readParquet(parts.path(name, part.name))));
  }
  return found;
}

/** Reads a Parquet file with hyparquet. */
export async function readParquet(path: string): Promise<Record<string, unknown>[]> {
  const file = new Uint8Array(await readFile(path)).buffer;
  return parquetReadObjects({ file, compressors });
}

/** The JSON of every event in a store, by place in the log. */
export async function storedEvents(folder: string): Promise<Event[]> {
  const rows = Object.values(await rowsByFolder(folder)).flat();
  const events = rows.map((row) => JSON.parse(String(row.raw)) as Event);
  return events.sort(
    (a, b) => (a.id.split(':')[0] ?? '').localeCompare(b.id.split(':')[0] ?? '') || a.seq - b.seq,
  );
}

/** Names of the files of a folder of the store. */
export async function filesIn(folder: string, name: string): Promise<string[]> {
  return (await new Parts(foldersOf(folder).store, 'test').listFolder(name)).map((part) => part.name);
}

export function inStore(folder: string, ...names: string[]): string {
  return join(foldersOf(folder).store, ...names);
}

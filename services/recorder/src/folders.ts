import { join } from 'node:path';

/** Where a data folder keeps what. */
export interface Folders {
  journal: string;
  recordings: string;
  /** The event store. */
  store: string;
  captures: string;
}

export function foldersOf(dataFolder: string): Folders {
  return {
    journal: join(dataFolder, 'journal'),
    recordings: join(dataFolder, 'recordings'),
    store: join(dataFolder, 'events_parquet'),
    captures: join(dataFolder, 'captures'),
  };
}

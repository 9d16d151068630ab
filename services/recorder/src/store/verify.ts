import { reasonOf, type Logger } from '@vectra/service-kit';
import { foldersOf } from '../folders.js';
import { readJournal } from '../journal.js';
import { readCursor, type Cursor } from './cursor.js';
import { Engine, rowsOf } from './engine.js';
import { folderOf, IMPORTED } from './names.js';
import { Parts } from './parts.js';

/** What the journal and the store have of one type and day. */
export interface VerifiedFolder {
  /** `type=game.tick/date=2025-12-07` */
  folder: string;
  /** Events of the journal, up to where it is stored. */
  journal: number;
  /** Places in the log that have a row. */
  stored: number;
  /** Rows beyond one a place. */
  repeated: number;
  /** Rows of imported recordings. */
  imported: number;
  files: number;
  /** Why it is not right; null when it is. */
  problem: string | null;
}

export interface StoreReport {
  folders: VerifiedFolder[];
  /** Events of the journal that wait to be stored. */
  waiting: number;
}

/** Counts the store's rows by type and day, and beside them the journal's events. Nothing is changed. */
export async function verifyStore(dataFolder: string, log: Logger): Promise<StoreReport> {
  const { journal, store } = foldersOf(dataFolder);
  const parts = new Parts(store, 'verify');
  const { counts, waiting } = await countJournal(journal, log, await readCursor(store));
  const names = new Set([...counts.keys(), ...(await parts.folders())]);
  const folders = await Engine.use(parts.temporary, async (engine) => {
    const verified: VerifiedFolder[] = [];
    for (const folder of [...names].sort())
      verified.push(await verifyFolder(engine, parts, folder, counts.get(folder) ?? 0));
    return verified;
  });
  return { folders, waiting };
}

async function verifyFolder(
  engine: Engine,
  parts: Parts,
  folder: string,
  journal: number,
): Promise<VerifiedFolder> {
  const paths = (await parts.listFolder(folder)).map(({ name }) => parts.path(folder, name));
  const imported = (await parts.hasImported(folder)) ? [parts.path(folder, IMPORTED)] : [];
  const found = {
    folder,
    journal,
    stored: 0,
    repeated: 0,
    imported: 0,
    files: paths.length + imported.length,
  };
  try {
    if (imported.length > 0) found.imported = await engine.count(imported);
    if (paths.length > 0) {
      const [row] = await engine.rows(`SELECT count(*), count(DISTINCT (epoch, seq)) FROM ${rowsOf(paths)}`);
      found.stored = Number(row?.[1]);
      found.repeated = Number(row?.[0]) - found.stored;
    }
  } catch (error) {
    return { ...found, problem: `unreadable: ${reasonOf(error)}` };
  }
  return { ...found, problem: problemOf(found) };
}

/** More rows than events is right: the older part of the journal may have been removed. */
function problemOf({ journal, stored, repeated }: Omit<VerifiedFolder, 'problem'>): string | null {
  if (stored < journal) return `${journal - stored} events have no row`;
  return repeated > 0 ? `${repeated} rows are there twice` : null;
}

async function countJournal(journal: string, log: Logger, cursor: Cursor | undefined) {
  const counts = new Map<string, number>();
  /** Ids of events that may come twice. */
  const late = new Set<string>();
  let waiting = 0;
  let passed = cursor === undefined;
  for await (const line of readJournal(journal, log)) {
    if (line.kind !== 'event' && line.kind !== 'late' && line.kind !== 'carried') continue;
    if (line.kind !== 'event') {
      if (late.has(line.event.id)) continue;
      late.add(line.event.id);
    }
    passed ||= line.file > (cursor?.file ?? '') || (line.file === cursor?.file && line.end > cursor.bytes);
    const folder = folderOf(line.event.type, line.event.timestamp);
    if (passed) waiting += 1;
    else counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return { counts, waiting };
}

import { columnsOf } from './columns.js';
import { quoteName, rowsOf } from './engine.js';
import { IMPORTED } from './names.js';
import { Parts } from './parts.js';
import { hasOverlap } from './plan.js';

/** What there is of one event type. */
export interface TypeFiles {
  paths: string[];
  /** A row may be in two of the files: a merge was cut short, or has not been cleaned up yet. */
  repeated: boolean;
}

/** The files of a store as they are now, by event type. */
export async function listTypes(root: string): Promise<Map<string, TypeFiles>> {
  const parts = new Parts(root, 'reader');
  const types = new Map<string, TypeFiles>();
  for (const folder of await parts.folders()) {
    const type = typeIn(folder);
    const files = types.get(type) ?? { paths: [], repeated: false };
    const ofFolder = await parts.listFolder(folder);
    const imported = (await parts.hasImported(folder)) ? [IMPORTED] : [];
    for (const name of [...ofFolder.map((part) => part.name), ...imported])
      files.paths.push(parts.path(folder, name));
    files.repeated ||= hasOverlap(ofFolder);
    types.set(type, files);
  }
  return types;
}

/** `type=raw.a%2Fb/date=2025-12-07` -> `raw.a/b` */
function typeIn(folder: string): string {
  return decodeURIComponent(folder.slice('type='.length, folder.indexOf('/')));
}

/** The rows of a type, with all of its columns though there be no file; in SQL, after FROM. */
export function relationOf(type: string, files: TypeFiles | undefined): string {
  // Milliseconds in a file are read as a TIMESTAMP.
  const read = (sql: string): string => (sql === 'TIMESTAMP_MS' ? 'TIMESTAMP' : sql);
  const columns = columnsOf(type).map(({ name, type: sql }) => `NULL::${read(sql)} AS ${quoteName(name)}`);
  const empty = `SELECT ${columns.join(', ')} WHERE false`;
  if (files === undefined || files.paths.length === 0) return `(${empty})`;
  const once = files.repeated ? ' QUALIFY row_number() OVER (PARTITION BY epoch, seq, game_id) = 1' : '';
  return `(${empty} UNION ALL BY NAME (SELECT * FROM ${rowsOf(files.paths)}${once}))`;
}

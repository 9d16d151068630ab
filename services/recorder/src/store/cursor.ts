import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resumeToken } from '@vectra/protocol';
import { z } from 'zod';
import { hasCode, replaceFile } from '../disk.js';

/** How far the journal is in the store. Lost, the journal is read from its beginning, and nothing is stored twice. */
const cursor = z.object({
  /** The end of the last line: a segment's name, and an offset in it. */
  file: z.string(),
  bytes: z.int().min(0),
  /** The last event that is stored; null before the first. */
  position: resumeToken.nullable(),
});
export type Cursor = z.infer<typeof cursor>;

const NAME = 'cursor.json';

/** Undefined when there is none, or none that can be read. */
export async function readCursor(root: string): Promise<Cursor | undefined> {
  try {
    return cursor.safeParse(JSON.parse(await readFile(join(root, NAME), 'utf8'))).data;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function writeCursor(root: string, { file, bytes, position }: Cursor): Promise<void> {
  return replaceFile(join(root, NAME), `${JSON.stringify({ file, bytes, position })}\n`);
}

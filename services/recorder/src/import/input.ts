import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isFileError } from '../disk.js';

/** A file to be read. */
export interface InputFile {
  path: string;
  /** Relative to the imported folder. */
  name: string;
  bytes: number;
}

export interface Input {
  /** By name, whatever order the file system has. */
  files: InputFile[];
  /** Names of files that are no `.jsonl` and of links: they are left alone. */
  passedOver: string[];
  /** Folders that could not be read, and why. */
  unreadable: { name: string; problem: string }[];
}

/** A line longer than this is not a line of a recording: the longest frame seen has 0.5 MB. */
const LONGEST_LINE = 16 * 2 ** 20;
const ENDING = '.jsonl';

/**
 * Finds the `.jsonl` files below a folder, at any depth; links are not followed. A path to a file is that file, whatever its
 * name.
 *
 * @throws ENOENT and other errors of the file system when the path itself cannot be read.
 */
export async function findInput(path: string): Promise<Input> {
  const input: Input = { files: [], passedOver: [], unreadable: [] };
  const found = await stat(path);
  if (found.isDirectory()) await findBelow(path, '', input);
  else input.files.push({ path, name: basename(path), bytes: found.size });
  return input;
}

async function findBelow(root: string, folder: string, input: Input): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = join(folder, entry.name);
    const path = join(root, name);
    try {
      if (entry.isDirectory()) await findBelow(root, name, input);
      else if (!entry.isFile() || !name.endsWith(ENDING)) input.passedOver.push(name);
      else input.files.push({ path, name, bytes: (await stat(path)).size });
    } catch (error) {
      if (!isFileError(error)) throw error;
      input.unreadable.push({ name, problem: error.message });
    }
  }
}

/** Yields a file's lines, in groups, without holding the file. A line that is too long comes as undefined. */
export async function* readLines(
  path: string,
  onBytes: (count: number) => void,
  longest = LONGEST_LINE,
): AsyncGenerator<(string | undefined)[]> {
  // Leaves out a byte order mark, and puts U+FFFD for what is no UTF-8.
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 })) {
    const bytes = chunk as Buffer;
    onBytes(bytes.length);
    const parts = decoder.decode(bytes, { stream: true }).split('\n');
    const last = parts.pop() ?? '';
    const [first, ...others] = parts;
    if (first !== undefined) {
      yield [tooLong || rest.length + first.length > longest ? undefined : rest + first, ...others];
      rest = '';
      tooLong = false;
    }
    tooLong ||= rest.length + last.length > longest;
    rest = tooLong ? '' : rest + last;
  }
  rest += decoder.decode();
  if (tooLong || rest !== '') yield [tooLong ? undefined : rest];
}

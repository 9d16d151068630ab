import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const TEMPORARY = /^\..+\.tmp$/;

/** An error of the file system, such as ENOSPC or EIO, in contrast to a fault of the program. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

export function hasCode(error: unknown, code: string): boolean {
  return isFileError(error) && error.code === code;
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await withFile(folder, 'r', (handle) => handle.sync());
}

/** Creates a folder and those above it, durably. */
export async function ensureFolder(folder: string): Promise<void> {
  const created = await mkdir(folder, { recursive: true });
  if (created === undefined) return;
  for (let at = folder; at.length >= created.length; at = dirname(at)) await syncFolder(dirname(at));
}

/** Puts the whole content under a name, in place of what was there: at any moment a reader finds the old or the new. */
export async function replaceFile(path: string, content: string): Promise<void> {
  await viaTemporary(path, content, (temporary) => rename(temporary, path));
}

/**
 * Puts the whole content under a name that is free.
 *
 * @throws EEXIST when the name is taken.
 */
export async function createFile(path: string, content: string): Promise<void> {
  await viaTemporary(path, content, async (temporary) => {
    await link(temporary, path);
    await unlink(temporary);
  });
}

async function viaTemporary(path: string, content: string, publish: (temporary: string) => Promise<void>) {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    await withFile(temporary, 'wx', async (handle) => {
      await handle.writeFile(content);
      await handle.datasync();
    });
    await publish(temporary);
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Opens, uses and closes a file. */
export async function withFile<T>(
  path: string,
  flags: string,
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(path, flags);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/** The names in a folder, sorted; none when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Removes the temporary files a killed process left in a folder. */
export async function sweepTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (TEMPORARY.test(name)) await removeIfThere(join(folder, name));
  }
}

/** The text of a file; undefined when there is none. */
export async function textIn(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/**
 * Creates a folder if need be and tries to write in it.
 *
 * @throws Error in one line: the folder, who wanted to write, and the remedy.
 */
export async function checkWritable(folder: string): Promise<void> {
  const path = resolve(folder);
  try {
    await ensureFolder(path);
    const probe = join(path, `.writable.${randomUUID().slice(0, 8)}.tmp`);
    await withFile(probe, 'wx', () => Promise.resolve());
    await unlink(probe);
  } catch (error) {
    if (!isFileError(error)) throw error;
    const user = process.getuid?.() ?? 'unknown';
    throw new Error(
      `cannot write to the data folder ${path} as user id ${user} (${error.code}): ` +
        `give that user the folder (chown -R ${user} ${path}) or set RUGS_DATA_DIR to another one`,
      { cause: error },
    );
  }
}

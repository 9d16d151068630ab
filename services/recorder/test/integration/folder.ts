import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { Event } from '@vectra/protocol';
import { createLogger } from '@vectra/service-kit';
import { onTestFinished } from 'vitest';
import { foldersOf } from '../../src/folders.js';
import { Recorder, type RecorderOptions } from '../../src/recorder.js';

export const silent = createLogger('test', { LOG_LEVEL: 'fatal', LOG_FORMAT: 'json' });

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vectra-recorder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A recorder on a data folder, without a log behind it; `checks` is what it last said of its health. */
export function recorderOn(folder: string, options: Partial<RecorderOptions> = {}) {
  const checks = new Map<string, boolean>();
  const health = { set: (name: string, ok: boolean) => void checks.set(name, ok) };
  const stopping = new AbortController().signal;
  return { recorder: new Recorder({ folder, log: silent, health, stopping, ...options }), checks };
}

export const owned = (): boolean => true;

/** Records events as one undisturbed run would. */
export async function recordAll(folder: string, events: readonly Event[]): Promise<void> {
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(events, owned);
  await recorder.close();
}

/** Every file below a data folder's recordings: name -> content. */
export async function recordings(folder: string): Promise<Record<string, string>> {
  return contents(foldersOf(folder).recordings);
}

async function contents(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files.sort().map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')]);
  return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
}

/** Names of a data folder's journal segments, oldest first. */
export async function segments(folder: string): Promise<string[]> {
  const { journal } = foldersOf(folder);
  return (await readdir(journal)).sort().map((name) => join(journal, name));
}

/** A disk that fails as often as it is told, after the bytes were written. */
export function failingSync(failures: number) {
  let left = failures;
  return (handle: FileHandle): Promise<void> => {
    if (left === 0) return handle.datasync();
    left -= 1;
    return Promise.reject(
      Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' }),
    );
  };
}

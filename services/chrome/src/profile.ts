import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { reasonOf } from '@vectra/service-kit';
import { ChromeError } from './errors.js';

/** The absolute path of a folder; `~` is the home folder. */
export function expandHome(path: string, home = homedir()): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(2)) : resolve(path);
}

/**
 * Creates the profile's folder, for this user's eyes only: it will hold what is needed to act for the account.
 *
 * @throws ChromeError when it cannot be written.
 */
export async function prepareProfile(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ChromeError(
      `the profile's folder cannot be written by this user (uid ${process.getuid?.()}): ${reason}. Give it to that user, or set CHROME_PROFILE_DIR to another folder`,
      { cause },
    );
  }
}

import { findProgram, isExecutable } from '@vectra/service-kit';
import { ChromeError } from './errors.js';

/** Chrome before Chromium: the account's own extensions and codecs are more likely there. */
const PROGRAMS = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

export interface WhereToLook {
  /** The program to take, whatever is installed. */
  path?: string | undefined;
  /** Folders, as in `PATH`. */
  searchPath: string;
}

/**
 * The program to run as Chrome.
 *
 * @throws ChromeError saying what to install or set when there is none.
 */
export function findBrowser({ path, searchPath }: WhereToLook): string {
  if (path !== undefined) {
    if (isExecutable(path)) return path;
    throw new ChromeError(`CHROME_PATH=${path} is no program that can be run: correct or unset it`);
  }
  const program = findProgram(PROGRAMS, searchPath);
  if (program !== undefined) return program;
  throw new ChromeError(
    'neither Chrome nor Chromium is installed: apt-get install chromium (or install Google Chrome), or set CHROME_PATH to where it is',
  );
}

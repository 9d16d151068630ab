import { statfs } from 'node:fs/promises';

/** How long an answer of the file system stands. */
const FRESH_MS = 1_000;
const MB = 2 ** 20;

export interface SpaceOptions {
  /** Where it is written. */
  folder: string;
  /** What others who use the same disk are left, bytes. */
  reserve: number;
  /** Told when it becomes less than twice the reserve, and when it is more again. */
  onLow?: (warning: string | null) => void;
  now?: () => number;
  /** Free bytes for this user. */
  free?: (folder: string) => Promise<number>;
}

/** Watches how much room there is, so that writing stops before the disk is full. */
export class Space {
  readonly #options: SpaceOptions;
  #free: number | undefined;
  #at = -Infinity;
  #low = false;

  constructor(options: SpaceOptions) {
    this.#options = options;
  }

  /** @throws Error like one of the file system (ENOSPC) when less than the reserve is free. */
  async check(): Promise<void> {
    const { folder, reserve, onLow, now = () => performance.now(), free = freeBytes } = this.#options;
    if (now() - this.#at >= FRESH_MS || this.#isFull()) {
      this.#free = await free(folder);
      this.#at = now();
    }
    const left = this.#free ?? Infinity;
    const low = left < 2 * reserve;
    if (low !== this.#low) onLow?.(low ? `only ${megabytes(left)} are free on the disk of ${folder}` : null);
    this.#low = low;
    if (!this.#isFull()) return;
    const message =
      `only ${megabytes(left)} are free on the disk of ${folder}, and ${megabytes(reserve)} are left to others: ` +
      'make room there, or lower RECORDER_MIN_FREE_MB. Until then everything waits in the log; nothing is lost';
    throw Object.assign(new Error(message), { code: 'ENOSPC', syscall: 'statfs' });
  }

  #isFull(): boolean {
    return this.#free !== undefined && this.#free < this.#options.reserve;
  }
}

/** What a failure of the disk means, in words, with the remedy. */
export function describeDiskFailure(error: NodeJS.ErrnoException, folder: string): string {
  if (error.syscall === 'statfs') return error.message;
  const remedy = REMEDIES[error.code ?? ''];
  return remedy === undefined
    ? `${error.message}. Until it works everything waits in the log; nothing is lost`
    : `${remedy.replace('%s', folder)} (${error.code}). Until then everything waits in the log; nothing is lost`;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of %s is full: make room there',
  EDQUOT: 'the quota for %s is used up: make room there, or raise it',
  EROFS:
    '%s is mounted read-only, perhaps after an error of the disk: look at the system log, and mount it writable',
  EACCES: '%s may not be written to any more: give it back to the user the recorder runs as',
  EIO: 'the disk of %s fails: look at the system log; move the folder to another disk',
};

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;
}

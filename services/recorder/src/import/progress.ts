import type { WriteStream } from 'node:tty';
import type { Progress } from './importer.js';
import { count, megabytes, some } from '../table.js';

const BAR = 24;
/** How often a terminal, and how often anything else, is told. */
const TERMINAL_MS = 100;
const PLAIN_MS = 2_000;

/** One line of progress. */
export function renderProgress(progress: Progress, seconds: number): string {
  const { files, filesDone, bytes, bytesDone, games } = progress;
  const share = bytes === 0 ? 1 : Math.min(1, bytesDone / bytes);
  const filled = Math.round(share * BAR);
  const bar = `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}]`;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const speed = seconds > 0 ? `  ${megabytes(bytesDone / seconds)}/s` : '';
  return `${bar}${percent}  ${count(filesDone)} of ${count(files)} files${games > 0 ? `  ${some(games, 'game')}` : ''}${speed}`;
}

type Output = Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number };

/** Shows progress: a bar that stays in its line on a terminal, a line every other second elsewhere. */
export class ProgressBar {
  readonly #out: Output;
  readonly #now: () => number;
  readonly #started: number;
  #toldAt: number;
  #shown = false;

  constructor(out: Output, now: () => number = () => performance.now()) {
    this.#out = out;
    this.#now = now;
    this.#started = now();
    this.#toldAt = this.#started;
  }

  tell(progress: Progress): void {
    const now = this.#now();
    const terminal = this.#out.isTTY === true;
    if (now - this.#toldAt < (terminal ? TERMINAL_MS : PLAIN_MS)) return;
    this.#toldAt = now;
    const line = renderProgress(progress, (now - this.#started) / 1_000);
    // \x1b[K clears what a longer line left behind.
    this.#out.write(terminal ? `\r${line.slice(0, (this.#out.columns ?? 80) - 1)}\x1b[K` : `${line}\n`);
    this.#shown = terminal;
  }

  /** Leaves the terminal as it was. */
  clear(): void {
    if (this.#shown) this.#out.write('\r\x1b[K');
    this.#shown = false;
  }
}

import type { Progress } from './crew/crew.js';

const EVERY_MS = 100;
const WIDTH = 24;

/** A bar on a terminal, with the rate and the time left; nothing elsewhere. */
export class ProgressBar {
  #told = 0;
  #doing: Progress['doing'] | undefined;
  #since = 0;
  #before = 0;

  tell(progress: Progress): void {
    const now = performance.now();
    if (progress.doing !== this.#doing) {
      this.#doing = progress.doing;
      this.#since = now;
      this.#before = progress.done;
    }
    if (!process.stderr.isTTY || now - this.#told < EVERY_MS) return;
    this.#told = now;
    const rate = ((progress.done - this.#before) * 1_000) / (now - this.#since);
    process.stderr.write(`\r${progressLine(progress, rate)}\x1b[K`);
  }

  clear(): void {
    if (process.stderr.isTTY && this.#told > 0) process.stderr.write('\r\x1b[K');
  }
}

/** `rate`: games a second; not finite or 0 where it is not known yet. */
export function progressLine({ doing, done, total }: Progress, rate: number): string {
  const filled = Math.min(WIDTH, Math.round((WIDTH * done) / Math.max(1, total)));
  const bar = `[${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}]`;
  const count = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} games`;
  if (!(rate > 0 && Number.isFinite(rate))) return `${doing} ${bar} ${count}`;
  const left = Math.ceil(Math.max(0, total - done) / rate);
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  return `${doing} ${bar} ${count}  ${Math.round(rate).toLocaleString('en')}/s  ${clock} left`;
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, type Logger } from '@vectra/service-kit';
import { namesIn } from './disk.js';

/** A day has some 1,300 games; a process may have as few as 1,024 files open. */
const FILES_AT_ONCE = 64;

interface Listed<T> {
  /** Tells whether the file is still the one that was read. */
  stamp: string;
  /** undefined: damaged. */
  summary: T | undefined;
}

/** What a day's index says of the files of one kind. Files that have not changed are not read again. */
export class Listing<T> {
  readonly #ending: string;
  readonly #summarize: (content: unknown, name: string) => T;
  readonly #log: Logger;
  /** By path. */
  readonly #listed = new Map<string, Listed<T>>();

  /**
   * @param ending how the names of such files end.
   * @param summarize throws when the content is not that of such a file.
   */
  constructor(ending: string, summarize: (content: unknown, name: string) => T, log: Logger) {
    this.#ending = ending;
    this.#summarize = summarize;
    this.#log = log;
  }

  /** Those in a folder, whoever put them there, in the order of their names. What is damaged is left out and told. */
  async of(folder: string): Promise<T[]> {
    const names = (await namesIn(folder)).filter(
      (name) => name.endsWith(this.#ending) && !name.startsWith('.'),
    );
    const summaries: (T | undefined)[] = [];
    for (let first = 0; first < names.length; first += FILES_AT_ONCE) {
      const some = names.slice(first, first + FILES_AT_ONCE);
      summaries.push(...(await Promise.all(some.map((name) => this.#summaryOf(folder, name)))));
    }
    return summaries.filter((summary) => summary !== undefined);
  }

  async #summaryOf(folder: string, name: string): Promise<T | undefined> {
    const path = join(folder, name);
    const { ino, size, mtimeMs } = await stat(path);
    const stamp = `${ino}:${size}:${mtimeMs}`;
    const known = this.#listed.get(path);
    if (known?.stamp === stamp) return known.summary;
    const summary = await this.#read(path, name);
    this.#listed.set(path, { stamp, summary });
    return summary;
  }

  async #read(path: string, name: string): Promise<T | undefined> {
    try {
      return this.#summarize(JSON.parse(await readFile(path, 'utf8')), name);
    } catch (error) {
      const reason = reasonOf(error);
      this.#log.warn({ file: path, reason }, 'not a readable recording: left out of the index');
      return undefined;
    }
  }
}

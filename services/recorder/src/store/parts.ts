import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { randomUUID } from 'node:crypto';
import { ensureFolder, hasCode, namesIn, removeIfThere, syncFolder, withFile } from '../disk.js';
import { IMPORTED, parsePartName, type PartRange } from './names.js';

/** A file of rows that have a place in the log. */
export interface Part extends PartRange {
  name: string;
  bytes: number;
}

/** What the store does to the disk in the end; tests let it fail. */
export interface StoreDisk {
  /** Makes a file's content durable. */
  sync(path: string): Promise<void>;
  /** Puts a file under a name, in place of what was there. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export const realDisk: StoreDisk = {
  sync: (path) => withFile(path, 'r+', (handle) => handle.datasync()),
  rename,
  remove: removeIfThere,
};

/** Parts by folder: `type=game.tick/date=2025-12-07`. */
export type Inventory = Map<string, Part[]>;

/** The files below a store's folder. A part appears under its name when it is whole and durable, and never changes then. */
export class Parts {
  readonly root: string;
  /** Where what is not finished yet lies; no reader looks there. */
  readonly temporary: string;
  readonly #disk: StoreDisk;

  /** @param writer tells the unfinished files of the recorder and of an import apart. */
  constructor(root: string, writer: string, disk: StoreDisk = realDisk) {
    this.root = resolve(root);
    this.temporary = join(this.root, `.${writer}.tmp`);
    this.#disk = disk;
  }

  /** Removes what a killed process left unfinished, and makes room for what comes. */
  async sweep(): Promise<void> {
    await rm(this.temporary, { recursive: true, force: true });
    await ensureFolder(this.root);
    await mkdir(this.temporary);
  }

  /** A name for a file that is not finished yet. */
  draft(): string {
    return join(this.temporary, randomUUID());
  }

  /** The path of a file of the store. */
  path(folder: string, name: string): string {
    const path = resolve(this.root, folder, name);
    // The last defence: names are made safe before they become a path.
    if (!path.startsWith(this.root + sep)) throw new Error(`${path} leads out of ${this.root}`);
    return path;
  }

  /** Gives a finished draft its name, durably. */
  async publish(draft: string, folder: string, name: string): Promise<Part | undefined> {
    const path = this.path(folder, name);
    await this.#disk.sync(draft);
    await ensureFolder(dirname(path));
    await this.#disk.rename(draft, path);
    await syncFolder(dirname(path));
    return this.#part(folder, name);
  }

  async remove(folder: string, names: readonly string[]): Promise<void> {
    for (const name of names) await this.#disk.remove(this.path(folder, name));
  }

  /** Every part there is, of each folder in the order of its first row. */
  async list(): Promise<Inventory> {
    const inventory: Inventory = new Map();
    for (const folder of await this.folders()) {
      const parts = await this.listFolder(folder);
      if (parts.length > 0) inventory.set(folder, parts);
    }
    return inventory;
  }

  async listFolder(folder: string): Promise<Part[]> {
    const parts: Part[] = [];
    for (const name of await namesIn(join(this.root, folder)))
      parts.push(...[(await this.#part(folder, name)) ?? []].flat());
    return parts.sort(byRange);
  }

  /** Whether a folder has rows of imported recordings. */
  async hasImported(folder: string): Promise<boolean> {
    return (await namesIn(join(this.root, folder))).includes(IMPORTED);
  }

  /** `type=game.tick/date=2025-12-07`, ... */
  async folders(): Promise<string[]> {
    const folders: string[] = [];
    for (const type of await namesIn(this.root)) {
      if (!type.startsWith('type=')) continue;
      for (const date of await namesIn(join(this.root, type)))
        if (/^date=\d{4}-\d\d-\d\d$/.test(date)) folders.push(`${type}/${date}`);
    }
    return folders;
  }

  /** Undefined when the name is no part's, or the part is gone. */
  async #part(folder: string, name: string): Promise<Part | undefined> {
    const range = parsePartName(name);
    if (range === undefined) return undefined;
    try {
      return { ...range, name, bytes: (await stat(this.path(folder, name))).size };
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

export function byRange(a: PartRange, b: PartRange): number {
  return a.epoch === b.epoch ? a.first - b.first || a.last - b.last : a.epoch < b.epoch ? -1 : 1;
}

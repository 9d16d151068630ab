import { open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@vectra/service-kit';
import type { StoredRawEvent } from '@vectra/stream';
import { ensureFolder, hasCode, namesIn, syncFolder, withFile } from '../disk.js';
import { captureLines, idIn, isAfter } from './line.js';
import { captureName, captureStart } from './name.js';

const TAIL_BYTES = 64 * 1024;
const LINE_END = 0x0a;

export interface CaptureFilesOptions {
  folder: string;
  /** A file of this size or age is followed by a new one. */
  rotateBytes: number;
  rotateMs: number;
  log: Logger;
  /** Makes what was written durable. */
  sync?: (handle: FileHandle) => Promise<void>;
  /** Told of what is durable. */
  onWritten?: (written: { events: number; lost: number; bytes: number }) => void;
}

interface OpenFile {
  handle: FileHandle;
  path: string;
  /** Of which every one is durable. */
  bytes: number;
  /** Unix ms. */
  start: number;
}

/**
 * The files of raw captures. Each ownership writes files of its own, so that two recorders never write to one. What is in them is
 * durable, and a line of the newest file says up to where they go.
 */
export class CaptureFiles {
  readonly #options: CaptureFilesOptions;
  readonly #sync: (handle: FileHandle) => Promise<void>;
  #file: OpenFile | undefined;
  /** A file in which a write failed: what it holds beyond these bytes does not count. */
  #damaged: { path: string; bytes: number } | undefined;
  /** Start of the newest file, Unix ms. */
  #newest = 0;
  /** Id of the newest event. */
  #last: string | undefined;

  constructor(options: CaptureFilesOptions) {
    this.#options = options;
    this.#sync = options.sync ?? ((handle) => handle.datasync());
  }

  /**
   * To be called when ownership begins. Cuts what a crash or a failing disk left unfinished.
   *
   * @returns the id of the newest event there is.
   */
  async recover(): Promise<string | undefined> {
    const { folder } = this.#options;
    await this.close();
    await this.#mend();
    await ensureFolder(folder);
    const starts = (await namesIn(folder)).map(captureStart).filter((start) => start !== undefined);
    this.#newest = starts.at(-1) ?? 0;
    this.#last = undefined;
    for (const start of starts.reverse()) {
      this.#last = await this.#cut(join(folder, captureName(start)));
      if (this.#last !== undefined) break;
    }
    return this.#last;
  }

  /**
   * Makes events durable; those that are already are left out. When it throws, the same call may be repeated after `recover`.
   *
   * @throws errors of the file system.
   */
  async append(events: readonly StoredRawEvent[]): Promise<void> {
    const { rotateBytes, rotateMs } = this.#options;
    const last = this.#last;
    let part: StoredRawEvent[] = [];
    let text = '';
    let bytes = this.#file?.bytes ?? 0;
    let start = this.#file?.start;
    for (const event of events) {
      if (last !== undefined && !isAfter(event.id, last)) continue;
      if (start !== undefined && (bytes >= rotateBytes || event.at - start >= rotateMs)) {
        await this.#write(part, text);
        await this.close();
        [part, text, bytes, start] = [[], '', 0, undefined];
      }
      const line = captureLines(event);
      part.push(event);
      text += line;
      bytes += Buffer.byteLength(line);
      start ??= event.at;
    }
    await this.#write(part, text);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async #write(events: readonly StoredRawEvent[], text: string): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    const file = (this.#file ??= await this.#begin(first.at));
    try {
      await file.handle.appendFile(text);
      await this.#sync(file.handle);
      if (file.bytes === 0) await syncFolder(this.#options.folder);
    } catch (error) {
      this.#damaged = { path: file.path, bytes: file.bytes };
      this.#file = undefined;
      await file.handle.close().catch(() => undefined); // the failure to report is the first one
      throw error;
    }
    const bytes = Buffer.byteLength(text);
    file.bytes += bytes;
    this.#last = events.at(-1)?.id;
    const lost = events.reduce((sum, event) => sum + event.lost, 0);
    this.#options.onWritten?.({ events: events.length, lost, bytes });
  }

  /** Names sort as the files were begun, whatever the clocks say. */
  async #begin(at: number): Promise<OpenFile> {
    const { folder, log } = this.#options;
    for (let start = Math.max(at, this.#newest + 1); ; start++) {
      const path = join(folder, captureName(start));
      try {
        const handle = await open(path, 'wx');
        this.#newest = start;
        log.info({ file: path }, 'a capture begins');
        return { handle, path, bytes: 0, start: at };
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }

  async #mend(): Promise<void> {
    if (this.#damaged === undefined) return;
    const { path, bytes } = this.#damaged;
    await truncateDurably(path, bytes).catch((error: unknown) => {
      // Somebody has taken the file away.
      if (!hasCode(error, 'ENOENT')) throw error;
    });
    this.#damaged = undefined;
  }

  /** Leaves whole lines; a file without any is removed. Returns the id in the newest one. */
  async #cut(path: string): Promise<string | undefined> {
    const { size } = await stat(path);
    const { end, head } = await withFile(path, 'r', (handle) => lastLine(handle, size));
    if (end < size) {
      this.#options.log.warn({ file: path, bytes: size - end }, 'unfinished end of a capture left out');
      await truncateDurably(path, end);
    }
    if (end === 0) await unlink(path);
    return idIn(head);
  }
}

async function truncateDurably(path: string, bytes: number): Promise<void> {
  await withFile(path, 'r+', async (handle) => {
    await handle.truncate(bytes);
    await handle.sync();
  });
}

/** Reads from the end of a file: where its last whole line ends, and how that begins. */
async function lastLine(handle: FileHandle, size: number): Promise<{ end: number; head: string }> {
  let tail: Buffer = Buffer.alloc(0);
  for (let from = size; ;) {
    const last = tail.lastIndexOf(LINE_END);
    const before = last <= 0 ? -1 : tail.lastIndexOf(LINE_END, last - 1);
    if (before !== -1 || from === 0) {
      const head = tail.toString('utf8', before + 1, Math.min(Math.max(last, 0), before + 1 + 200));
      return { end: from + last + 1, head };
    }
    const length = Math.min(TAIL_BYTES, from);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, from - length);
    if (bytesRead < length) throw new Error('the file became shorter while it was read');
    tail = Buffer.concat([buffer, tail]);
    from -= length;
  }
}

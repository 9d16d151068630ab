import { encodeEvent, parsePosition, type Event, type Position } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import { foldersOf } from '../folders.js';
import { readJournal } from '../journal.js';
import type { SegmentLine } from '../segment.js';
import { columnsOf, type Row } from './columns.js';
import { readCursor, writeCursor, type Cursor } from './cursor.js';
import { Engine } from './engine.js';
import { dateOf, folderOf, partName } from './names.js';
import { byRange, Parts, type Inventory, type StoreDisk } from './parts.js';
import { planMerges, type Merge } from './plan.js';

/** As many rows, or bytes of JSON, are held in memory before they are written. */
const CHUNK_ROWS = 20_000;
const CHUNK_BYTES = 12 * 1024 * 1024;

export interface EventStoreOptions {
  /** Holds `journal/` and `events_parquet/`. */
  folder: string;
  log: Logger;
  chunkRows?: number;
  disk?: StoreDisk;
  onRows?: (count: number) => void;
  onMerged?: () => void;
}

/** Rows of one type, day and epoch. */
interface Pile {
  type: string;
  folder: string;
  epoch: string;
  /** In the log's order, each after all that were stored before. */
  rows: Row[];
  /** Those that may be stored already: dead letters sent again, and what a segment carries. */
  late: Row[];
}

/**
 * The journal in Parquet, by type and day. Everything is derived from the journal, chunk by chunk in its order; the names of
 * the parts tell which rows they have, so that what a crash interrupted is done again without storing a row twice.
 */
export class EventStore {
  readonly #options: EventStoreOptions;
  readonly #journal: string;
  readonly #parts: Parts;
  #inventory: Inventory = new Map();
  #cursor: Cursor | undefined;
  #owned: AbortSignal | undefined;

  constructor(options: EventStoreOptions) {
    this.#options = options;
    const { journal, store } = foldersOf(options.folder);
    this.#journal = journal;
    this.#parts = new Parts(store, 'recorder', options.disk);
  }

  /** The place in the log up to which everything is stored. */
  get position(): Position | undefined {
    return this.#cursor?.position == null ? undefined : parsePosition(this.#cursor.position);
  }

  /**
   * Looks at what there is. To be called before anything else, and again after an error.
   *
   * @param owned once it is aborted, nothing is changed any more, and what is under way throws its reason.
   */
  async open(owned?: AbortSignal): Promise<void> {
    this.#owned = owned;
    await this.#parts.sweep();
    this.#inventory = await this.#parts.list();
    this.#cursor = await readCursor(this.#parts.root);
  }

  /**
   * Stores the next chunk of the journal.
   *
   * @returns whether there may be more.
   */
  async advance(): Promise<boolean> {
    const { log, chunkRows = CHUNK_ROWS } = this.#options;
    const piles = new Map<string, Pile>();
    let cursor = this.#cursor;
    let [rows, bytes] = [0, 0];
    for await (const line of readJournal(this.#journal, log, cursor)) {
      const row = rowIn(line);
      if (row === undefined) continue;
      this.#pile(piles, row, line.kind !== 'event');
      const position = line.kind === 'event' ? row.event.id : (cursor?.position ?? null);
      cursor = { file: line.file, bytes: line.end, position };
      rows += 1;
      bytes += row.raw.length;
      if (line.kind !== 'carried' && (rows >= chunkRows || bytes >= CHUNK_BYTES)) break;
    }
    if (cursor === undefined || cursor === this.#cursor) return false;
    await Engine.use(this.#parts.temporary, async (engine) => {
      for (const pile of piles.values()) await this.#store(engine, pile);
    });
    this.#guard();
    await writeCursor(this.#parts.root, cursor);
    this.#cursor = cursor;
    return rows >= chunkRows || bytes >= CHUNK_BYTES;
  }

  /**
   * Merges the files of one type and day, where that is due.
   *
   * @param now Unix ms.
   * @returns whether there may be more.
   */
  async compact(now: number): Promise<boolean> {
    const merge = planMerges(this.#inventory, dateOf(now))[0];
    if (merge === undefined) return false;
    await Engine.use(this.#parts.temporary, (engine) => this.#merge(engine, merge));
    return true;
  }

  #pile(piles: Map<string, Pile>, row: Row, late: boolean): void {
    const { type, timestamp } = row.event;
    const folder = folderOf(type, timestamp);
    const key = `${folder} ${row.epoch}`;
    const pile = piles.get(key) ?? { type, folder, epoch: row.epoch, rows: [], late: [] };
    piles.set(key, pile);
    (late ? pile.late : pile.rows).push(row);
  }

  async #store(engine: Engine, pile: Pile): Promise<void> {
    const { folder, epoch, type } = pile;
    const stored = this.#partsOf(folder, epoch).reduce((last, part) => Math.max(last, part.last), 0);
    const fresh = pile.rows.filter(({ event }) => event.seq > stored);
    await this.#write(engine, { folder, type }, fresh);
    // After the others: the highest place stored then says that every row before it is.
    await this.#write(engine, { folder, type }, await this.#unknown(engine, pile));
  }

  async #write(
    engine: Engine,
    { folder, type }: Pick<Pile, 'folder' | 'type'>,
    rows: readonly Row[],
  ): Promise<void> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const draft = this.#parts.draft();
    await engine.write(draft, columnsOf(type), rows);
    const written = await engine.count([draft]);
    if (written !== rows.length)
      throw new Error(`expected ${rows.length} rows in ${folder}, were ${written}`);
    const name = partName({ epoch: first.epoch, first: first.event.seq, last: last.event.seq });
    await this.#publish(draft, folder, name);
    this.#options.onRows?.(rows.length);
  }

  /** Late rows that are not stored yet, each once, by their place in the log. */
  async #unknown(engine: Engine, { late, folder, epoch }: Pile): Promise<Row[]> {
    if (late.length === 0) return [];
    const rows = new Map(late.map((row) => [row.event.seq, row]));
    const paths = this.#partsOf(folder, epoch).map(({ name }) => this.#parts.path(folder, name));
    for (const seq of paths.length === 0 ? [] : await engine.places(paths, [...rows.keys()]))
      rows.delete(seq);
    return [...rows.values()].sort((a, b) => a.event.seq - b.event.seq);
  }

  async #merge(engine: Engine, { folder, parts, name, overlap }: Merge): Promise<void> {
    const paths = parts.map((part) => this.#parts.path(folder, part.name));
    const draft = this.#parts.draft();
    const expected = overlap ? await engine.countPlaces(paths) : await engine.count(paths);
    if (overlap) await engine.merge(paths, draft);
    else await engine.concatenate(paths, draft);
    const [written, places] = [await engine.count([draft]), await engine.countPlaces([draft])];
    if (written !== expected || places !== expected)
      throw new Error(
        `expected ${expected} rows in ${folder}/${name}, were ${written} of ${places} places in the log`,
      );
    await this.#publish(draft, folder, name);
    this.#guard();
    const merged = parts.filter((part) => part.name !== name).map((part) => part.name);
    await this.#parts.remove(folder, merged);
    this.#forget(folder, merged);
    this.#options.onMerged?.();
    this.#options.log.info({ folder, files: parts.length, rows: written }, 'event store compacted');
  }

  async #publish(draft: string, folder: string, name: string): Promise<void> {
    this.#guard();
    const part = await this.#parts.publish(draft, folder, name);
    this.#forget(folder, [name]);
    if (part !== undefined)
      this.#inventory.set(folder, [...(this.#inventory.get(folder) ?? []), part].sort(byRange));
  }

  #forget(folder: string, names: readonly string[]): void {
    const parts = (this.#inventory.get(folder) ?? []).filter(({ name }) => !names.includes(name));
    this.#inventory.set(folder, parts);
  }

  #partsOf(folder: string, epoch: string) {
    return (this.#inventory.get(folder) ?? []).filter((part) => part.epoch === epoch);
  }

  #guard(): void {
    this.#owned?.throwIfAborted();
  }
}

function rowIn(line: SegmentLine): Row | undefined {
  if (line.kind !== 'carried' && line.kind !== 'event' && line.kind !== 'late') return undefined;
  return rowOf(line.event);
}

export function rowOf(event: Event): Row {
  return { event, epoch: parsePosition(event.id)?.epoch ?? '', raw: encodeEvent(event) };
}

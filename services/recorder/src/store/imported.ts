import { foldersOf } from '../folders.js';
import { ExistingGames } from '../import/existing.js';
import { eventsOf, type GameReport } from '../import/settle.js';
import type { ImportedGame } from '../import/importer.js';
import { columnsOf, type Row } from './columns.js';
import { Engine, rowsOf } from './engine.js';
import { rowOf } from './eventStore.js';
import { folderOf, IMPORTED } from './names.js';
import { Parts, type StoreDisk } from './parts.js';

/** As many rows are held in memory before they are written. */
const ROWS_HELD = 100_000;
const DAY_MS = 86_400_000;

interface Pile {
  type: string;
  /** Unix ms of one of its rows. */
  timestamp: number;
  rows: Row[];
}

/**
 * Imported games in the event store. Their events have no place in a log (epoch `0000`), so a type and day has one file of
 * them, written anew with each import: what is told of a game replaces what an earlier import told of it, and what the log
 * itself told of it stands.
 */
export class ImportedGames {
  readonly #dataFolder: string;
  readonly #parts: Parts;
  readonly #piles = new Map<string, Pile>();
  #held = 0;
  #swept = false;

  constructor(dataFolder: string, disk?: StoreDisk) {
    this.#dataFolder = dataFolder;
    this.#parts = new Parts(foldersOf(dataFolder).store, 'import', disk);
  }

  /** Takes a game in; it is stored by `finish` at the latest. */
  async add({ events }: Pick<ImportedGame, 'events'>): Promise<void> {
    for (const event of events) {
      const folder = folderOf(event.type, event.timestamp);
      const pile = this.#piles.get(folder) ?? { type: event.type, timestamp: event.timestamp, rows: [] };
      this.#piles.set(folder, pile);
      pile.rows.push(rowOf(event));
    }
    this.#held += events.length;
    if (this.#held >= ROWS_HELD) await this.#flush();
  }

  /** Stores what was taken in, and the games that an import cut short has recorded, but not stored. */
  async finish(games: readonly Pick<GameReport, 'gameId' | 'startTime' | 'outcome'>[]): Promise<void> {
    await this.#flush();
    const recorded = games.filter(({ outcome }) => outcome === 'unchanged');
    const lacking = await this.#lacking(recorded);
    if (lacking.length === 0) return;
    const existing = await ExistingGames.in(foldersOf(this.#dataFolder).recordings);
    for (const gameId of lacking) {
      const game = await existing.get(gameId);
      if (game !== undefined) await this.add({ events: eventsOf(game) });
    }
    await this.#flush();
  }

  /** Those of which no start is stored. */
  async #lacking(games: readonly Pick<GameReport, 'gameId' | 'startTime'>[]): Promise<string[]> {
    const days = new Map<string, string[]>();
    for (const { gameId, startTime } of games) {
      if (startTime === null) continue;
      const folder = folderOf('game.start', Date.parse(startTime));
      days.set(folder, [...(days.get(folder) ?? []), gameId]);
    }
    if (days.size === 0) return [];
    await this.#prepare();
    return Engine.use(this.#parts.temporary, async (engine) => {
      const lacking: string[] = [];
      for (const [folder, gameIds] of days) {
        const known = new Set(await this.#gamesIn(engine, folder));
        lacking.push(...gameIds.filter((gameId) => !known.has(gameId)));
      }
      return lacking;
    });
  }

  async #gamesIn(engine: Engine, folder: string): Promise<string[]> {
    const paths = [...(await this.#logged(folder)), ...(await this.#imported(folder))];
    if (paths.length === 0) return [];
    return (await engine.rows(`SELECT DISTINCT game_id FROM ${rowsOf(paths)}`)).map(([gameId]) =>
      String(gameId),
    );
  }

  async #flush(): Promise<void> {
    if (this.#held === 0) return;
    await this.#prepare();
    await Engine.use(this.#parts.temporary, async (engine) => {
      for (const [folder, pile] of this.#piles) await this.#write(engine, folder, pile);
    });
    this.#piles.clear();
    this.#held = 0;
  }

  async #write(engine: Engine, folder: string, { type, timestamp, rows }: Pile): Promise<void> {
    const fresh = this.#parts.draft();
    await engine.write(fresh, columnsOf(type), rows);
    const before = await this.#imported(folder);
    const logged: string[] = [];
    for (const day of [-DAY_MS, 0, DAY_MS])
      logged.push(...(await this.#logged(folderOf(type, timestamp + day))));
    const query = union({ type, fresh, before, logged });
    const [expected] = await engine.rows(`SELECT count(*) FROM (${query})`);
    if (Number(expected?.[0]) === 0) return;
    const draft = this.#parts.draft();
    await engine.copy(query, draft);
    const written = await engine.count([draft]);
    if (written !== Number(expected?.[0]))
      throw new Error(`expected ${Number(expected?.[0])} rows in ${folder}/${IMPORTED}, were ${written}`);
    await this.#parts.publish(draft, folder, IMPORTED);
  }

  async #prepare(): Promise<void> {
    if (!this.#swept) await this.#parts.sweep();
    this.#swept = true;
  }

  async #imported(folder: string): Promise<string[]> {
    return (await this.#parts.hasImported(folder)) ? [this.#parts.path(folder, IMPORTED)] : [];
  }

  /** What the log told. */
  async #logged(folder: string): Promise<string[]> {
    return (await this.#parts.listFolder(folder)).map(({ name }) => this.#parts.path(folder, name));
  }
}

interface Sources {
  type: string;
  fresh: string;
  before: readonly string[];
  logged: readonly string[];
}

/** A tick is known by its game and number, anything else of a game by the game. */
function union({ type, fresh, before, logged }: Sources): string {
  const key = type === 'game.tick' ? 'game_id, tick_count' : 'game_id';
  const unlogged =
    logged.length === 0 ? '' : ` ANTI JOIN (SELECT ${key} FROM ${rowsOf(logged)}) USING (${key})`;
  const added = `SELECT * FROM ${rowsOf([fresh])}${unlogged}`;
  const kept = `SELECT * FROM ${rowsOf(before)} WHERE game_id NOT IN (SELECT game_id FROM ${rowsOf([fresh])})`;
  return `SELECT * FROM (${before.length === 0 ? added : `${kept} UNION ALL BY NAME ${added}`}) ORDER BY game_id, seq`;
}

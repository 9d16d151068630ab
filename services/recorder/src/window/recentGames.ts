import type { Event } from '@vectra/protocol';
import type { WindowGame } from '@vectra/stream';
import type { BookedGame, Game } from '../book.js';
import { recordGame } from '../recording.js';

/** No game is longer (5,000 ticks are its rules' limit): a tick beyond is no place to fill a list up to. */
const TICK_LIMIT = 100_000;

/** The game in progress. */
export interface Running {
  readonly gameId: string;
  /** Its JSON up to the first price. */
  readonly head: string;
  /** prices[k] = price at tick k; null where it is not known. */
  readonly prices: readonly (number | null)[];
  /** The newest event that is contained. */
  readonly id: string;
  /** Another number means that more has changed than prices added at the end. */
  readonly version: number;
}

/** The finished games as JSON, newest first; another version means another text. */
export interface Finished {
  readonly version: number;
  readonly text: string;
}

interface Entry {
  startTime: string;
  rank: number;
  json: string;
}

/**
 * The last games: finished ones with all that is known of them, and the running one with its prices so far. Folded from the
 * log's events as the recorder's book understands them, so a finished game says what its `.game.json` says.
 */
export class RecentGames {
  readonly #size: number;
  readonly #finished = new Map<string, Entry>();
  /** Finished games of which more is known than their entry says. */
  readonly #due = new Map<string, Game>();
  #running: (Running & { prices: (number | null)[]; id: string; version: number }) | undefined;
  #text: string | undefined;
  #textVersion = 0;
  #runningVersion = 0;

  /** @param size how many finished games are kept. */
  constructor(size: number) {
    this.#size = size;
  }

  /** How many finished games are known; at most `size`. */
  get count(): number {
    this.#settle();
    return this.#finished.size;
  }

  get isFull(): boolean {
    return this.count >= this.#size;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  get finished(): Finished {
    this.#settle();
    this.#text ??= `[${this.#newestFirst()
      .map(([, { json }]) => json)
      .join(',')}]`;
    return { version: this.#textVersion, text: this.#text };
  }

  clear(): void {
    this.#finished.clear();
    this.#due.clear();
    this.#running = undefined;
    this.#touch();
  }

  /** Takes in a finished game, unless the same or more is known of it. */
  add(game: WindowGame): void {
    const entry = entryOf(game);
    const { game_id: id } = game.meta;
    if (id === this.#running?.gameId || entry.rank <= (this.#finished.get(id)?.rank ?? -1)) return;
    this.#put(id, entry);
  }

  /** See `Follower.fold`. */
  fold(event: Event, due: readonly BookedGame[], running: BookedGame | undefined): void {
    for (const game of due) this.#due.set(game.id, game);
    if (running?.id !== this.#running?.gameId) this.#begin(running, event);
    else if (running?.id === event.gameId) this.#goOn(event, running);
  }

  #begin(game: BookedGame | undefined, event: Event): void {
    if (game === undefined) {
      this.#running = undefined;
      return;
    }
    // A game that was lost sight of and is seen again has not finished.
    this.#due.delete(game.id);
    if (this.#finished.delete(game.id)) this.#touch();
    this.#running = {
      gameId: game.id,
      head: headOf(game),
      prices: [],
      id: event.id,
      version: ++this.#runningVersion,
    };
    for (const { type, data } of game.events) {
      if (type === 'game.tick') fill(this.#running.prices, data.tickCount, Number(data.price));
    }
  }

  #goOn(event: Event, game: BookedGame): void {
    const running = this.#running;
    if (running === undefined) return;
    if (event.type === 'game.start')
      this.#running = { ...running, head: headOf(game), id: event.id, version: ++this.#runningVersion };
    if (event.type !== 'game.tick') return;
    const { tickCount, price } = event.data;
    const isNext = tickCount >= running.prices.length;
    if (!fill(running.prices, tickCount, Number(price))) return;
    running.id = event.id;
    if (!isNext) running.version = ++this.#runningVersion;
  }

  #settle(): void {
    for (const game of this.#due.values()) {
      const known = windowGameOf(game);
      if (known === undefined) continue;
      const entry = entryOf(known);
      // What an older reading of the log knew whole is not replaced by what is known of it only in part.
      if (entry.rank >= (this.#finished.get(game.id)?.rank ?? 0)) this.#put(game.id, entry);
    }
    this.#due.clear();
  }

  #put(gameId: string, entry: Entry): void {
    const before = this.#finished.get(gameId);
    if (before?.json === entry.json) return;
    this.#finished.set(gameId, entry);
    for (const [id] of this.#newestFirst().slice(this.#size)) this.#finished.delete(id);
    this.#touch();
  }

  #touch(): void {
    this.#text = undefined;
    this.#textVersion += 1;
  }

  #newestFirst(): [string, Entry][] {
    const order = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
    return [...this.#finished].sort(
      ([idA, a], [idB, b]) => order(a.startTime, b.startTime) || order(idA, idB),
    );
  }
}

/** A finished game as the window holds it; undefined when no tick of it is known. */
export function windowGameOf(game: Game): WindowGame | undefined {
  const files = recordGame(game);
  if (files === undefined) return undefined;
  const prices: (number | null)[] = [];
  for (const line of files.lines) if (line.type === 'tick') fill(prices, line.tick, line.price);
  return { meta: files.recording.meta, prices };
}

/** The first sight of a tick stands; ticks skipped before it are unknown. Returns whether something was added. */
export function fill(prices: (number | null)[], tick: number, price: number): boolean {
  if (tick > TICK_LIMIT || typeof prices[tick] === 'number') return false;
  while (prices.length <= tick) prices.push(null);
  prices[tick] = price;
  return true;
}

function entryOf(game: WindowGame): Entry {
  const { start_time: startTime, server_seed, complete } = game.meta;
  return { startTime, rank: (server_seed === null ? 0 : 2) + (complete ? 1 : 0), json: JSON.stringify(game) };
}

function headOf({ id, events }: Game): string {
  const hashes = events.map((event) => (event.type === 'game.start' ? event.data.serverSeedHash : null));
  const meta = {
    game_id: id,
    start_time: new Date(events[0]?.timestamp ?? 0).toISOString(),
    server_seed_hash: hashes.find((hash) => hash !== null) ?? null,
  };
  return `{"meta":${JSON.stringify(meta)},"prices":[`;
}

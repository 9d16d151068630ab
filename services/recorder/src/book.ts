import type { Event, EventOf } from '@vectra/protocol';

/** The event types a recording is made of. */
const TYPES = ['game.start', 'game.tick', 'game.end', 'game.sealed'] as const;
type GameType = (typeof TYPES)[number];
export type GameEvent = { [T in GameType]: EventOf<T> & { gameId: string } }[GameType];

/** One game and what the log has said about it so far, in the log's order. */
export interface Game {
  readonly id: string;
  readonly events: readonly GameEvent[];
}

/** A game of the book. */
export interface BookedGame extends Game {
  /** It started while recording was on: it gets files, now and whenever more of it becomes known. */
  readonly recorded: boolean;
}

/** Recording was paused or resumed: this holds for the games that start after it. */
export interface RecordingChange {
  readonly recording: 'on' | 'paused';
  /** Unix ms at which it was wished. */
  readonly at: number;
  /** Who wished it, in words. */
  readonly by: string;
}

interface OpenGame extends BookedGame {
  events: GameEvent[];
  /** It was rugged, lost sight of, or sealed: its files are due, now and whenever more of it becomes known. */
  ended: boolean;
}

/** What a later reader needs to go on as if it had seen everything before. */
export interface Carry {
  /** The events of every game in the book, game by game. */
  readonly events: readonly GameEvent[];
  /** Ids of games that left the book, oldest first. */
  readonly left: readonly string[];
  /** Ids of games in the book that started while recording was paused. */
  readonly unrecorded: readonly string[];
  /** The newest change of recording; undefined when it was never paused. */
  readonly change: RecordingChange | undefined;
}

/**
 * Games stay in the book while something may still become known about them: a seed is revealed, and missed ticks
 * are healed, up to 10 games after the rug, one game late at times. The rest is margin.
 */
export const GAMES_KEPT = 16;
/** A late word about a game that left must not open it again; far more than the upstream ever looks back. */
const LEFT_KEPT = 128;

/** Unix ms. Files are named by a year of four digits, so no other time is one. */
export function isDatable(ms: number): boolean {
  return ms >= 0 && ms <= Date.UTC(9999, 11, 31, 23, 59, 59, 999);
}

function isGameEvent(event: Event): event is GameEvent {
  const { gameId, type, timestamp } = event;
  return gameId !== null && (TYPES as readonly string[]).includes(type) && isDatable(timestamp);
}

/**
 * The newest games, folded from the log's events. Pure: equal events give equal books, and a book made from another
 * one's `carry()` goes on exactly like it.
 */
export class GameBook {
  readonly #games = new Map<string, OpenGame>();
  readonly #unrecorded: ReadonlySet<string>;
  #left: string[];
  #change: RecordingChange | undefined;
  /** Id of the game that was seen live last. */
  #live: string | undefined;

  /** @param before of a `carry()` whose events and change are taken in next. */
  constructor({ left, unrecorded }: Pick<Carry, 'left' | 'unrecorded'> = { left: [], unrecorded: [] }) {
    this.#left = [...left];
    this.#unrecorded = new Set(unrecorded);
  }

  /** In the order in which they were first seen. */
  get games(): readonly BookedGame[] {
    return [...this.#games.values()];
  }

  /** The game that was seen live last, unless it has ended. */
  get running(): BookedGame | undefined {
    const game = this.#live === undefined ? undefined : this.#games.get(this.#live);
    return game?.ended === false ? game : undefined;
  }

  /** The newest change of recording; undefined when it was never paused. */
  get change(): RecordingChange | undefined {
    return this.#change;
  }

  /** Whether games that start now get files. */
  get isRecording(): boolean {
    return this.#change?.recording !== 'paused';
  }

  /** Takes effect with the next game that starts; the one in progress stays as it began. */
  follow(change: RecordingChange): void {
    this.#change = change;
  }

  /** Takes in one event; answers with the games, as they are now, whose files have become due by it. */
  apply(event: Event): BookedGame[] {
    if (!isGameEvent(event)) return [];
    const due: BookedGame[] = [];
    let game = this.#games.get(event.gameId);
    if (game === undefined) {
      // Only a start or a tick says that the game was watched: a recording needs a start, and none is invented.
      const opens = event.type === 'game.start' || event.type === 'game.tick';
      if (!opens || this.#left.includes(event.gameId)) return [];
      const recorded = this.isRecording && !this.#unrecorded.has(event.gameId);
      game = { id: event.gameId, events: [], ended: false, recorded };
      this.#games.set(game.id, game);
      due.push(...this.#letGo());
    }
    game.events.push(event);
    game.ended = endedAfter(event, game);
    if (isLive(event)) this.#live = game.id;
    if (game.ended) due.push(snapshot(game));
    return due;
  }

  carry(): Carry {
    const games = this.games;
    return {
      events: games.flatMap((game) => game.events),
      left: this.#left,
      unrecorded: games.filter(({ recorded }) => !recorded).map(({ id }) => id),
      change: this.#change,
    };
  }

  /** The oldest game leaves a full book. When its end was never seen, what is known of it is written now. */
  #letGo(): BookedGame[] {
    const [oldest] = this.#games.values();
    if (oldest === undefined || this.#games.size <= GAMES_KEPT) return [];
    this.#games.delete(oldest.id);
    this.#left = [...this.#left, oldest.id].slice(-LEFT_KEPT);
    return oldest.ended ? [] : [snapshot(oldest)];
  }
}

function snapshot({ id, events, recorded }: OpenGame): BookedGame {
  return { id, events: [...events], recorded };
}

function isLive({ type, data }: GameEvent): boolean {
  return type === 'game.start' || (type === 'game.tick' && data.backfilled === undefined);
}

/** A game lost sight of runs again when it is joined again; a rugged or sealed one stays ended. */
function endedAfter(event: GameEvent, game: OpenGame): boolean {
  if (event.type === 'game.end' || event.type === 'game.sealed') return true;
  if (event.type === 'game.tick' || !game.ended) return game.ended;
  return game.events.some(
    ({ type, data }) => type === 'game.sealed' || (type === 'game.end' && data.reason === 'rugged'),
  );
}

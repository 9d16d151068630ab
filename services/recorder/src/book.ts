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

interface OpenGame extends Game {
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
  #left: string[];

  constructor(left: readonly string[] = []) {
    this.#left = [...left];
  }

  /** In the order in which they were first seen. */
  get games(): readonly Game[] {
    return [...this.#games.values()];
  }

  /** Takes in one event; answers with the games, as they are now, whose files have become due by it. */
  apply(event: Event): Game[] {
    if (!isGameEvent(event)) return [];
    const due: Game[] = [];
    let game = this.#games.get(event.gameId);
    if (game === undefined) {
      // Only a start or a tick says that the game was watched: a recording needs a start, and none is invented.
      const opens = event.type === 'game.start' || event.type === 'game.tick';
      if (!opens || this.#left.includes(event.gameId)) return [];
      game = { id: event.gameId, events: [], ended: false };
      this.#games.set(game.id, game);
      due.push(...this.#letGo());
    }
    game.events.push(event);
    game.ended = endedAfter(event, game);
    if (game.ended) due.push(snapshot(game));
    return due;
  }

  carry(): Carry {
    return { events: this.games.flatMap((game) => game.events), left: this.#left };
  }

  /** The oldest game leaves a full book. When its end was never seen, what is known of it is written now. */
  #letGo(): Game[] {
    const [oldest] = this.#games.values();
    if (oldest === undefined || this.#games.size <= GAMES_KEPT) return [];
    this.#games.delete(oldest.id);
    this.#left = [...this.#left, oldest.id].slice(-LEFT_KEPT);
    return oldest.ended ? [] : [snapshot(oldest)];
  }
}

function snapshot({ id, events }: OpenGame): Game {
  return { id, events: [...events] };
}

/** A game lost sight of runs again when it is joined again; a rugged or sealed one stays ended. */
function endedAfter(event: GameEvent, game: OpenGame): boolean {
  if (event.type === 'game.end' || event.type === 'game.sealed') return true;
  if (event.type === 'game.tick' || !game.ended) return game.ended;
  return game.events.some(
    ({ type, data }) => type === 'game.sealed' || (type === 'game.end' && data.reason === 'rugged'),
  );
}

import type { RecentGames } from '@vectra/stream';
import type { FinishedGame, LiveWindow, Recent } from './window.js';

/** Redis is asked at most this often. */
const KEPT_MS = 1_000;
/** A request waits no longer than this for Redis. */
const PATIENCE_MS = 500;

export interface RecentGamesOptions {
  /** The gateway's own reading of the log. */
  window: LiveWindow;
  /** The recorder's, in Redis. */
  read: () => Promise<RecentGames>;
  /** How many finished games are answered. */
  capacity: number;
  now?: () => number;
}

/**
 * The last games for whoever asks. The truth is the log; the recorder's reading of it, which reaches further back and is what it
 * writes to disk, counts for finished games. The gateway's own reading stands in for games that Redis does not have, as when
 * no recorder runs, or of which it knows more; and it alone has the running game, so that the answer joins up with the WebSocket.
 */
export class RecentGamesReader {
  readonly #options: RecentGamesOptions;
  readonly #now: () => number;
  #known: readonly FinishedGame[] = [];
  #askedAt = -Infinity;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: RecentGamesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Never fails and never waits long: without Redis it is what is known. */
  async recent(): Promise<Recent> {
    await this.#refresh();
    const { window, capacity } = this.#options;
    const own = window.recent();
    const running = own.current?.end === null ? own.current.gameId : undefined;
    return { ...own, games: mergeGames(this.#known, own.games, running).slice(0, capacity) };
  }

  async #refresh(): Promise<void> {
    if (this.#now() - this.#askedAt >= KEPT_MS) {
      this.#askedAt = this.#now();
      this.#asking = this.#ask();
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([this.#asking, patience]);
    clearTimeout(timer);
  }

  async #ask(): Promise<void> {
    try {
      const { games } = await this.#options.read();
      this.#known = games.map(({ meta, prices }) => ({ ...meta, prices }));
    } catch {
      // /health tells of Redis; what is known stands.
    }
  }
}

/**
 * Two readings of the log in one list, newest first. Of a game that both have, the first one's counts unless the second
 * knows more: its seed, or else all of its ticks.
 *
 * @param running id of the game that has not finished, whatever either says.
 */
export function mergeGames(
  first: readonly FinishedGame[],
  second: readonly FinishedGame[],
  running?: string,
): FinishedGame[] {
  const games = new Map(first.map((game) => [game.game_id, game]));
  for (const game of second) {
    const known = games.get(game.game_id);
    if (known === undefined || knowledgeOf(game) > knowledgeOf(known)) games.set(game.game_id, game);
  }
  if (running !== undefined) games.delete(running);
  return [...games.values()].sort(newestFirst);
}

function knowledgeOf({ server_seed, complete }: FinishedGame): number {
  return (server_seed === null ? 0 : 2) + (complete ? 1 : 0);
}

function newestFirst(a: FinishedGame, b: FinishedGame): number {
  if (a.start_time !== b.start_time) return a.start_time < b.start_time ? 1 : -1;
  return a.game_id < b.game_id ? 1 : -1;
}

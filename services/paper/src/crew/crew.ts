import type { GamesQuery } from '../backtest/query.js';
import type { Slice } from '../backtest/run.js';
import { chunksOf, sizeOf, type Chunk } from '../backtest/source.js';
import { OrderedGames } from './games.js';
import type { Assignment, Finished } from './tasks.js';
import { Thread } from './thread.js';

/** Chunks that are loaded ahead of the slowest player, for each thread: so that memory stays bounded. */
const AHEAD = 4;

export interface Progress {
  doing: 'reading' | 'playing';
  /** Games; one that several strategies play counts for each. What is left out counts as done. */
  done: number;
  total: number;
}

export interface Work {
  kind: Assignment['kind'];
  strategies: Assignment['strategies'];
  query: GamesQuery;
  /** The folder of plug-ins. */
  plugins: string;
  /** Worker threads. */
  jobs: number;
  /** The share of the games, by time, that is for training. They are all read then before the first is played. */
  train?: number;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface Done {
  /** One a strategy, in their order; empty in a sweep. */
  slices: Slice[];
  sessions: Finished['sessions'];
  outcomes: Finished['outcomes'];
  leftOut: string[];
  games: number;
  /** How many of them are for training. */
  trainGames: number;
}

/**
 * Plays strategies through games, over worker threads: the games are loaded by whichever thread has nothing else to do, and every
 * strategy is played by one thread in the order of the games. So the result is the same however many threads there are.
 *
 * @throws Error when games cannot be read or a plug-in cannot be loaded; the signal's reason when it aborts.
 */
export async function playGames(work: Work): Promise<Done> {
  const chunks = await chunksOf(work.query.sources);
  work.signal?.throwIfAborted();
  const crew = new Crew(work, chunks);
  return crew.run();
}

class Crew {
  readonly #work: Work;
  readonly #chunks: readonly Chunk[];
  readonly #threads: readonly Thread[];
  readonly #players: readonly Player[];
  readonly #games: OrderedGames;
  readonly #gameCount: number;
  #nextChunk = 0;
  /** Sizes of chunks whose games were played or read. */
  #read = 0;
  #split = false;
  #trainGames = 0;
  #wake: (() => void)[] = [];

  constructor(work: Work, chunks: readonly Chunk[]) {
    const { strategies, jobs, query } = work;
    this.#work = work;
    this.#chunks = chunks;
    this.#games = new OrderedGames(chunks.length, query.limit);
    this.#gameCount = chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0);
    const players = Math.min(jobs, strategies.length);
    // Dealt out like cards: neighbours in a grid cost alike.
    this.#players = Array.from({ length: players }, (_, player) =>
      newPlayer(strategies.flatMap((_one, index) => (index % players === player ? [index] : []))),
    );
    const threads = Math.max(players, Math.min(jobs, chunks.length));
    this.#threads = Array.from({ length: threads }, () => new Thread());
  }

  async run(): Promise<Done> {
    const { signal } = this.#work;
    const stop = (): void => {
      this.#changed();
      for (const thread of this.#threads) void thread.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all(this.#threads.map((thread, index) => this.#drive(thread, this.#players[index])));
      return this.#done();
    } catch (error) {
      signal?.throwIfAborted(); // a thread that was ended fails as well
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await Promise.all(this.#threads.map((thread) => thread.terminate()));
    }
  }

  /** One thread: it plays what there is to play for it, else it loads, else it waits. */
  async #drive(thread: Thread, player: Player | undefined): Promise<void> {
    const { kind, strategies, plugins, signal } = this.#work;
    if (player !== undefined) {
      const own = player.strategies.flatMap((index) => strategies[index] ?? []);
      await thread.call({ kind: 'open', assignment: { kind, plugins, strategies: own } });
    }
    for (;;) {
      signal?.throwIfAborted();
      if (player !== undefined && this.#playable(player)) await this.#play(thread, player);
      else if (this.#loadable()) await this.#load(thread);
      else if (this.#games.complete && (player === undefined || this.#atEnd(player))) break;
      else await this.#change();
    }
    if (player !== undefined) player.finished = await thread.call({ kind: 'finish' });
  }

  async #play(thread: Thread, player: Player): Promise<void> {
    const stretch = this.#games.stretches[player.position];
    if (stretch === undefined) throw new Error('expected games that are still to be played');
    const slices = await thread.call({ kind: 'play', ...stretch });
    slices.forEach((slice, index) => {
      const all = player.slices[index];
      for (const game of slice.games) all?.games.push(game);
      for (const happening of slice.history) all?.history.push(happening);
    });
    const position = player.position++;
    player.played += stretch.games.metas.length;
    if (this.#players.every((other) => other.position > position))
      this.#games.stretches[position] = undefined;
    this.#tell();
    this.#changed();
  }

  async #load(thread: Thread): Promise<void> {
    const index = this.#nextChunk++;
    const chunk = this.#chunks[index];
    if (chunk === undefined) return;
    const loaded = await thread.call({ kind: 'load', chunk, filter: this.#work.query.filter });
    this.#read += sizeOf(chunk);
    this.#games.add(index, loaded);
    if (this.#games.complete && this.#work.train !== undefined && !this.#split) {
      this.#split = true;
      this.#trainGames = Math.floor(this.#games.count * this.#work.train);
      this.#games.split(this.#trainGames);
    }
    this.#tell();
    this.#changed();
  }

  #playable({ position }: Player): boolean {
    const isOpen = this.#work.train === undefined || this.#split;
    return isOpen && position < this.#games.stretches.length;
  }

  #atEnd({ position }: Player): boolean {
    return position >= this.#games.stretches.length;
  }

  #loadable(): boolean {
    if (this.#games.complete || this.#nextChunk >= this.#chunks.length) return false;
    if (this.#work.train !== undefined) return true;
    const slowest = Math.min(...this.#players.map(({ position }) => position));
    return this.#nextChunk - slowest < AHEAD * this.#threads.length;
  }

  #tell(): void {
    const { train, strategies, query, onProgress } = this.#work;
    if (train !== undefined && !this.#split) {
      onProgress?.({ doing: 'reading', done: this.#read, total: this.#gameCount });
      return;
    }
    const games = this.#games.complete
      ? this.#games.count
      : Math.min(this.#gameCount, query.limit ?? Infinity);
    const done = this.#players.reduce((sum, { played, strategies: own }) => sum + played * own.length, 0);
    onProgress?.({ doing: 'playing', done, total: games * strategies.length });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #done(): Done {
    const inOrder = <T>(of: (player: Player) => readonly T[]): T[] => {
      const all: T[] = [];
      for (const player of this.#players)
        of(player).forEach((one, index) => (all[player.strategies[index] ?? 0] = one));
      return all;
    };
    return {
      slices: this.#work.kind === 'backtest' ? inOrder(({ slices }) => slices) : [],
      sessions: inOrder(({ finished }) => finished.sessions),
      outcomes: inOrder(({ finished }) => finished.outcomes),
      leftOut: this.#games.leftOut,
      games: this.#games.count,
      trainGames: this.#trainGames,
    };
  }
}

/** What one thread plays. */
interface Player {
  /** Of all strategies, the indices of its own. */
  strategies: readonly number[];
  /** The stretch that it plays next. */
  position: number;
  played: number;
  slices: Slice[];
  finished: Finished;
}

function newPlayer(strategies: readonly number[]): Player {
  return {
    ...{ strategies, position: 0, played: 0, finished: { sessions: [], outcomes: [] } },
    slices: strategies.map(() => ({ games: [], history: [] })),
  };
}

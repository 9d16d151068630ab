import type { GameSummary } from '@vectra/protocol';
import { ALL_GAMES, type GamesQuery } from '../gamesQuery.js';
import type { Recordings } from '../recordings.js';
import { scoreOf, type Score } from './score.js';

const DAY_MS = 86_400_000;
/** Many who replay the same games read each once. A long game takes some 3 MB, most take a tenth of that. */
const SCORES_KEPT = 16;

export type GameSource = Pick<Library, 'find' | 'list' | 'after' | 'score'>;

/** The recorded games as those who replay them need them; one for all clients. */
export class Library {
  readonly #recordings: Recordings;
  /** By game id, the one that was asked for last at the end. */
  readonly #scores = new Map<string, Score>();

  constructor(recordings: Recordings) {
    this.#recordings = recordings;
  }

  find(gameId: string): Promise<GameSummary | undefined> {
    return this.#recordings.summaryOf(gameId);
  }

  /** Oldest first. */
  async list({ from, to, minPeak }: Pick<GamesQuery, 'from' | 'to' | 'minPeak'>): Promise<GameSummary[]> {
    const query = { ...ALL_GAMES, from, to, minPeak, limit: Infinity };
    const { games } = await this.#recordings.list(query);
    return games.reverse();
  }

  /** The first recorded game that started after another and got as high; undefined when there is none (yet). */
  async after(game: GameSummary, minPeak: number): Promise<GameSummary | undefined> {
    const from = Date.parse(game.start_time);
    // Mostly it is of the same day: the others need not be looked at.
    for (const to of [from + DAY_MS, Infinity]) {
      const games = await this.list({ from, to, minPeak });
      const next = games.find((each) => isAfter(each, game));
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Undefined when the recording is gone, damaged, or empty. */
  async score(game: GameSummary): Promise<Score | undefined> {
    const kept = this.#scores.get(game.game_id);
    const score = kept ?? (await this.#read(game));
    if (score === undefined) return undefined;
    this.#scores.delete(game.game_id);
    // More becomes known of a game until its seed does.
    if (game.server_seed === null) return score;
    this.#scores.set(game.game_id, score);
    const [oldest] = this.#scores.keys();
    if (this.#scores.size > SCORES_KEPT && oldest !== undefined) this.#scores.delete(oldest);
    return score;
  }

  async #read(game: GameSummary): Promise<Score | undefined> {
    const recording = await this.#recordings.read(game);
    return recording && scoreOf(recording, await this.#recordings.linesOf(game));
  }
}

function isAfter(a: GameSummary, b: GameSummary): boolean {
  const time = Date.parse(a.start_time) - Date.parse(b.start_time);
  return time > 0 || (time === 0 && a.game_id > b.game_id);
}

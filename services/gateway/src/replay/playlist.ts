import type { CommandOf, GameSummary } from '@vectra/protocol';
import { refusal, type Refusal } from '../commands.js';
import { ApiError } from '../errors.js';
import { ALL_GAMES, readGamesQuery } from '../gamesQuery.js';
import type { GameSource } from './library.js';

/** How many games that are not there an error names. */
const NAMED = 5;

type Asked = Pick<CommandOf<'replay'>, 'gameId' | 'games' | 'query' | 'continuous'>;

/** The games to be replayed, in their order; it grows when it is `continuous`. */
export class Playlist {
  readonly #library: Pick<GameSource, 'after'>;
  readonly #games: GameSummary[];
  /** What the games after the list must have reached; undefined: none is to follow. */
  readonly #minPeak: number | undefined;

  /** @param games at least one. */
  constructor(library: Pick<GameSource, 'after'>, games: GameSummary[], minPeak: number | undefined) {
    this.#library = library;
    this.#games = games;
    this.#minPeak = minPeak;
  }

  get length(): number {
    return this.#games.length;
  }

  /** The game at an index; behind the last, that which was recorded after it. Undefined when there is none. */
  async at(index: number): Promise<GameSummary | undefined> {
    const last = this.#games.at(-1);
    if (index === this.#games.length && this.#minPeak !== undefined && last !== undefined) {
      const next = await this.#library.after(last, this.#minPeak);
      if (next !== undefined) this.#games.push(next);
    }
    return this.#games[index];
  }
}

/** Finds what a client asked for, or says what is wrong with it: `bad_command`, `no_such_game`. */
export async function openPlaylist(library: GameSource, asked: Asked): Promise<Playlist | Refusal> {
  const { gameId, games, query, continuous = true } = asked;
  const ways = [gameId, games, query].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    return refusal('bad_command', `expected one of gameId, games and query, were ${ways.length}`, 'replay');
  }
  const found =
    query === undefined ? await findAll(library, games ?? [gameId ?? '']) : await ask(library, query);
  if ('type' in found) return found;
  return new Playlist(library, found, continuous ? (query?.minPeak ?? 0) : undefined);
}

async function findAll(library: GameSource, ids: readonly string[]): Promise<GameSummary[] | Refusal> {
  const [only = ''] = ids;
  const known = ids.length === 1 ? [await library.find(only)] : await library.list(ALL_GAMES);
  const byId = new Map(known.flatMap((game) => (game === undefined ? [] : [[game.game_id, game]])));
  const absent = ids.filter((id) => !byId.has(id));
  if (absent.length > 0) {
    const named = absent.slice(0, NAMED).join(', ') + (absent.length > NAMED ? ', ...' : '');
    const message = `expected recorded games, was ${named}; GET /api/games lists what there is`;
    return refusal('no_such_game', message, 'replay');
  }
  return ids.flatMap((id) => byId.get(id) ?? []);
}

async function ask(
  library: GameSource,
  { minPeak = 0, ...times }: NonNullable<Asked['query']>,
): Promise<GameSummary[] | Refusal> {
  try {
    const games = await library.list({ ...readGamesQuery(times), minPeak });
    if (games.length > 0) return games;
    const message = 'the query finds no recorded game; GET /api/games with the same finds none either';
    return refusal('no_such_game', message, 'replay');
  } catch (error) {
    if (error instanceof ApiError) return refusal('bad_command', error.message, 'replay');
    throw error;
  }
}

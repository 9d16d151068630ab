import type { GamesQuery, Rest } from '@vectra/client';
import type { GameRecording, GameSummary } from '@vectra/protocol';

type Place = Pick<GameRecording['meta'], 'game_id' | 'start_time'>;

export interface Neighbours {
  /** The game that started before; null when there is none. */
  previous: string | null;
  next: string | null;
}

/** More than ever start in the same millisecond. */
const LIMIT = 5;

/** The recorded games right before and after a game. @throws as `rest.games`. */
export async function neighboursOf(game: Place, { games }: Pick<Rest, 'games'>): Promise<Neighbours> {
  const ask = async (query: GamesQuery): Promise<GameSummary[]> =>
    (await games({ ...query, limit: LIMIT })).games;
  const [older, newer] = await Promise.all([
    ask({ to: game.start_time }),
    ask({ from: game.start_time, order: 'asc' }),
  ]);
  return {
    previous: older.find((each) => isBefore(each, game))?.game_id ?? null,
    next: newer.find((each) => isBefore(game, each))?.game_id ?? null,
  };
}

function isBefore(a: Place, b: Place): boolean {
  return a.start_time < b.start_time || (a.start_time === b.start_time && a.game_id < b.game_id);
}

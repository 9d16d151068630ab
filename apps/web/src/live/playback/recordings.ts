import { RestError } from '@vectra/client';
import type { GameSummary } from '@vectra/protocol';
import { api, getJson } from '../../app/access.js';
import { finishedGame } from '../../connection/recent.js';
import type { Game } from '../../connection/state.js';
import type { Recording } from './view.js';

/** So many games are looked through for a neighbour, in case several began at the same moment. */
const LOOKED_THROUGH = 10;

/** @param known what the page has of the game, for when it is not recorded (yet). */
export async function loadRecording(id: string, known: Game | undefined): Promise<Recording> {
  try {
    const { meta, prices } = await api().game(id);
    return { state: 'ready', id, game: finishedGame({ ...meta, prices }), startedAt: meta.start_time };
  } catch (error) {
    const isUnknown = error instanceof RestError && error.status === 404;
    if (isUnknown && known?.end != null) return { state: 'ready', id, game: known, startedAt: null };
    return { state: 'failed', id, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/**
 * The recorded game that began after another (1), or before it (-1); undefined when there is none.
 *
 * @throws RestError, or fetch's TypeError when the gateway is not reached.
 */
export async function neighbour(
  { id, startedAt }: { id: string; startedAt: string },
  direction: 1 | -1,
): Promise<string | undefined> {
  const side = direction === 1 ? { from: startedAt, order: 'asc' } : { to: startedAt, order: 'desc' };
  const query = new URLSearchParams({ ...side, sort: 'start', limit: String(LOOKED_THROUGH) });
  const { games } = await getJson<{ games: GameSummary[] }>(`/api/games?${query.toString()}`);
  return games[games.findIndex(({ game_id }) => game_id === id) + 1]?.game_id;
}

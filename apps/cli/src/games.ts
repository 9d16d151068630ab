import type { GamesQuery, Rest } from '@vectra/client';
import type { GameSummary } from '@vectra/protocol';
import { asking, type Target } from './gateway.js';
import { dateTime, multiplier } from './numbers.js';
import type { Output } from './output.js';
import { table, type Cell } from './table.js';

/** The most that one answer of the gateway lists. */
const PAGE = 200;

/** Recorded games, newest first. */
export async function games(
  target: Target,
  { limit, ...query }: Omit<GamesQuery, 'limit' | 'cursor'> & { limit: number },
  { json, paint, write }: Output,
): Promise<void> {
  const found = await asking(target, (routes) => listGames(routes, query, limit));
  if (json) {
    for (const game of found) await write(JSON.stringify(game));
    return;
  }
  if (found.length === 0) {
    await write('no recorded games');
    return;
  }
  const columns = [
    { title: 'started (UTC)' },
    { title: 'game' },
    { title: 'ticks', right: true },
    { title: 'peak', right: true },
    { title: 'rug', right: true },
    { title: 'seed' },
  ];
  const peak = (value: number) => (text: string) =>
    value >= 10 ? paint(['bold', 'yellow'], text) : value >= 2 ? paint('green', text) : text;
  const row = (game: GameSummary): Cell[] => [
    { text: dateTime(game.start_time), paint: (text) => paint('dim', text) },
    { text: game.game_id },
    { text: String(game.duration_ticks) },
    { text: multiplier(game.peak_multiplier), paint: peak(game.peak_multiplier) },
    game.rug_tick === null
      ? { text: 'not seen', paint: (text) => paint('yellow', text) }
      : { text: String(game.rug_tick), paint: (text) => paint('red', text) },
    seedOf(game),
  ];
  const seedOf = ({ verified, complete }: GameSummary): Cell => {
    const holes = complete ? '' : ', ticks missing';
    if (verified === null) return { text: `not known${holes}`, paint: (text) => paint('dim', text) };
    return verified
      ? { text: `verified${holes}`, paint: (text) => paint('green', text) }
      : { text: `MISMATCH${holes}`, paint: (text) => paint(['bold', 'red'], text) };
  };
  await write(table(columns, found.map(row), paint));
}

async function listGames(routes: Rest, query: GamesQuery, limit: number): Promise<GameSummary[]> {
  const found: GameSummary[] = [];
  let cursor: string | null | undefined;
  while (found.length < limit && cursor !== null) {
    const more = cursor === undefined ? {} : { cursor };
    const page = await routes.games({ ...query, limit: Math.min(PAGE, limit - found.length), ...more });
    found.push(...page.games);
    cursor = page.next;
  }
  return found;
}

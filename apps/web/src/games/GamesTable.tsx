import type { GameSummary } from '@vectra/protocol';
import type { MouseEvent } from 'react';
import { goTo, hrefOf } from '../app/route.js';
import { Time } from '../app/Time.js';
import { multiplier, tone } from '../app/words.js';
import { orderOf, sortedBy, type Sort } from './search.js';
import { Verdict } from './Verdict.js';
import { lengthWords, shortId } from './words.js';

interface GamesTableProps {
  games: readonly GameSummary[];
  search: URLSearchParams;
}

export function GamesTable({ games, search }: GamesTableProps) {
  return (
    <table className="games">
      <caption className="hidden">Recorded games</caption>
      <thead>
        <tr>
          <SortedColumn column="start" name="Started" search={search} />
          <th scope="col" className="wide">
            Game
          </th>
          <SortedColumn column="peak" name="Peak" search={search} />
          <SortedColumn column="ticks" name="Ticks" search={search} />
          <th scope="col" className="wide">
            Lasted
          </th>
          <th scope="col">Seed</th>
          <th scope="col" className="wide">
            Ticks known
          </th>
          <th scope="col" className="wide">
            Backfilled
          </th>
          <th scope="col">
            <span className="hidden">Replay</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {games.map((game) => (
          <Row key={game.game_id} game={game} />
        ))}
      </tbody>
    </table>
  );
}

function SortedColumn({ column, name, search }: { column: Sort; name: string; search: URLSearchParams }) {
  const { sort, order } = orderOf(search);
  const isSorted = sort === column;
  const sorted = order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" aria-sort={isSorted ? sorted : undefined}>
      <button type="button" onClick={() => goTo(hrefOf('games', null, sortedBy(search, column)))}>
        {name}
        <span aria-hidden="true">{isSorted ? (order === 'asc' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}

function Row({ game }: { game: GameSummary }) {
  const { game_id: id, peak_multiplier: peak, rug_tick: rugTick } = game;
  const href = hrefOf('games', id);
  // For the mouse only: who uses the keyboard has the links.
  const open = ({ target }: MouseEvent): void => {
    if (target instanceof Element && target.closest('a') === null) goTo(href);
  };
  return (
    <tr onClick={open}>
      <td>
        <a href={href}>
          <Time at={game.start_time} />
        </a>
      </td>
      <td className="wide">
        <a href={href} title={id}>
          {shortId(id)}
        </a>
      </td>
      <td className={tone(peak)}>{multiplier(peak)}x</td>
      <td>{rugTick ?? `${game.duration_ticks}+`}</td>
      <td className="wide">{lengthWords(game)}</td>
      <td>
        <Verdict verified={game.verified} />
      </td>
      <td className="wide">{game.complete ? 'all' : <span className="wait">not all</span>}</td>
      <td className="wide">{game.backfilled_ticks === 0 ? '–' : game.backfilled_ticks}</td>
      <td>
        <a className="replay" href={hrefOf('live', id)} aria-label={`Replay game ${id}`} title="Replay">
          ▶
        </a>
      </td>
    </tr>
  );
}

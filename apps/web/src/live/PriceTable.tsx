import { useState } from 'react';
import type { Game } from '../connection/state.js';
import { TableHead } from '../app/TableHead.js';
import { multiplier } from '../app/words.js';

/** A game is told in so many rows, whatever its length. */
const ROWS = 40;

/** What the chart shows, as a table: for those who can't see it, and to read prices from. */
export function PriceTable({ game }: { game: Game }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="prices" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Prices as a table</summary>
      {isOpen && <Rows game={game} />}
    </details>
  );
}

function Rows({ game: { id, prices } }: { game: Game }) {
  const every = Math.max(1, Math.ceil(prices.length / ROWS));
  const shown = [...prices.keys()].filter((tick) => tick % every === 0 || tick === prices.length - 1);
  const unknown = prices.filter((price) => price === null).length;
  return (
    <div className="rows" role="region" aria-label="Prices" tabIndex={0}>
      <table>
        <caption>
          {every === 1 ? 'Every tick' : `Every ${every} ticks, and the newest,`} of game {id};{' '}
          {unknown === 0 ? 'all are known' : `${unknown} are not known`}
        </caption>
        <TableHead columns={['Tick', 'Price']} />
        <tbody>
          {shown.map((tick) => (
            <tr key={tick}>
              <th scope="row">{tick}</th>
              <td>{priceWords(prices[tick])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function priceWords(price: number | null | undefined): string {
  return price == null ? 'not known' : `${multiplier(price)}x`;
}

import { useState } from 'react';
import { count, gainTone, signedSol, sol } from '../app/figures.js';
import { useResource } from '../app/resource.js';
import { hrefOf } from '../app/route.js';
import { Loaded } from '../app/States.js';
import { TableHead } from '../app/TableHead.js';
import { Time } from '../app/Time.js';
import { multiplier } from '../app/words.js';
import { resultWords } from '../paper/words.js';
import type { ReportReader } from './reader.js';
import type { GameRow, Order } from './report.js';

const PAGE = 50;
const ORDERS: Record<Order, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  best: 'Best first',
  worst: 'Worst first',
};

/** The games of a strategy by page, each with its bets. */
export function GamesTable({ index, reader }: { index: number; reader: ReportReader }) {
  const [order, setOrder] = useState<Order>('newest');
  const [stakedOnly, setStakedOnly] = useState(true);
  const [page, setPage] = useState(0);
  const query = { order, stakedOnly, offset: page * PAGE, limit: PAGE };
  const { resource, reload } = useResource(`${index} ${JSON.stringify(query)}`, () =>
    reader.rows(index, query),
  );
  const total = resource.value?.total ?? 0;
  return (
    <section aria-labelledby="games">
      <div className="head">
        <h2 id="games">Games and bets</h2>
        <label>
          <span>Order</span>
          <select
            value={order}
            onChange={(event) => {
              setOrder(event.target.value as Order);
              setPage(0);
            }}
          >
            {Object.entries(ORDERS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={stakedOnly}
            onChange={(event) => {
              setStakedOnly(event.target.checked);
              setPage(0);
            }}
          />
          <span>only with bets</span>
        </label>
        <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
          Back
        </button>
        <span className="quiet" role="status">
          {total === 0
            ? 'none'
            : `${count(page * PAGE + 1)} to ${count(Math.min(total, (page + 1) * PAGE))} of ${count(total)}`}
        </span>
        <button type="button" disabled={(page + 1) * PAGE >= total} onClick={() => setPage(page + 1)}>
          On
        </button>
      </div>
      <Loaded resource={resource} what="the games" retry={reload}>
        {({ rows }) => <Table rows={rows} />}
      </Loaded>
    </section>
  );
}

function Table({ rows }: { rows: readonly GameRow[] }) {
  return (
    <div className="scroll" role="region" aria-label="Games and bets" tabIndex={0}>
      <table>
        <TableHead
          columns={[
            'Start',
            'Game',
            ['Rug at tick', 'number'],
            ['Peak', 'number'],
            'Bets',
            ['Profit, SOL', 'number'],
            ['Wallet, SOL', 'number'],
          ]}
        />
        <tbody>
          {rows.map((row) => (
            <Row key={row.gameId} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { row: GameRow }) {
  const { gameId, startTime, rugTick, peak, bets, profit, wallet, happenings } = row;
  return (
    <tr>
      <td>
        <Time at={startTime} />
      </td>
      <td>
        <a href={hrefOf('games', gameId)}>{gameId}</a>
      </td>
      <td className="number">{rugTick}</td>
      <td className="number">{multiplier(peak)}x</td>
      <td>
        {happenings.length === 0 ? (
          bets
        ) : (
          <details>
            <summary>{bets}</summary>
            <ul>
              {happenings.map((one, index) => (
                <li key={index}>{resultWords(one)}</li>
              ))}
            </ul>
          </details>
        )}
      </td>
      <td className={`number ${gainTone(profit)}`}>{signedSol(profit)}</td>
      <td className="number">{sol(wallet)}</td>
    </tr>
  );
}

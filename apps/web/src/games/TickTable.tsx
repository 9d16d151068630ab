import { TableHead } from '../app/TableHead.js';
import type { Agreement, TickCheck } from './agreement.js';

const PAGE = 50;

const WORDS: Record<Agreement, string> = {
  agrees: '✓',
  differs: '≠ disagrees',
  unrecorded: 'not recorded',
  rug: 'rug, not derivable',
};

/** The page of the table on which a tick is. */
export function pageOf(tick: number): number {
  return Math.floor(tick / PAGE);
}

interface TickTableProps {
  ticks: readonly TickCheck[];
  /** Counted from 0. */
  page: number;
  turn: (page: number) => void;
}

/** Every price as it was recorded and as the seed gives it, in all its digits. */
export function TickTable({ ticks, page, turn }: TickTableProps) {
  const last = pageOf(Math.max(0, ticks.length - 1));
  const shown = ticks.slice(page * PAGE, (page + 1) * PAGE);
  const first = ticks.find(({ agreement }) => agreement === 'differs');
  return (
    <div className="tick-table">
      <div className="actions">
        <button type="button" disabled={page === 0} onClick={() => turn(page - 1)}>
          ← Earlier
        </button>
        <button type="button" disabled={page >= last} onClick={() => turn(page + 1)}>
          Later →
        </button>
        <label>
          Tick
          <input
            type="number"
            min={0}
            max={ticks.length - 1}
            defaultValue={page * PAGE}
            key={page}
            onChange={({ target: { valueAsNumber: tick } }) =>
              tick >= 0 && tick < ticks.length && turn(pageOf(tick))
            }
          />
        </label>
        {first !== undefined && (
          <button type="button" onClick={() => turn(pageOf(first.tick))}>
            First disagreement
          </button>
        )}
      </div>
      <table>
        <caption className="hidden">Prices as recorded and as derived from the seed</caption>
        <TableHead columns={['Tick', 'Recorded', 'Derived', 'Agree']} />
        <tbody>
          {shown.map(({ tick, recorded, derived, agreement }) => (
            <tr key={tick} className={agreement}>
              <th scope="row">{tick}</th>
              <td>{recorded ?? '–'}</td>
              <td>{derived ?? '–'}</td>
              <td>{WORDS[agreement]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

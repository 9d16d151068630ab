import type { PaperHappening } from '@vectra/protocol';
import { useState } from 'react';
import { count, gainTone, signedSol, sol } from '../app/figures.js';
import { hrefOf } from '../app/route.js';
import { TableHead } from '../app/TableHead.js';
import type { Follower } from './follower.js';
import type { Known } from './history.js';
import { happeningWords } from './words.js';

const PAGE = 50;

/** What happened, the newest first. */
export function History({ follower, known }: { follower: Follower; known: Known }) {
  const { lines, first, session } = known;
  const [page, setPage] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const end = lines.length - page * PAGE;
  const shown = lines.slice(Math.max(0, end - PAGE), end).reverse();
  const isLast = end <= PAGE;
  const older = (): void => {
    setProblem(null);
    if (!isLast) setPage(page + 1);
    else
      follower.older().then(
        () => setPage(page + 1),
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      );
  };
  return (
    <section className="history" aria-labelledby="history">
      <div className="head">
        <h2 id="history">
          History <span className="quiet">{count(session.history_length)} lines, the newest first</span>
        </h2>
        {problem !== null && <span className="bad">{problem}</span>}
        <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
          Newer
        </button>
        <button type="button" disabled={isLast && first === 0} onClick={older}>
          Older
        </button>
      </div>
      {lines.length === 0 ? (
        <p className="quiet">
          Nothing has happened yet. A strategy begins with the next game; orders by hand are taken at once.
        </p>
      ) : (
        <div className="scroll" role="region" aria-label="History" tabIndex={0}>
          <table>
            <TableHead
              columns={[
                ['Line', 'number'],
                'What',
                ['Tick', 'number'],
                ['Profit, SOL', 'number'],
                ['Cash, SOL', 'number'],
                'Game',
              ]}
            />
            <tbody>
              {shown.map((line, index) => (
                <Row key={first + end - index} number={first + end - index} line={line} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ number, line }: { number: number; line: PaperHappening }) {
  const profit = 'profit' in line ? line.profit : null;
  const cash = 'cash' in line ? line.cash : line.kind === 'game' ? line.wallet : null;
  return (
    <tr className={`line-${line.kind}`}>
      <td className="number quiet">{count(number)}</td>
      <td className="what">{happeningWords(line)}</td>
      <td className="number">{tickOf(line) ?? '–'}</td>
      <td className={`number ${profit === null ? '' : gainTone(profit)}`}>
        {profit === null ? '' : signedSol(profit)}
      </td>
      <td className="number" title={line.kind === 'game' ? 'The wallet after the game' : undefined}>
        {cash === null ? '' : sol(cash)}
      </td>
      <td>{'gameId' in line && <a href={hrefOf('games', line.gameId)}>{line.gameId}</a>}</td>
    </tr>
  );
}

function tickOf(line: PaperHappening): number | null {
  if ('tick' in line) return line.tick;
  if (line.kind === 'settled') return line.rugTick ?? line.startTick + 40;
  if (line.kind === 'game') return line.rugTick;
  return line.kind === 'sidebet' ? line.startTick : null;
}

import type { Backfill, GameRecording } from '@vectra/protocol';
import { rangeWords } from './words.js';

const BY: Record<Backfill['by'], string> = {
  partialPrices: 'the five-tick window of a later frame',
  snapshot: 'the snapshot after a reconnect',
  gameHistory: 'the list of past games',
  seed: 'the revealed seed',
};

/** How well a game is known: what was received live, what was filled in and by what, and what is missing. */
export function Quality({ recording: { meta, backfills = [], missing = [] } }: { recording: GameRecording }) {
  const told = backfills.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const untold = meta.backfilled_ticks - told;
  return (
    <section aria-labelledby="quality">
      <h2 id="quality">Data quality</h2>
      <ul className="lines">
        <li>
          {meta.complete ? (
            <>
              <span className="gain">✓</span> Every tick from 0 to the rug is known.
            </>
          ) : (
            <>
              <span className="wait">!</span> Not complete: prices without holes go up to tick{' '}
              {meta.duration_ticks}
              {meta.rug_tick === null ? '; the rug was not seen.' : `, the rug was at tick ${meta.rug_tick}.`}
            </>
          )}
        </li>
        {missing.length > 0 && <li>Missing: ticks {missing.map(rangeWords).join(', ')}.</li>}
        {meta.backfilled_ticks === 0 && <li>Every tick of it was received live.</li>}
        {untold > 0 && (
          <li>
            {untold} {untold === 1 ? 'tick was' : 'ticks were'} not received live; this recording does not say
            by what
            {untold === 1 ? ' it' : ' they'} became known.
          </li>
        )}
      </ul>
      {backfills.length > 0 && (
        <table className="backfills">
          <caption>Backfilled: {told} ticks that were not received live</caption>
          <thead>
            <tr>
              <th scope="col">Known from</th>
              <th scope="col">Ticks</th>
              <th scope="col">Count</th>
            </tr>
          </thead>
          <tbody>
            {backfills.map(({ from, to, by }) => (
              <tr key={from}>
                <td>{BY[by]}</td>
                <td>{rangeWords({ from, to })}</td>
                <td>{to - from + 1}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

import type { Trade } from '../connection/state.js';
import { TableHead } from '../app/TableHead.js';
import { amountWords, multiplier, sideWords } from '../app/words.js';

interface TradesProps {
  trades: readonly Trade[];
  /** The games on screen. */
  gameIds: (string | null | undefined)[];
  isRecorded: boolean;
}

/** The newest trades; those of games that are not on screen are quiet. */
export function Trades({ trades, gameIds, isRecorded }: TradesProps) {
  return (
    <section className="trades" aria-labelledby="trades">
      <h2 id="trades">Trades</h2>
      {trades.length === 0 ? (
        <p className="quiet">
          {isRecorded
            ? 'Recordings of games hold no trades of other players.'
            : 'None yet. The game shows only a part of its trades.'}
        </p>
      ) : (
        <div className="rows" role="region" aria-label="The newest trades" tabIndex={0}>
          <table>
            <TableHead columns={['Player', 'Side', 'Amount', 'Price', 'Tick']} />
            <tbody>
              {trades.map((trade) => (
                <tr key={trade.tradeId} className={gameIds.includes(trade.gameId) ? '' : 'past'}>
                  <td className="player">{trade.username ?? 'anonymous'}</td>
                  <td className={trade.side}>{sideWords(trade.side)}</td>
                  <td>{amountWords(trade)}</td>
                  <td>{multiplier(Number(trade.price))}x</td>
                  <td>{trade.tickIndex}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

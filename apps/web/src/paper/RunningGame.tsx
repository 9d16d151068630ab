import { useEffect, useMemo, useState } from 'react';
import { multiplier, phaseWords, rugWords, secondsLeft, tone } from '../app/words.js';
import { signedSol, gainTone, plainSol } from '../app/figures.js';
import { Empty } from '../app/States.js';
import { lastPrice, shownGame, type LiveState } from '../connection/state.js';
import { Chart } from '../live/Chart.js';
import { betsOf, betsWords } from './bets.js';
import { BetsOverlay } from './betsOverlay.js';
import type { Known } from './history.js';
import { standingOf } from './orderRules.js';

/** The chart of the running game, with what the session bets in it. */
export function RunningGame({ known: { session, lines }, live }: { known: Known; live: LiveState }) {
  const [overlay] = useState(() => new BetsOverlay());
  const game = shownGame(live);
  const bets = useMemo(() => betsOf(game?.id ?? '', lines, session), [game?.id, lines, session]);
  // Orders on this chart are the session's own.
  const shown = useMemo(() => game && { ...game, marks: [] }, [game]);
  useEffect(() => overlay.show(bets), [overlay, bets]);
  const words = betsWords(bets);
  return (
    <>
      <Now live={live} />
      <Open session={session} live={live} />
      {game === undefined || shown === undefined ? (
        <Empty title="Waiting for the first game" />
      ) : (
        <Chart
          game={shown}
          isPast={game !== live.games[0]}
          caption={rugWords(game)}
          decorator={overlay.decorator}
        />
      )}
      <p className="quiet bets">
        {words === '' ? 'Nothing was bet in this game.' : `In this game: ${words}.`}
      </p>
    </>
  );
}

function Now({ live }: { live: LiveState }) {
  const game = live.games[0];
  const last = game && lastPrice(game);
  const isPlaying = live.cooldownTimer <= 0 && last !== undefined;
  return (
    <div className="now">
      <span className={`phase ${live.phase}`}>{phaseWords(live.phase)}</span>
      <strong className={isPlaying ? tone(last.price) : ''}>
        {isPlaying
          ? `${multiplier(last.price)}x`
          : live.cooldownTimer > 0
            ? `${secondsLeft(live.cooldownTimer)} s`
            : '–'}
      </strong>
      {isPlaying && <span className="quiet">tick {last.tick}</span>}
    </div>
  );
}

/** What is open, and what it would bring now. */
function Open({ session, live }: { session: Known['session']; live: LiveState }) {
  const { unrealized, ticksLeft } = standingOf(session, live);
  const { position, active_bet: bet } = session;
  return (
    <p className="open">
      {position === null && bet === null && <span className="quiet">Nothing is open.</span>}
      {position !== null && (
        <span>
          Held {plainSol(position.cost)} SOL at {multiplier(Number(position.avg_cost))}x{' '}
          <strong className={gainTone(unrealized)}>{signedSol(unrealized)} SOL</strong>
        </span>
      )}
      {bet !== null && (
        <span>
          Sidebet {plainSol(bet.amount)} SOL, ticks {bet.start_tick} to {bet.end_tick}{' '}
          <strong>{ticksLeft === null ? 'waits for its game' : `${ticksLeft} ticks left`}</strong>
        </span>
      )}
    </p>
  );
}

import { lastPrice, shownGame, type Game, type LiveState } from '../connection/state.js';
import { multiplier, phaseWords, secondsLeft, tone } from '../app/words.js';

/** A countdown lasts 15 s: 5 s of cooldown, then 10 s of presale. */
const COUNTDOWN_MS = 15_000;

/** The phase in words, and what matters most in it: the multiplier, or the seconds to the next game. */
export function Hero({ live }: { live: LiveState }) {
  const { phase, cooldownTimer, games } = live;
  const game = games[0];
  const shown = shownGame(live);
  return (
    <div className="hero">
      <div>
        <p className={`phase ${phase}`} aria-live="polite">
          {phaseWords(phase)}
        </p>
        {cooldownTimer > 0 ? <Countdown left={cooldownTimer} /> : <Multiplier game={game} />}
      </div>
      {shown !== undefined && <Stats game={shown} isPast={shown !== game} />}
    </div>
  );
}

function Multiplier({ game }: { game: Game | undefined }) {
  const last = game && lastPrice(game);
  if (game === undefined || last === undefined) return <p className="multiplier none">–.––x</p>;
  const colour = game.end?.reason === 'rugged' ? 'rugged' : tone(last.price);
  return (
    <p className={`multiplier ${colour}`}>
      {multiplier(last.price)}
      <span>x</span>
    </p>
  );
}

function Countdown({ left }: { left: number }) {
  return (
    <>
      <p className="multiplier countdown">
        {secondsLeft(left)}
        <span>s to the next game</span>
      </p>
      <progress max={COUNTDOWN_MS} value={Math.min(left, COUNTDOWN_MS)} aria-label="Time to the next game" />
    </>
  );
}

function Stats({ game, isPast }: { game: Game; isPast: boolean }) {
  return (
    <dl>
      <div>
        <dt>{isPast ? 'Last tick' : 'Tick'}</dt>
        <dd>{lastPrice(game)?.tick ?? '–'}</dd>
      </div>
      <div>
        <dt>{isPast ? 'Last peak' : 'Peak'}</dt>
        <dd>{multiplier(game.peak)}x</dd>
      </div>
    </dl>
  );
}

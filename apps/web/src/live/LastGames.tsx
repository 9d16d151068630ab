import type { Game } from '../connection/state.js';
import { multiplier, rugWords, tone } from '../app/words.js';

/** Bars grow with the logarithm of the peak, from 1x to this. */
const FULL_PEAK = 20;
const LEAST_HEIGHT = 0.06;

/** The last games' peaks, oldest first. */
export function LastGames({ games }: { games: Game[] }) {
  return (
    <section className="last" aria-labelledby="last-games">
      <h2 id="last-games">Last games</h2>
      {games.length === 0 ? (
        <p className="quiet">No game has ended yet.</p>
      ) : (
        <ol>
          {games.map((game) => (
            <li key={game.id} title={describe(game)}>
              <span
                className={`bar ${tone(game.peak)}`}
                style={{ height: `${100 * heightOf(game.peak)}%` }}
              />
              <span className="peak">
                {multiplier(game.peak)}
                <span className="unit">x</span>
              </span>
              <span className="quiet">
                <span className="tick">{game.end?.rugTick ?? '?'} </span>
                <Verdict verified={game.verified} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Whether the prices agree with the revealed seed; nothing while that is not known. */
function Verdict({ verified }: { verified: boolean | null }) {
  if (verified === null) return null;
  if (verified) return <span aria-label="agrees with its seed">✓</span>;
  return (
    <span className="bad" aria-label="does not agree with its seed">
      ≠
    </span>
  );
}

function heightOf(peak: number): number {
  return Math.min(1, Math.max(LEAST_HEIGHT, Math.log(peak) / Math.log(FULL_PEAK)));
}

function describe(game: Game): string {
  const seed = { true: ', agrees with its seed', false: ', does not agree with its seed', null: '' };
  return `${rugWords(game)} (${game.id})${seed[`${game.verified}`]}`;
}

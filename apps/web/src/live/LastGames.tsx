import { useEffect, type ReactNode } from 'react';
import { api } from '../app/access.js';
import { useResource } from '../app/resource.js';
import { hrefOf } from '../app/route.js';
import { multiplier, rugWords, tone } from '../app/words.js';
import type { Game } from '../connection/state.js';
import { averagesOf } from './averages.js';

/** Bars grow with the logarithm of the peak, from 1x to this. */
const FULL_PEAK = 20;
const LEAST_HEIGHT = 0.06;
/** The averages are those of so many recorded games. */
const AVERAGED = 50;

interface LastGamesProps {
  /** Oldest first. */
  games: Game[];
  /** The recorded game that is on screen. */
  open: string | null;
}

/** The last games' peaks; each leads to its replay. */
export function LastGames({ games, open }: LastGamesProps) {
  const newest = games.at(-1);
  return (
    <section className="last" aria-labelledby="last-games">
      <div className="heading">
        <h2 id="last-games">Last games</h2>
        <AveragesLine of={`${newest?.id} ${newest?.verified}`} />
      </div>
      {games.length === 0 ? (
        <p className="quiet">No game has ended yet.</p>
      ) : (
        <ol>
          {games.map((game) => (
            <li key={game.id}>
              <a
                href={hrefOf('live', game.id)}
                title={`${describe(game)}: click for its replay`}
                aria-current={game.id === open ? 'true' : undefined}
              >
                <span className="unseen">Replay of {describe(game)}</span>
                <span
                  aria-hidden="true"
                  className={`bar ${tone(game.peak)}`}
                  style={{ height: `${100 * heightOf(game.peak)}%` }}
                />
                <span className="peak" aria-hidden="true">
                  {multiplier(game.peak)}
                  <span className="unit">x</span>
                </span>
                <span className="quiet" aria-hidden="true">
                  <span className="tick">{game.end?.rugTick ?? '?'} </span>
                  <Verdict verified={game.verified} />
                </span>
              </a>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** @param of changes when there is one more game to be averaged. */
function AveragesLine({ of }: { of: string }) {
  const { resource, reload } = useResource('averages', () => api().games({ limit: AVERAGED }));
  useEffect(() => reload(), [of]);
  const averages = averagesOf(resource.value?.games ?? []);
  if (averages === null) return null;
  const { games, peak, ticks, reached } = averages;
  const percent = (share: number): string => `${Math.round(100 * share)}%`;
  return (
    <dl className="averages" aria-label={`The last ${games} recorded games`}>
      <Fact name="Median peak">{multiplier(peak.median)}x</Fact>
      <Fact name="Mean peak">{multiplier(peak.mean)}x</Fact>
      <Fact name="Median ticks">{Math.round(ticks.median)}</Fact>
      <Fact name="Mean ticks">{Math.round(ticks.mean)}</Fact>
      <Fact name="Above 2x">{percent(reached.two)}</Fact>
      <Fact name="Above 10x">{percent(reached.ten)}</Fact>
      <Fact name="Games">{games}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Whether the prices agree with the revealed seed; nothing while that is not known. */
function Verdict({ verified }: { verified: boolean | null }) {
  if (verified === null) return null;
  return verified ? <>✓</> : <span className="bad">≠</span>;
}

function heightOf(peak: number): number {
  return Math.min(1, Math.max(LEAST_HEIGHT, Math.log(peak) / Math.log(FULL_PEAK)));
}

function describe(game: Game): string {
  const seed = { true: ', agrees with its seed', false: ', does not agree with its seed', null: '' };
  return `${rugWords(game)} (${game.id})${seed[`${game.verified}`]}`;
}

import { RestError } from '@vectra/client';
import type { GameRecording } from '@vectra/protocol';
import { lazy, Suspense, useEffect, useState } from 'react';
import { api } from '../app/access.js';
import { useKeys } from '../app/keys.js';
import { useResource } from '../app/resource.js';
import { goTo, hrefOf } from '../app/route.js';
import { Empty, Loaded } from '../app/States.js';
import { Time } from '../app/Time.js';
import { multiplier, tone } from '../app/words.js';
import { lastGames } from '../connection/state.js';
import { Downloads } from './Downloads.js';
import { GameChart } from './GameChart.js';
import { neighboursOf } from './neighbours.js';
import { Quality } from './Quality.js';
import { lastSearch } from './useListing.js';
import { useLive } from './useLive.js';
import { lengthWords } from './words.js';
import './game.css';

/** It brings the game's algorithm along, so it is loaded when it is needed. */
const FairPanel = lazy(() => import('./FairPanel.js'));

/** A game that is over only now may become known, or more of it may: its seed. */
const LOOK_AGAIN_MS = 5_000;

/** One recorded game: its chart, how well it is known, and whether it is what its seed says. */
export function GamePage({ id }: { id: string }) {
  const [isSettled, setSettled] = useState(false);
  const isRecent = useLive((live) => live.games.some((game) => game.id === id));
  const load = async (): Promise<GameRecording> => {
    const recording = await api().game(id);
    setSettled(recording.meta.server_seed !== null);
    return recording;
  };
  const lookAgain = isRecent && !isSettled ? LOOK_AGAIN_MS : undefined;
  const { resource, reload } = useResource(id, load, lookAgain);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
  if (resource.state === 'failed' && isUnknown(resource.error))
    return <Unknown id={id} isRunning={isRecent} />;
  return (
    <Loaded resource={resource} what={`game ${id}`} retry={reload}>
      {(recording) => <Game recording={recording} />}
    </Loaded>
  );
}

/** There is none, or there can be none with such an id. */
function isUnknown(error: Error): boolean {
  return error instanceof RestError && (error.status === 404 || error.status === 400);
}

function Unknown({ id, isRunning }: { id: string; isRunning: boolean }) {
  return (
    <Empty title={isRunning ? 'This game is still running' : 'There is no recording of this game'}>
      <p>
        {isRunning
          ? `Game ${id} is shown here as soon as it is over and recorded.`
          : `Nothing is known of a game ${id}.`}
      </p>
      <p>
        {isRunning && <a href={hrefOf('live')}>Watch it</a>} <a href={hrefOf('games')}>All recorded games</a>
      </p>
    </Empty>
  );
}

function Game({ recording }: { recording: GameRecording }) {
  const { meta } = recording;
  const { previous, next } = useNeighbours(meta);
  const turn = (to: string | null): void => {
    if (to !== null) goTo(hrefOf('games', to));
  };
  useKeys([
    { keys: ['n'], does: 'Goes to the next game', run: () => turn(next) },
    { keys: ['p'], does: 'Goes to the previous game', run: () => turn(previous) },
    { keys: ['r'], does: 'Replays the game', run: () => goTo(hrefOf('live', meta.game_id)) },
  ]);
  return (
    <main>
      <div className="title">
        <h1>
          <span className="quiet">Game</span> {meta.game_id}
        </h1>
        <nav aria-label="Games">
          <a href={hrefOf('games', null, lastSearch('table'))}>All games</a>
          <Turn to={previous} words="← Previous" />
          <Turn to={next} words="Next →" />
          <a className="button primary" href={hrefOf('live', meta.game_id)}>
            ▶ Replay
          </a>
        </nav>
      </div>
      <section aria-label="Course of the game">
        <Facts recording={recording} />
        <GameChart recording={recording} />
      </section>
      <div className="pair">
        <Quality recording={recording} />
        <Downloads gameId={meta.game_id} />
      </div>
      <Suspense fallback={<Empty title="Loading the game’s algorithm" busy />}>
        <FairPanel recording={recording} />
      </Suspense>
    </main>
  );
}

/** The games before and after; looked up again when a game has ended. */
function useNeighbours({ game_id, start_time }: GameRecording['meta']) {
  const ended = useLive((live) => lastGames(live).at(-1)?.id ?? null);
  const { resource, reload } = useResource(`${start_time} ${game_id}`, () =>
    neighboursOf({ game_id, start_time }, api()),
  );
  const isLoaded = resource.value !== undefined;
  useEffect(() => {
    if (isLoaded) reload();
    // Only an end is a reason to look again.
  }, [ended]);
  return resource.value ?? { previous: null, next: null };
}

function Turn({ to, words }: { to: string | null; words: string }) {
  if (to === null) return <span className="quiet">{words}</span>;
  return <a href={hrefOf('games', to)}>{words}</a>;
}

function Facts({ recording: { meta, prices } }: { recording: GameRecording }) {
  const { peak_multiplier: peak, rug_tick: rugTick } = meta;
  const peakTick = prices.indexOf(peak);
  const rugPrice = rugTick === null ? undefined : prices[rugTick];
  return (
    <dl className="figures facts">
      <div>
        <dt>Peak</dt>
        <dd>
          <span className={tone(peak)}>{multiplier(peak)}x</span>
          {peakTick !== -1 && <span className="quiet"> at tick {peakTick}</span>}
        </dd>
      </div>
      <div>
        <dt>Rug</dt>
        <dd>
          {rugTick === null ? 'not seen' : `tick ${rugTick}`}
          {rugPrice !== undefined && <span className="quiet"> at {multiplier(rugPrice)}x</span>}
        </dd>
      </div>
      <div>
        <dt>Lasted</dt>
        <dd>{lengthWords(meta)}</dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <Time at={meta.start_time} />
        </dd>
      </div>
      <div>
        <dt>Ended</dt>
        <dd>{meta.end_time === null ? 'not seen' : <Time at={meta.end_time} only="time" />}</dd>
      </div>
    </dl>
  );
}

import { useEffect, useState } from 'react';
import { useKeys } from '../app/keys.js';
import { goTo, hrefOf, useRoute } from '../app/route.js';
import { Failure, Empty } from '../app/States.js';
import { useSession } from '../app/session.js';
import { useStore } from '../app/store.js';
import { isFeedUp, lastGames, lastPrice, type LiveState } from '../connection/state.js';
import { multiplier, phaseWords, rugWords, secondsLeft } from '../app/words.js';
import { Chart } from './Chart.js';
import { Controls } from './Controls.js';
import { Hero } from './Hero.js';
import { LastGames } from './LastGames.js';
import { ModeSwitch } from './ModeSwitch.js';
import type { ChartKind } from './pen.js';
import { PriceTable } from './PriceTable.js';
import { PlaybackControl } from './playback/control.js';
import { viewOf, type Playback, type View } from './playback/view.js';
import { Trades } from './Trades.js';
import './live.css';

/** The running game, or a recorded one, its trades and the last games. */
export function LiveScreen() {
  const { live, link, loaded } = useStore(useSession());
  const { control, playback } = usePlayback();
  useEffect(() => {
    document.title = titleOf(live);
  }, [live]);
  if (!loaded && playback.recording === null) return <Waiting link={link.state} />;
  const view = viewOf(live, playback);
  const isStale = view.mode === 'live' && link.state !== 'live' && link.state !== 'connecting';
  return (
    <main className={`${view.mode}${isStale ? ' stale' : ''}`}>
      {view.mode === 'live' && !isFeedUp(live) && (
        <p className="notice" role="status">
          The feed has lost the game and is reconnecting. What was missed is filled in afterwards.
        </p>
      )}
      <GameSection control={control} playback={playback} view={view} />
      <Trades
        trades={view.shown.trades}
        gameIds={[view.shown.games[0]?.id, view.game?.id]}
        isRecorded={view.mode === 'recorded'}
      />
      <LastGames games={lastGames(live)} open={playback.recording?.id ?? null} />
    </main>
  );
}

interface GameSectionProps {
  control: PlaybackControl;
  playback: Playback;
  view: View;
}

function GameSection({ control, playback, view }: GameSectionProps) {
  const [kind, setKind] = useState<ChartKind>('line');
  const other = kind === 'line' ? 'candles' : 'line';
  useKeys([{ keys: ['k'], does: 'Line or candles', run: () => setKind(other) }]);
  const { mode, game, shown, isPast } = view;
  return (
    <section className="game" aria-label={mode === 'live' ? 'The running game' : 'A recorded game'}>
      <div className="top">
        <ModeSwitch control={control} playback={playback} view={view} />
        <div className="switch" role="group" aria-label="Chart">
          {(['line', 'candles'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === kind}
              title={`${each === 'line' ? 'Line' : 'Candles of five ticks'} (k)`}
              onClick={() => setKind(each)}
            >
              {each === 'line' ? 'Line' : 'Candles'}
            </button>
          ))}
        </div>
      </div>
      {shown.games.length > 0 && playback.recording?.state !== 'loading' && <Hero live={shown} />}
      {game === undefined ? (
        <NoGame control={control} playback={playback} />
      ) : (
        <Chart game={game} kind={kind} isPast={isPast} caption={rugWords(game)} />
      )}
      <Controls control={control} playback={playback} view={view} />
      {game !== undefined && <PriceTable game={game} />}
    </section>
  );
}

function NoGame({ control, playback: { recording } }: Omit<GameSectionProps, 'view'>) {
  if (recording === null) {
    return (
      <Empty title="Waiting for the first game">
        <p>Its chart is drawn here, tick by tick, as soon as it starts.</p>
      </Empty>
    );
  }
  if (recording.state !== 'failed') return <Empty title="Loading the recorded game" busy />;
  return <Failure error={recording.error} what="the recorded game" retry={() => control.retry()} />;
}

/** What is on screen goes with the address: `#/live/<game>` is a recorded game, from `?tick=` on. */
function usePlayback(): { control: PlaybackControl; playback: Playback } {
  const session = useSession();
  const { id, query } = useRoute();
  const [control] = useState(
    () => new PlaybackControl({ session, open: (game) => goTo(hrefOf('live', game)) }),
  );
  useEffect(() => control.start(), [control]);
  const tick = /^\d{1,6}$/.exec(query.get('tick') ?? '')?.[0];
  useEffect(() => control.show(id, tick === undefined ? undefined : Number(tick)), [control, id, tick]);
  return { control, playback: useStore(control.playback) };
}

function Waiting({ link }: { link: string }) {
  if (link !== 'offline') return <Empty title="Loading the last games" busy />;
  return (
    <Empty title="The gateway does not answer">
      <p>This page keeps trying and goes on by itself.</p>
    </Empty>
  );
}

/** So that a tab in the background tells how it stands. */
function titleOf(live: LiveState): string {
  const game = live.games[0];
  const last = game && lastPrice(game);
  if (live.cooldownTimer > 0) return `${secondsLeft(live.cooldownTimer)} s · ${phaseWords(live.phase)}`;
  return last === undefined ? 'Vectra' : `${multiplier(last.price)}x · ${phaseWords(live.phase)}`;
}

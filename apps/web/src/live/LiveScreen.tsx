import { useEffect } from 'react';
import { Empty } from '../app/States.js';
import { useSession } from '../app/session.js';
import { useStore } from '../app/store.js';
import { isFeedUp, lastGames, lastPrice, shownGame, type LiveState } from '../connection/state.js';
import { multiplier, phaseWords, rugWords, secondsLeft } from '../app/words.js';
import { Chart } from './Chart.js';
import { Hero } from './Hero.js';
import { LastGames } from './LastGames.js';
import { Trades } from './Trades.js';

/** The running game, its trades and the last games. */
export function LiveScreen() {
  const { live, link, loaded } = useStore(useSession());
  useEffect(() => {
    document.title = titleOf(live);
  }, [live]);
  if (!loaded) return <Waiting link={link.state} />;
  const isStale = link.state !== 'live' && link.state !== 'connecting';
  return <Games live={live} isStale={isStale} />;
}

function Games({ live, isStale }: { live: LiveState; isStale: boolean }) {
  const game = shownGame(live);
  return (
    <main className={isStale ? 'stale' : ''}>
      {!isFeedUp(live) && (
        <p className="notice" role="status">
          The feed has lost the game and is reconnecting. What was missed is filled in afterwards.
        </p>
      )}
      <section className="game" aria-label="The running game">
        {live.games.length > 0 && <Hero live={live} />}
        {game === undefined ? (
          <Empty title="Waiting for the first game">
            <p>Its chart is drawn here, tick by tick, as soon as it starts.</p>
          </Empty>
        ) : (
          <Chart game={game} isPast={game !== live.games[0]} caption={rugWords(game)} />
        )}
      </section>
      <Trades trades={live.trades} gameIds={[live.games[0]?.id, game?.id]} />
      <LastGames games={lastGames(live)} />
    </main>
  );
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

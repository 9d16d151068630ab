import { useEffect, useSyncExternalStore } from 'react';
import type { Session } from './live/session.js';
import { isFeedUp, lastGames, lastPrice, shownGame, type LiveState } from './live/state.js';
import { multiplier, phaseWords, rugWords, secondsLeft } from './live/words.js';
import { Chart } from './view/Chart.js';
import { Hero } from './view/Hero.js';
import { LastGames } from './view/LastGames.js';
import { LinkBadge } from './view/LinkBadge.js';
import { Trades } from './view/Trades.js';

export function App({ session }: { session: Session }) {
  useEffect(() => {
    session.start();
    return () => session.stop();
  }, [session]);
  const { live, link, loaded, latency } = useSyncExternalStore(session.subscribe, session.read);
  useEffect(() => {
    document.title = titleOf(live);
  }, [live]);
  const isStale = link.state !== 'live' && link.state !== 'connecting';

  return (
    <div className={isStale ? 'page stale' : 'page'}>
      <header>
        <h1>
          <img src="/favicon.svg" alt="" width="24" height="24" /> Vectra
        </h1>
        <LinkBadge link={link} latency={latency} />
      </header>
      {loaded ? <Games live={live} /> : <Waiting link={link.state} />}
      <footer>
        Charts by{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          TradingView
        </a>{' '}
        Lightweight Charts™
      </footer>
    </div>
  );
}

function Games({ live }: { live: LiveState }) {
  const game = shownGame(live);
  return (
    <main>
      {!isFeedUp(live) && (
        <p className="notice" role="status">
          The feed has lost the game and is reconnecting. What was missed is filled in afterwards.
        </p>
      )}
      <section className="game" aria-label="The running game">
        {live.games.length > 0 && <Hero live={live} />}
        {game === undefined ? (
          <div className="empty">
            <img src="/favicon.svg" alt="" width="56" height="56" />
            <p>Waiting for the first game</p>
            <p className="quiet">Its chart is drawn here, tick by tick, as soon as it starts.</p>
          </div>
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
  const isOffline = link === 'offline';
  return (
    <main className="waiting">
      <div className={isOffline ? 'empty' : 'empty loading'} role="status">
        <p>{isOffline ? 'The gateway does not answer' : 'Loading the last games'}</p>
        {isOffline && <p className="quiet">This page keeps trying and goes on by itself.</p>}
      </div>
    </main>
  );
}

/** So that a tab in the background tells how it stands. */
function titleOf(live: LiveState): string {
  const game = live.games[0];
  const last = game && lastPrice(game);
  if (live.cooldownTimer > 0) return `${secondsLeft(live.cooldownTimer)} s · ${phaseWords(live.phase)}`;
  return last === undefined ? 'Vectra' : `${multiplier(last.price)}x · ${phaseWords(live.phase)}`;
}

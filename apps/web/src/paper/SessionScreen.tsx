import { useState } from 'react';
import { gainTone, percent, signedSol, sol, count } from '../app/figures.js';
import { goTo, hrefOf } from '../app/route.js';
import { useSession } from '../app/session.js';
import { Loaded } from '../app/States.js';
import type { Resource } from '../app/resource.js';
import { useStore } from '../app/store.js';
import { Time } from '../app/Time.js';
import { ConfirmStop } from './ConfirmStop.js';
import { EquityCurve } from './EquityCurve.js';
import { KIND_NAMES } from './fields.js';
import type { Followed, Follower } from './follower.js';
import { History } from './History.js';
import { stakedIn, type Known } from './history.js';
import { NEW_SESSION, State } from './SessionList.js';
import { Orders } from './Orders.js';
import { standingOf } from './orderRules.js';
import { RunningGame } from './RunningGame.js';
import { useFollowed } from './useFollowed.js';
import { refusalWords } from './words.js';

/** One session: how it stands, its running game, orders by hand, and its history. */
export function SessionScreen({ id }: { id: string }) {
  const { follower, followed } = useFollowed(id);
  return (
    <>
      <nav className="crumbs" aria-label="Paper trading">
        <a href={hrefOf('paper')}>Sessions</a> <a href={NEW_SESSION}>New session</a>
      </nav>
      <Loaded resource={resourceOf(followed)} what={`the session ${id}`} retry={() => void follower.look()}>
        {(known) => <Page follower={follower} followed={followed} known={known} />}
      </Loaded>
    </>
  );
}

/** As other screens load things. */
export function resourceOf({ known, error }: Followed): Resource<Known> {
  if (error !== null) return { state: 'failed', error, ...(known === null ? {} : { value: known }) };
  return known === null ? { state: 'loading' } : { state: 'ready', value: known };
}

interface PageProps {
  follower: Follower;
  followed: Followed;
  known: Known;
}

function Page({ follower, followed, known }: PageProps) {
  const { live } = useStore(useSession());
  const { session } = known;
  return (
    <div className="session">
      <Head follower={follower} followed={followed} known={known} />
      <div className="columns">
        <section className="running" aria-label="The running game">
          <RunningGame known={known} live={live} />
        </section>
        <Orders followed={followed} session={session} live={live} />
      </div>
      <section className="equity" aria-labelledby="equity">
        <h2 id="equity">Wallet after each game</h2>
        <EquityCurve sessions={[known]} />
      </section>
      <History follower={follower} known={known} />
      <section aria-labelledby="strategy">
        <h2 id="strategy">Strategy</h2>
        <pre>{JSON.stringify(session.strategy, null, 2)}</pre>
      </section>
    </div>
  );
}

function Head({ follower, followed, known }: PageProps) {
  const { session } = known;
  return (
    <section className="wallet" aria-label="How it stands">
      <div className="head">
        <h1>{session.strategy.name}</h1>
        <State session={session} />
        <p className="quiet">
          {KIND_NAMES[session.strategy.kind]} · {session.session_id} · begun <Time at={session.created_at} />
        </p>
        <StartStop follower={follower} followed={followed} isActive={session.is_active} />
      </div>
      {session.error !== null && (
        <p className="notice" role="status">
          The strategy failed and was given up: {session.error}. Mend it, then start it again.
        </p>
      )}
      <Figures known={known} />
    </section>
  );
}

function Figures({ known: { session, lines, first } }: { known: Known }) {
  const { live } = useStore(useSession());
  const { worth, unrealized } = standingOf(session, live);
  const profit = worth - Number(session.initial_balance);
  const since = first === 0 ? '' : ', of the lines loaded';
  return (
    <dl className="figures">
      <div className="large">
        <dt>Wallet</dt>
        <dd>
          {sol(worth)} <small>SOL</small>
        </dd>
      </div>
      <div className="large">
        <dt>Profit and loss</dt>
        <dd className={gainTone(profit)}>
          {signedSol(profit)} <small>{percent(profit / Number(session.initial_balance))}</small>
        </dd>
      </div>
      <Figure name="Open position" tone={gainTone(unrealized)}>
        {session.position === null ? '–' : signedSol(unrealized)}
      </Figure>
      <Figure name="Free cash">{sol(session.cash)}</Figure>
      <Figure name="Won">{percent(session.win_rate)}</Figure>
      <Figure name="Largest drawdown">{percent(session.max_drawdown)}</Figure>
      <Figure name="Games">{count(session.games_played)}</Figure>
      <Figure name="Bets">{count(session.total_bets_placed)}</Figure>
      <Figure name={`Staked${since}`}>{sol(stakedIn(lines))}</Figure>
    </dl>
  );
}

function Figure({ name, tone = '', children }: { name: string; tone?: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={tone}>{children}</dd>
    </div>
  );
}

interface StartStopProps {
  follower: Follower;
  followed: Followed;
  isActive: boolean;
}

function StartStop({ follower, followed, isActive }: StartStopProps) {
  const [isAsked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = (what: () => Promise<void>): void => {
    setProblem(null);
    what().catch((error: unknown) => setProblem(refusalWords(error)));
  };
  const { refusal, trading } = followed;
  return (
    <div className="startStop">
      {problem !== null && (
        <span className="bad" role="status">
          {problem}
        </span>
      )}
      <button
        type="button"
        onClick={() => goTo(hrefOf('paper', null, new URLSearchParams({ sessions: follower.id })))}
      >
        Compare
      </button>
      {isActive ? (
        <button
          type="button"
          disabled={trading === null}
          title={refusal ?? (trading === null ? 'joining' : undefined)}
          onClick={() => setAsked(true)}
        >
          Stop
        </button>
      ) : (
        <button
          type="button"
          className="primary"
          disabled={refusal !== null}
          title={refusal ?? undefined}
          onClick={() => attempt(() => follower.startAgain())}
        >
          Start again
        </button>
      )}
      {isAsked && <ConfirmStop close={() => setAsked(false)} stop={() => attempt(() => follower.stop())} />}
    </div>
  );
}

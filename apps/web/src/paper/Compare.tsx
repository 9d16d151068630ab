import { useState } from 'react';
import { api, token } from '../app/access.js';
import { count, gainTone, percent, signedSol, sol } from '../app/figures.js';
import { useResource } from '../app/resource.js';
import { goTo, hrefOf } from '../app/route.js';
import { useSession } from '../app/session.js';
import { Loaded } from '../app/States.js';
import { useStore } from '../app/store.js';
import type { LiveState } from '../connection/state.js';
import { EquityCurve } from './EquityCurve.js';
import { KIND_NAMES } from './fields.js';
import type { Followed } from './follower.js';
import { type Known } from './history.js';
import { standingOf } from './orderRules.js';
import { State } from './SessionList.js';
import { resourceOf } from './SessionScreen.js';
import { useFollowedAll } from './useFollowed.js';
import { happeningWords, openWords } from './words.js';
import './compare.css';

/** So many sessions are shown side by side. */
export const MOST_COMPARED = 4;

/** Sessions side by side: their wallets, and their curves in one chart. */
export function Compare({ ids: given }: { ids: readonly string[] }) {
  const [ids] = useState(given); // another choice is another component
  const all = useFollowedAll(ids);
  const { live } = useStore(useSession());
  const known = all.flatMap(({ followed }) => (followed.known === null ? [] : [followed.known]));
  return (
    <>
      <nav className="crumbs" aria-label="Paper trading">
        <a href={hrefOf('paper')}>Sessions</a>
      </nav>
      <div className="head">
        <h1>{ids.length === 1 ? 'Compare with' : `${ids.length} sessions side by side`}</h1>
        {ids.length < MOST_COMPARED && <Add ids={ids} />}
      </div>
      {known.length > 0 && (
        <section className="equity" aria-labelledby="curves">
          <h2 id="curves">Wallets after each game, by what each began with</h2>
          <EquityCurve sessions={known} />
        </section>
      )}
      <div className="compared">
        {all.map(({ id, followed }) => (
          <Column key={id} id={id} ids={ids} followed={followed} live={live} />
        ))}
      </div>
    </>
  );
}

interface ColumnProps {
  id: string;
  ids: readonly string[];
  followed: Followed;
  live: LiveState;
}

function Column({ id, ids, followed, live }: ColumnProps) {
  return (
    <section aria-label={id}>
      <div className="head">
        <h2>
          <a href={hrefOf('paper', id)}>{id}</a>
        </h2>
        {ids.length > 1 && (
          <button
            type="button"
            aria-label={`Leave ${id} out`}
            onClick={() => goTo(addressOf(ids.filter((one) => one !== id)))}
          >
            ×
          </button>
        )}
      </div>
      <Loaded
        resource={resourceOf(followed)}
        what={`the session ${id}`}
        retry={() => goTo(addressOf(ids), true)}
      >
        {(known) => <Standing known={known} live={live} />}
      </Loaded>
    </section>
  );
}

function Standing({ known: { session, lines }, live }: { known: Known; live: LiveState }) {
  const { worth, unrealized, ticksLeft } = standingOf(session, live);
  const profit = worth - Number(session.initial_balance);
  const newest = lines.slice(-4).reverse();
  return (
    <>
      <p>
        <State session={session} /> <span className="quiet">{KIND_NAMES[session.strategy.kind]}</span>
      </p>
      <dl className="figures">
        <div className="large">
          <dt>Wallet, SOL</dt>
          <dd>{sol(worth)}</dd>
        </div>
        <div className="large">
          <dt>Profit</dt>
          <dd className={gainTone(profit)}>{signedSol(profit)}</dd>
        </div>
        <div>
          <dt>Won</dt>
          <dd>{percent(session.win_rate)}</dd>
        </div>
        <div>
          <dt>Drawdown</dt>
          <dd>{percent(session.max_drawdown)}</dd>
        </div>
        <div>
          <dt>Games</dt>
          <dd>{count(session.games_played)}</dd>
        </div>
      </dl>
      <p className="open">
        {openWords(session) ?? <span className="quiet">Nothing is open.</span>}
        {session.position !== null && (
          <strong className={gainTone(unrealized)}> {signedSol(unrealized)} SOL</strong>
        )}
        {ticksLeft !== null && <strong> {ticksLeft} ticks left</strong>}
      </p>
      <ol className="newest" aria-label="The newest lines of its history">
        {newest.map((line, index) => (
          <li key={lines.length - index}>{happeningWords(line)}</li>
        ))}
      </ol>
    </>
  );
}

/** One more session, of those there are. */
function Add({ ids }: { ids: readonly string[] }) {
  const given = useStore(token);
  const { resource } = useResource(`sessions to add ${given ?? ''}`, () => api().sessions());
  const others = (resource.value ?? []).filter(({ session_id: id }) => !ids.includes(id));
  return (
    <label className="add">
      Add a session
      <select value="" onChange={(event) => goTo(addressOf([...ids, event.target.value]))}>
        <option value="">{others.length === 0 ? 'there is no other' : 'choose…'}</option>
        {others.map(({ session_id: id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}

function addressOf(ids: readonly string[]): string {
  return hrefOf('paper', null, new URLSearchParams({ sessions: ids.join(',') }));
}

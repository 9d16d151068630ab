import type { PaperSession } from '@vectra/protocol';
import { useState } from 'react';
import { api, token } from '../app/access.js';
import { gainTone, percent, signedSol, sol, count } from '../app/figures.js';
import { useKeys } from '../app/keys.js';
import { useResource } from '../app/resource.js';
import { goTo, hrefOf } from '../app/route.js';
import { Empty, Loaded } from '../app/States.js';
import { useStore } from '../app/store.js';
import { TableHead } from '../app/TableHead.js';
import { Time } from '../app/Time.js';
import { MOST_COMPARED } from './Compare.js';
import { KIND_NAMES } from './fields.js';
import { openWords, stateWords } from './words.js';

const REFRESH_MS = 2_000;
export const NEW_SESSION = hrefOf('paper', null, new URLSearchParams({ new: '1' }));

/** Every session, the newest first. */
export function SessionList() {
  const given = useStore(token);
  const { resource, reload } = useResource(`sessions ${given ?? ''}`, () => api().sessions(), REFRESH_MS);
  useKeys([{ keys: ['n'], does: 'Starts a new session', run: () => goTo(NEW_SESSION) }]);
  return (
    <Loaded resource={resource} what="the sessions of paper trading" retry={reload}>
      {(sessions) => (sessions.length === 0 ? <NoSessions /> : <Sessions sessions={sessions} />)}
    </Loaded>
  );
}

function NoSessions() {
  return (
    <Empty title="No sessions yet">
      <p>A session trades with virtual SOL while the game runs: by a strategy, or by hand.</p>
      <p>
        <a className="button primary" href={NEW_SESSION}>
          New session
        </a>
      </p>
    </Empty>
  );
}

function Sessions({ sessions }: { sessions: readonly PaperSession[] }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = (id: string, isChosen: boolean): void =>
    setChosen((before) => (isChosen ? [...before, id] : before.filter((one) => one !== id)));
  const running = sessions.filter((one) => one.is_active).length;
  return (
    <section aria-labelledby="sessions">
      <div className="head">
        <h1 id="sessions">
          Sessions{' '}
          <span className="quiet">
            {count(sessions.length)}, {count(running)} running
          </span>
        </h1>
        <Comparing chosen={chosen} />
        <a className="button primary" href={NEW_SESSION}>
          New session
        </a>
      </div>
      <div className="scroll" role="region" aria-label="Sessions of paper trading" tabIndex={0}>
        <table>
          <TableHead
            columns={[
              'Session',
              'State',
              'Strategy',
              ['Wallet, SOL', 'number'],
              ['Profit, SOL', 'number'],
              ['Drawdown', 'number'],
              ['Won', 'number'],
              ['Games', 'number'],
              'Open now',
              'Begun',
            ]}
          >
            <th scope="col">
              <span className="hidden">Compare</span>
            </th>
          </TableHead>
          <tbody>
            {sessions.map((session) => (
              <Row
                key={session.session_id}
                session={session}
                isChosen={chosen.includes(session.session_id)}
                isFull={chosen.length >= MOST_COMPARED}
                choose={choose}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Comparing({ chosen }: { chosen: readonly string[] }) {
  const words = chosen.length < 2 ? 'Compare (tick 2 to 4)' : `Compare ${chosen.length}`;
  return (
    <button
      type="button"
      disabled={chosen.length < 2}
      onClick={() => goTo(hrefOf('paper', null, new URLSearchParams({ sessions: chosen.join(',') })))}
    >
      {words}
    </button>
  );
}

interface RowProps {
  session: PaperSession;
  isChosen: boolean;
  /** No further one can be chosen. */
  isFull: boolean;
  choose: (id: string, isChosen: boolean) => void;
}

function Row({ session, isChosen, isFull, choose }: RowProps) {
  const { session_id: id, strategy } = session;
  const profit = Number(session.wallet) - Number(session.initial_balance);
  return (
    <tr className={session.is_active ? '' : 'stopped'}>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${id}`}
          checked={isChosen}
          disabled={isFull && !isChosen}
          onChange={(event) => choose(id, event.target.checked)}
        />
      </td>
      <th scope="row">
        <a href={hrefOf('paper', id)}>{strategy.name}</a>
        {strategy.name !== id && <small>{id}</small>}
      </th>
      <td>
        <State session={session} />
      </td>
      <td>{KIND_NAMES[strategy.kind]}</td>
      <td className="number">{sol(session.wallet)}</td>
      <td className={`number ${gainTone(profit)}`}>{signedSol(profit)}</td>
      <td className="number">{percent(session.max_drawdown)}</td>
      <td className="number">{percent(session.win_rate)}</td>
      <td className="number">{count(session.games_played)}</td>
      <td>{openWords(session) ?? <span className="quiet">–</span>}</td>
      <td>
        <Time at={session.created_at} />
      </td>
    </tr>
  );
}

/** Whether a session runs; why it failed on hover. */
export function State({ session }: { session: PaperSession }) {
  const words = stateWords(session);
  return (
    <span className={`state ${words.toLowerCase()}`} title={session.error ?? undefined}>
      {words}
    </span>
  );
}

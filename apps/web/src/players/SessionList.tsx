import { getJson, token } from '../app/access.js';
import { useResource } from '../app/resource.js';
import { goTo, hrefOf } from '../app/route.js';
import { Empty, Loaded } from '../app/States.js';
import { useStore } from '../app/store.js';
import { TableHead } from '../app/TableHead.js';
import { Time } from '../app/Time.js';
import { OpenFile } from './OpenFile.js';
import { sessionsPath, type ListedSession, type SessionsPage } from './sessions.js';
import { endWords, gainOf, lasting, money, signed, UNKNOWN } from './words.js';

/** An open session becomes longer, and new ones come. */
const EVERY_MS = 15_000;

/** The recorded sessions, the newest first. */
export function SessionList({ query }: { query: URLSearchParams }) {
  const given = useStore(token);
  const path = sessionsPath(query);
  const { resource, reload } = useResource(
    `${given ?? ''} ${path}`,
    () => getJson<SessionsPage>(path),
    EVERY_MS,
  );
  return (
    <main>
      <div className="head">
        <h1>Recorded sessions</h1>
        <p className="quiet">What the logged-in account did, to be watched again.</p>
        <OpenFile />
      </div>
      <Dates query={query} />
      <Loaded resource={resource} what="the recorded sessions" retry={reload}>
        {(page) => <Sessions page={page} query={query} />}
      </Loaded>
    </main>
  );
}

function Dates({ query }: { query: URLSearchParams }) {
  const change = (name: string, value: string): void => {
    const changed = new URLSearchParams(query);
    // Another span of time begins at its first page.
    changed.delete('cursor');
    if (value === '') changed.delete(name);
    else changed.set(name, value);
    goTo(hrefOf('players', null, changed), true);
  };
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  return (
    <form className="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        From
        <input type="date" value={from} onChange={(event) => change('from', event.target.value)} />
      </label>
      <label>
        To
        <input type="date" value={to} onChange={(event) => change('to', event.target.value)} />
      </label>
      {(from !== '' || to !== '') && (
        <button type="button" onClick={() => goTo(hrefOf('players'))}>
          All dates
        </button>
      )}
    </form>
  );
}

function Sessions({ page: { sessions, next }, query }: { page: SessionsPage; query: URLSearchParams }) {
  if (sessions.length === 0) return <None isFiltered={query.size > 0} />;
  const older = new URLSearchParams(query);
  if (next !== null) older.set('cursor', next);
  const newest = new URLSearchParams(query);
  newest.delete('cursor');
  return (
    <section aria-label="Sessions">
      <table>
        <TableHead
          columns={[
            'Player',
            'Started',
            ['Lasted', 'wide'],
            ['Games', 'wide'],
            'Actions',
            ['Start', 'wide'],
            ['End', 'wide'],
            'P&L',
            ['How it ended', 'wide ended'],
          ]}
        />
        <tbody>
          {sessions.map((session) => (
            <Row key={session.name} session={session} />
          ))}
        </tbody>
      </table>
      <nav className="pages" aria-label="Pages">
        {query.has('cursor') && <a href={hrefOf('players', null, newest)}>« Newest</a>}
        {next !== null && <a href={hrefOf('players', null, older)}>Older ›</a>}
      </nav>
    </section>
  );
}

function Row({ session }: { session: ListedSession }) {
  const { name, username, part, session_start: start, session_end: end, summary } = session;
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf('players', name)}>{username ?? 'without a name'}</a>
        {part > 1 && <span className="quiet"> part {part}</span>}
      </th>
      <td className="started">
        <Time at={start} only="date" /> <Time at={start} only="time" />
      </td>
      <td className="wide">{end === null ? UNKNOWN : lasting(Date.parse(end) - Date.parse(start))}</td>
      {summary === null ? <NoTotals /> : <Totals summary={summary} />}
      <td className={end === null ? 'wide ended gain' : 'wide ended'}>{endWords(session)}</td>
    </tr>
  );
}

function Totals({ summary }: { summary: NonNullable<ListedSession['summary']> }) {
  const { games, actions, start_balance: start, end_balance: end, realized_pnl: pnl } = summary;
  return (
    <>
      <td className="wide">{games}</td>
      <td>{actions}</td>
      <td className="wide" title={start ?? undefined}>
        {money(start)}
      </td>
      <td className="wide" title={end ?? undefined}>
        {money(end)}
      </td>
      <td className={gainOf(pnl)} title={pnl}>
        {signed(pnl)}
      </td>
    </>
  );
}

/** An open session whose file can't be read now. */
function NoTotals() {
  return (
    <>
      <td className="wide">{UNKNOWN}</td>
      <td>{UNKNOWN}</td>
      <td className="wide">{UNKNOWN}</td>
      <td className="wide">{UNKNOWN}</td>
      <td>{UNKNOWN}</td>
    </>
  );
}

function None({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No session was recorded in this time">
        <button type="button" onClick={() => goTo(hrefOf('players'))}>
          Show all
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No session has been recorded yet">
      <p>
        A public connection has no account. Sessions are recorded when the feed reads the game’s page in a
        Chrome that is logged in.
      </p>
      <p>
        With Docker: <code>docker compose --profile login up --detach</code>, and log in once;{' '}
        <code>docs/chrome.md</code> says how, with and without Docker.
      </p>
    </Empty>
  );
}

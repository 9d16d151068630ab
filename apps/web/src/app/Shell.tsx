import { Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { activeKeys, useKeys } from './keys.js';
import { LinkBadge } from './LinkBadge.js';
import { goTo, hrefOf, useRoute, type Screen } from './route.js';
import { useSession } from './session.js';
import { Empty } from './States.js';
import { useStore } from './store.js';
import { theme, THEMES } from './theme.js';

const NAMES: Record<Screen, string> = {
  live: 'Live',
  games: 'Games',
  paper: 'Paper trading',
  players: 'Players',
  reports: 'Reports',
  health: 'Health',
};
const ENTRIES = Object.entries(NAMES) as [Screen, string][];

/** What every screen has around it: the way to the others, the connection, the theme and the list of keys. */
export function Shell({ children }: { children: ReactNode }) {
  const { screen } = useRoute();
  const { link, latency } = useStore(useSession());
  const [isHelpOpen, setHelpOpen] = useState(false);
  useKeys([
    { keys: ['?'], does: 'Lists the keys', run: () => setHelpOpen(true) },
    { keys: ['t'], does: 'Changes the theme: system, dark, light', run: nextTheme },
    ...ENTRIES.map(([to, name], index) => ({
      keys: [String(index + 1)],
      does: `Goes to ${name}`,
      run: () => goTo(hrefOf(to)),
    })),
  ]);
  return (
    <div className="page">
      <a className="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <header>
        <a className="brand" href={hrefOf('live')}>
          <img src="/favicon.svg" alt="" width="24" height="24" /> Vectra
        </a>
        <nav aria-label="Screens">
          {ENTRIES.map(([to, name]) => (
            <a key={to} href={hrefOf(to)} aria-current={to === screen ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <LinkBadge link={link} latency={latency} />
        <div className="tools">
          <ThemeButton />
          <button type="button" aria-label="Keys" title="Keys (?)" onClick={() => setHelpOpen(true)}>
            ?
          </button>
        </div>
      </header>
      <div id="content" className={`screen ${screen}`} tabIndex={-1}>
        <Suspense fallback={<Empty title={`Loading ${NAMES[screen]}`} busy />}>{children}</Suspense>
      </div>
      <footer>
        Charts by{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          TradingView
        </a>{' '}
        Lightweight Charts™
      </footer>
      {isHelpOpen && <Keys close={() => setHelpOpen(false)} />}
    </div>
  );
}

/** The hash is the route, so the link itself may not change it. */
function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function nextTheme(): void {
  theme.set(THEMES[(THEMES.indexOf(theme.read()) + 1) % THEMES.length] ?? 'system');
}

function ThemeButton() {
  const chosen = useStore(theme);
  const glyphs = { system: '◐', dark: '☾', light: '☀' };
  return (
    <button type="button" aria-label={`Theme: ${chosen}`} title={`Theme: ${chosen} (t)`} onClick={nextTheme}>
      {glyphs[chosen]}
    </button>
  );
}

function Keys({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const keys = useStore(activeKeys);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="keys-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <h2 id="keys-title">Keys</h2>
      <table>
        <tbody>
          {keys.map(({ keys: [first = ''], shown = first, does }) => (
            <tr key={`${first} ${does}`}>
              <th scope="row">
                <kbd>{shown === ' ' ? 'space' : shown}</kbd>
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}

import { Suspense, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { token } from './access.js';
import { useKeys } from './keys.js';
import { KeysDialog } from './KeysDialog.js';
import { LinkBadge } from './LinkBadge.js';
import { LinkNotice } from './LinkNotice.js';
import { goTo, hrefOf, useRoute, type Route, type Screen } from './route.js';
import { ScreenBoundary } from './ScreenBoundary.js';
import { useSession } from './session.js';
import { Empty } from './States.js';
import { useStore } from './store.js';
import { theme, THEMES } from './theme.js';
import { TokenDialog } from './Token.js';

const NAMES: Record<Screen, string> = {
  live: 'Live',
  games: 'Games',
  paper: 'Paper trading',
  players: 'Players',
  reports: 'Reports',
  health: 'Health',
};
const ENTRIES = Object.entries(NAMES) as [Screen, string][];

/** What every screen has around it: the way to the others, the connection, the theme, the token and the list of keys. */
export function Shell({ children }: { children: ReactNode }) {
  const { screen, id } = useRoute();
  const name = screen === 'unknown' ? 'Not found' : NAMES[screen];
  const [dialog, setDialog] = useState<'keys' | 'token' | null>(null);
  const close = (): void => setDialog(null);
  useArrival({ screen, id }, name);
  useKeys([
    { keys: ['?'], does: 'Lists the keys', run: () => setDialog('keys') },
    { keys: ['t'], does: 'Changes the theme: system, dark, light', run: nextTheme },
    ...ENTRIES.map(([to, label], index) => ({
      keys: [String(index + 1)],
      does: `Goes to ${label}`,
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
        <Navigation screen={screen} />
        <Connected />
        <div className="tools">
          <ThemeButton />
          <TokenButton open={() => setDialog('token')} />
          <button type="button" aria-label="Keys" title="Keys (?)" onClick={() => setDialog('keys')}>
            ?
          </button>
        </div>
      </header>
      <Interrupted />
      <div id="content" className={`screen ${screen}`} tabIndex={-1}>
        <ScreenBoundary address={`${screen}/${id ?? ''}`} name={name}>
          <Suspense fallback={<Empty title={`Loading ${name}`} busy />}>{children}</Suspense>
        </ScreenBoundary>
      </div>
      <footer>
        Charts by{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          TradingView
        </a>{' '}
        Lightweight Charts™
      </footer>
      {dialog === 'keys' && <KeysDialog closed={close} />}
      {dialog === 'token' && <TokenDialog closed={close} />}
    </div>
  );
}

/** Names the page by what is shown; on the way to another screen the focus goes to its content, as after loading a page. */
function useArrival({ screen, id }: Pick<Route, 'screen' | 'id'>, name: string): void {
  const address = `${screen}/${id ?? ''}`;
  const before = useRef(address);
  // Before the effects of a screen, which may have a better title.
  useLayoutEffect(() => {
    document.title = [...(id === null ? [] : [id]), name, 'Vectra'].join(' · ');
  }, [id, name]);
  useEffect(() => {
    if (before.current === address) return;
    before.current = address;
    window.scrollTo(0, 0);
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [address]);
}

function Navigation({ screen }: { screen: Route['screen'] }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the entries are wider than the screen.
    const active = place.current?.querySelector('[aria-current]');
    active?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [screen]);
  return (
    <nav aria-label="Screens" ref={place}>
      {ENTRIES.map(([to, name]) => (
        <a key={to} href={hrefOf(to)} aria-current={to === screen ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

/** On its own, because it changes with every event. */
function Connected() {
  const { link, latency } = useStore(useSession());
  return <LinkBadge link={link} latency={latency} />;
}

function Interrupted() {
  return <LinkNotice link={useStore(useSession()).link} />;
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

function TokenButton({ open }: { open: () => void }) {
  const words = useStore(token) === null ? 'Token: none' : 'Token: given';
  return (
    <button type="button" aria-label={words} title={words} onClick={open}>
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
        <circle cx="5" cy="11" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M7.5 8.5 14 2m-3 3 2.5 2.5" fill="none" stroke="currentColor" strokeWidth="1.6" />
      </svg>
    </button>
  );
}

import { useEffect } from 'react';
import { token } from './app/access.js';
import { useRoute, type Screen } from './app/route.js';
import { lazyScreen } from './app/ScreenBoundary.js';
import { SessionContext } from './app/session.js';
import { Shell } from './app/Shell.js';
import { useStore } from './app/store.js';
import { UnknownScreen } from './app/UnknownScreen.js';
import type { Session } from './connection/session.js';
import { LiveScreen } from './live/LiveScreen.js';

/** The live screen is there at once; the others are loaded after it, or when somebody goes there. */
const LOADERS = {
  games: () => import('./games/GamesScreen.js'),
  paper: () => import('./paper/PaperScreen.js'),
  players: () => import('./players/PlayersScreen.js'),
  reports: () => import('./reports/ReportsScreen.js'),
  health: () => import('./health/HealthScreen.js'),
} satisfies Record<Exclude<Screen, 'live'>, unknown>;
const SCREENS = {
  live: LiveScreen,
  games: lazyScreen(LOADERS.games),
  paper: lazyScreen(LOADERS.paper),
  players: lazyScreen(LOADERS.players),
  reports: lazyScreen(LOADERS.reports),
  health: lazyScreen(LOADERS.health),
  unknown: UnknownScreen,
} satisfies Record<Screen | 'unknown', unknown>;
/** By then the first screen has been drawn. */
const LOAD_OTHERS_AFTER_MS = 4_000;

export function App({ session }: { session: Session }) {
  const { screen } = useRoute();
  const given = useStore(token);
  useEffect(() => {
    session.start();
    return () => session.stop();
  }, [session, given]);
  useEffect(() => {
    const timer = window.setTimeout(loadOthers, LOAD_OTHERS_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  const Screen = SCREENS[screen];
  return (
    <SessionContext value={session}>
      <Shell>
        <Screen />
      </Shell>
    </SessionContext>
  );
}

/** So that every screen can be gone to at once, and while the gateway is away. */
function loadOthers(): void {
  for (const load of Object.values(LOADERS)) {
    load().catch(() => undefined); // is said when somebody goes there
  }
}

import { lazy, useEffect } from 'react';
import { useRoute, type Screen } from './app/route.js';
import { SessionContext } from './app/session.js';
import { Shell } from './app/Shell.js';
import type { Session } from './connection/session.js';
import { LiveScreen } from './live/LiveScreen.js';

/** The live screen is there at once; the others are loaded when somebody goes there. */
const SCREENS = {
  games: lazy(() => import('./games/GamesScreen.js')),
  paper: lazy(() => import('./paper/PaperScreen.js')),
  players: lazy(() => import('./players/PlayersScreen.js')),
  reports: lazy(() => import('./reports/ReportsScreen.js')),
  health: lazy(() => import('./health/HealthScreen.js')),
} satisfies Record<Exclude<Screen, 'live'>, unknown>;

export function App({ session }: { session: Session }) {
  const { screen } = useRoute();
  useEffect(() => {
    session.start();
    return () => session.stop();
  }, [session]);
  const Screen = screen === 'live' ? LiveScreen : SCREENS[screen];
  return (
    <SessionContext value={session}>
      <Shell>
        <Screen />
      </Shell>
    </SessionContext>
  );
}

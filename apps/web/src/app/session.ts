import { createContext, useContext } from 'react';
import type { Session } from '../connection/session.js';

/** The page's one connection to the gateway. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('expected a session around every screen');
  return session;
}

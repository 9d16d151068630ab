import { useSyncExternalStore } from 'react';
import { useSession } from '../app/session.js';
import type { LiveState } from '../connection/state.js';

/**
 * Something of the live state, so that a component is drawn anew when that changes, and not at every tick.
 *
 * @param select must give a string, number, boolean or null: what it gives is compared.
 */
export function useLive<T extends string | number | boolean | null>(select: (live: LiveState) => T): T {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, () => select(session.read().live));
}

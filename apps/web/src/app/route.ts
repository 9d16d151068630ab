import { useSyncExternalStore } from 'react';

/** The screens, by the first part of the address after `#/`. */
export const SCREENS = ['live', 'games', 'paper', 'players', 'reports', 'health'] as const;
export type Screen = (typeof SCREENS)[number];

/** Where in the app somebody is: `#/games/20251207-1c1ca4cce9ac71e7?minPeak=2`. */
export interface Route {
  /** `unknown`: there is no such screen. */
  screen: Screen | 'unknown';
  /** What of the screen is shown, such as a game; null: the screen itself. */
  id: string | null;
  query: URLSearchParams;
}

/** Reads the part of an address after `#`; without a screen in it that is the live one. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/', 2);
  const screen = name === '' ? 'live' : (SCREENS.find((known) => known === name) ?? 'unknown');
  return { screen, id: id === '' ? null : decode(id), query: new URLSearchParams(query) };
}

/** An address within the app, for a link. */
export function hrefOf(screen: Screen, id?: string | null, query?: URLSearchParams): string {
  const text = query?.toString() ?? '';
  const tail = id == null ? '' : `/${encodeURIComponent(id)}`;
  return `#/${screen === 'live' && tail === '' ? '' : screen}${tail}${text === '' ? '' : `?${text}`}`;
}

/** Goes to an address within the app. @param replace without a step in the browser's history. */
export function goTo(href: string, replace = false): void {
  if (replace) window.history.replaceState(null, '', href);
  else window.history.pushState(null, '', href);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(watchHash, () => window.location.hash);
  return parseRoute(hash);
}

function watchHash(watcher: () => void): () => void {
  window.addEventListener('hashchange', watcher);
  window.addEventListener('popstate', watcher);
  return () => {
    window.removeEventListener('hashchange', watcher);
    window.removeEventListener('popstate', watcher);
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody's own %; such an id is then not found
  }
}

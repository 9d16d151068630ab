import { createStore } from './store.js';

/** What somebody chose; `system` follows the system's setting. */
export const THEMES = ['system', 'dark', 'light'] as const;
export type Theme = (typeof THEMES)[number];
type Look = 'dark' | 'light';

const KEY = 'vectra.theme';
const prefersLight = window.matchMedia('(prefers-color-scheme: light)');

/** What is chosen. */
export const theme = createStore<Theme>(stored());
/** How the page looks now; charts are painted anew when it changes. */
export const look = createStore<Look>(lookOf(theme.read()));

/** Applies the theme, now and whenever it or the system's setting changes. */
export function startTheme(): void {
  let isPrinting = false;
  const apply = (): void => {
    // Ink on paper, whatever the screen has.
    const now = isPrinting ? 'light' : lookOf(theme.read());
    document.documentElement.dataset.theme = now;
    look.set(now);
  };
  apply();
  prefersLight.addEventListener('change', apply);
  for (const name of ['beforeprint', 'afterprint'] as const) {
    window.addEventListener(name, () => {
      isPrinting = name === 'beforeprint';
      apply();
    });
  }
  theme.subscribe(() => {
    remember(theme.read());
    apply();
  });
}

function lookOf(chosen: Theme): Look {
  if (chosen !== 'system') return chosen;
  return prefersLight.matches ? 'light' : 'dark';
}

function stored(): Theme {
  try {
    const text = window.localStorage.getItem(KEY);
    return THEMES.find((known) => known === text) ?? 'system';
  } catch {
    return 'system'; // storage is switched off: the choice lasts as long as the page
  }
}

function remember(chosen: Theme): void {
  try {
    window.localStorage.setItem(KEY, chosen);
  } catch {
    // storage is switched off or full: the choice lasts as long as the page
  }
}

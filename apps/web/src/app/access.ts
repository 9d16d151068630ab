import { rest, type Rest } from '@vectra/client';
import { createStore } from './store.js';

const KEY = 'vectra.token';

/** The token that the gateway is told, for this tab only; null: none. */
export const token = createStore<string | null>(stored());
token.subscribe(() => {
  const given = token.read();
  try {
    if (given === null) window.sessionStorage.removeItem(KEY);
    else window.sessionStorage.setItem(KEY, given);
  } catch {
    // storage is switched off: the token lasts until the page is loaded anew
  }
});

function stored(): string | null {
  try {
    return window.sessionStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off
  }
}

/** The gateway's REST routes, with the token there is. */
export function api(): Rest {
  return rest({ url: window.location.origin, ...authorized() });
}

/** For `connect` and `rest`. */
export function authorized(): { token?: string } {
  const given = token.read();
  return given === null ? {} : { token: given };
}

/** A GET of a route that `api` does not have. @throws RestError, or fetch's TypeError when the gateway is not reached. */
export async function getJson<T>(path: string): Promise<T> {
  return (await api().get(path)) as T;
}

import type { ConnectionStatus } from '../source.js';

/** So long the page may take to be connected. */
const SOCKET_WAIT_MS = 15_000;
/** A page polls before it upgrades to a socket; for longer than this it has fallen back to that. */
const POLLING_WAIT_MS = 10_000;
const MAX_SOCKET_DELAY_MS = 300_000;
const MAX_LOGIN_DELAY_MS = 3_600_000;

export const NOT_LOGGED_IN = 'not logged in: the page is read, but tells nothing of an account';
export const POLLING = 'the page fell back to polling, which cannot be read';
export const NO_SOCKET = 'the page in Chrome has no connection to the game';

/** How the page is now. Times in Unix ms. */
export interface PageState {
  /** A connection to the game is read. */
  connected: boolean;
  loggedIn: boolean;
  /** Since when the page polls without a socket; null when it does not. */
  pollingSince: number | null;
  now: number;
}

type Need = 'socket' | 'login';

/**
 * What is to be told of the page, and when it is to be loaded again. Pure.
 *
 * A page without a connection is loaded again after 15 s, 30 s, ... 5 min. One that is not logged in works all the same, for what
 * everybody may read; it is loaded again after ten times the time to log in (5 min), doubled each time up to an hour, since
 * somebody may be about to log in just then.
 */
export class PageWatch {
  readonly #loginWaitMs: number;
  readonly #random: () => number;
  #connectedSince: number | null = null;
  #loggedOut = false;
  #lostSince: number | null = null;
  #told: string | undefined;
  #need: Need | undefined;
  #due = 0;
  readonly #delays = new Map<Need, number>();

  constructor({ loginWaitMs, random = Math.random }: { loginWaitMs: number; random?: () => number }) {
    this.#loginWaitMs = loginWaitMs;
    this.#random = random;
  }

  /** Another Chrome, or the same one again: what is seen next is not what was seen before. */
  restart(now: number): void {
    this.#connectedSince = null;
    this.#lostSince = now;
    this.#need = undefined;
    this.#told = undefined;
  }

  /** @returns what to tell, if it is something new, and whether to load the page again now. */
  look(page: PageState): { status?: Omit<ConnectionStatus, 'attempt'>; reload: boolean } {
    this.#note(page);
    const status = this.#status(page);
    const text = JSON.stringify(status);
    const changed = status !== undefined && text !== this.#told;
    if (changed) this.#told = text;
    return { ...(changed ? { status } : {}), reload: this.#isDue(page) };
  }

  #note({ connected, loggedIn, now }: PageState): void {
    if (connected) {
      this.#connectedSince ??= now;
      this.#lostSince = null;
      this.#delays.delete('socket');
      if (loggedIn) {
        this.#loggedOut = false;
        this.#delays.delete('login');
      } else if (now - this.#connectedSince >= this.#loginWaitMs) this.#loggedOut = true;
    } else {
      this.#connectedSince = null;
      this.#lostSince ??= now;
    }
  }

  #status({ connected, pollingSince, now }: PageState): Omit<ConnectionStatus, 'attempt'> | undefined {
    if (connected) {
      return this.#loggedOut
        ? { status: 'degraded', reason: NOT_LOGGED_IN }
        : { status: 'connected', reason: null };
    }
    if (pollingSince !== null && now - pollingSince >= POLLING_WAIT_MS) {
      return { status: 'degraded', reason: POLLING };
    }
    if (now - (this.#lostSince ?? now) >= SOCKET_WAIT_MS) return { status: 'degraded', reason: NO_SOCKET };
    // Only what was there can be lost.
    return this.#told !== undefined
      ? { status: 'disconnected', reason: 'the connection of the page ended' }
      : undefined;
  }

  #isDue({ connected, now }: PageState): boolean {
    const need: Need | undefined = !connected ? 'socket' : this.#loggedOut ? 'login' : undefined;
    if (need !== this.#need) {
      this.#need = need;
      if (need !== undefined) this.#postpone(need, now);
      return false;
    }
    if (need === undefined || now < this.#due) return false;
    this.#postpone(need, now);
    return true;
  }

  #postpone(need: Need, now: number): void {
    const first = need === 'socket' ? SOCKET_WAIT_MS : 10 * this.#loginWaitMs;
    const most = need === 'socket' ? MAX_SOCKET_DELAY_MS : Math.max(first, MAX_LOGIN_DELAY_MS);
    const delay = this.#delays.get(need) ?? first;
    this.#delays.set(need, Math.min(most, delay * 2));
    this.#due = now + delay * (1 + this.#random() / 4);
  }
}

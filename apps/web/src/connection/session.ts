import { backoff, connect, type Connection } from '@vectra/client';
import type { Event } from '@vectra/protocol';
import { authorized } from '../app/access.js';
import { createStore } from '../app/store.js';
import { fetchRecent, stateOf, type Recent } from './recent.js';
import { reduce } from './reduce.js';
import { EMPTY, type LiveState } from './state.js';

/** The connection between this page and the gateway. */
export type Link =
  | { state: 'loading' | 'connecting' | 'live' }
  /** `attempt` counts from 1 since the connection was lost; `code`: that with which the gateway closed it. */
  | { state: 'reconnecting'; attempt: number; code?: number }
  /** The gateway has not answered yet. */
  | { state: 'offline'; attempt: number }
  | { state: 'refused'; reason: string };

export interface Snapshot {
  live: LiveState;
  link: Link;
  /** The last games were loaded once, so `live` is not just empty. */
  loaded: boolean;
  /** Milliseconds from the feed's receipt of the newest event to this page, by the clocks of both; null before one. */
  latency: number | null;
}

/** Events come in bursts after a reconnect; what is shown follows at this pace, in hidden tabs too. */
const SHOW_EVERY_MS = 16;
/** Loading the games anew after this long is not seen as a repetition of the last time. */
const CALM_MS = 30_000;

/**
 * Loads the last games, then follows the log from that place on, for as long as the page is open. Whatever the client
 * could not recover is loaded anew.
 */
export class Session {
  #snapshot: Snapshot = { live: EMPTY, link: { state: 'loading' }, loaded: false, latency: null };
  #shown: Snapshot = this.#snapshot;
  readonly #watchers = new Set<() => void>();
  #timer: number | undefined;
  /** The client's connection, for commands of one's own; another one after what was missed was loaded anew. */
  readonly connection = createStore<Connection | null>(null);
  #abort = new AbortController();
  /** How often the games were loaded anew in a row, and when that was last. */
  #loads = 0;
  #loadedAt = 0;

  /** For React's `useSyncExternalStore`. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  readonly read = (): Snapshot => this.#shown;

  start(): void {
    this.#abort = new AbortController();
    void this.#load(this.#abort.signal);
  }

  stop(): void {
    this.#abort.abort();
    this.connection.read()?.close();
    this.connection.set(null);
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Leaves out the events that are held back: loads how things stand now, and follows from there. */
  rejoin(): void {
    const connection = this.connection.read();
    if (connection === null) return; // it is about to
    connection.close();
    this.connection.set(null);
    void this.#load(this.#abort.signal);
  }

  async #load(signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted;
    for (let attempt = 1; !isOver(); attempt++) {
      try {
        const recent = await fetchRecent(signal);
        if (!isOver()) this.#follow(recent, signal);
        return;
      } catch {
        // Said on the page, and tried again.
        if (isOver()) return;
        const state = this.#snapshot.loaded ? 'reconnecting' : 'offline';
        this.#show({ link: { state, attempt } });
        await pause(backoff(attempt));
      }
    }
  }

  #follow(recent: Recent, signal: AbortSignal): void {
    const url = new URL('/ws', window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const { since } = recent;
    this.#show({ live: stateOf(recent), link: { state: 'connecting' }, loaded: true });
    const connection = connect({
      url: url.href,
      channels: ['*'],
      ...authorized(),
      ...(since === null ? {} : { since }),
    });
    this.connection.set(connection);
    let wasEmpty = since === null;
    connection.on('event', (event) => this.#take(event));
    connection.on('unrecovered', () => void this.#reload(connection, signal));
    connection.on('status', (status) => {
      if (status.state === 'closed') {
        if (status.reason !== null) this.#show({ link: { state: 'refused', reason: status.reason } });
        return;
      }
      this.#show({ link: status });
      if (status.state !== 'live' || !wasEmpty) return;
      wasEmpty = false;
      // The log was empty when the games were loaded, and is not any more: what came between is not here.
      if (connection.position !== null) void this.#reload(connection, signal);
    });
  }

  /** Loads the games anew; not in a hurry when that happens again and again. */
  async #reload(connection: Connection, signal: AbortSignal): Promise<void> {
    connection.close();
    const now = performance.now();
    this.#loads = now - this.#loadedAt > CALM_MS ? 1 : this.#loads + 1;
    this.#loadedAt = now;
    this.#show({ link: { state: 'reconnecting', attempt: this.#loads } });
    await pause(backoff(this.#loads));
    await this.#load(signal);
  }

  #take(event: Event): void {
    const live = reduce(this.#snapshot.live, event);
    this.#show({ live, latency: Math.max(0, Date.now() - event.timestamp) });
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      this.#shown = this.#snapshot;
      for (const watcher of this.#watchers) watcher();
    }, SHOW_EVERY_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}

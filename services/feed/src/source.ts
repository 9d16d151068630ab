import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { EventData } from '@vectra/protocol';
import { busyDelay, retryDelay } from './retry.js';
import type { SourceName, UpstreamEvent } from './wire.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Too many requests; unavailable. */
const BUSY = /answered (429|503)$/;

export type ConnectionStatus = Pick<EventData<'connection.status'>, 'status' | 'attempt' | 'reason'>;

/** A change of a connection, and when (Unix ms). `via`: which one; without it, the public one. */
export type StatusChange = ConnectionStatus & { receivedAt: number; via?: SourceName };

export interface SourceHandlers {
  onEvent: (event: UpstreamEvent) => void;
  onStatus: (change: StatusChange) => void;
}

/** Where upstream events come from. It comes back by itself from any loss, and never sends anything to the game. */
export interface UpstreamSource {
  readonly name: SourceName;
  readonly connected: boolean;
  /** False where there is none to connect to, which is no fault. */
  readonly present: boolean;
  /** How often the connection came back. */
  readonly reconnects: number;
  /** Unix ms; null before the first event. */
  readonly lastEventAt: number | null;
  /** Of Chrome: pages, frames and workers that are listened to. */
  readonly sessions?: number;
  open(): void;
  /** For good. Nothing is told any more. */
  close(): Promise<void>;
}

export interface PublicSourceOptions extends SourceHandlers {
  /** Socket.IO server; the query of the URL is sent along. */
  url: string;
  /** Origin header. */
  origin: string;
}

/**
 * The public Socket.IO connection. It only listens: nothing is ever emitted. It reconnects by itself with capped,
 * jittered back-off, for as long as it is open; later when the server has too much to do.
 */
export class PublicSource implements UpstreamSource {
  readonly name = 'public';
  readonly present = true;
  readonly #socket: Socket;
  readonly #options: PublicSourceOptions;
  readonly #closing = new AbortController();
  #attempt = 0;
  #reconnects = 0;
  #lastEventAt: number | null = null;

  constructor(options: PublicSourceOptions) {
    this.#options = options;
    this.#socket = io(options.url, {
      autoConnect: false,
      transports: ['websocket', 'polling'],
      extraHeaders: { Origin: options.origin },
      timeout: CONNECT_TIMEOUT_MS,
      // One reconnecting mechanism for every way a connection ends: the client's own stops when the server hangs up.
      reconnection: false,
      forceNew: true,
    });
    // Once and for all: a handler added on every connection would deliver everything again after each.
    this.#socket.on('connect', () => this.#connected());
    this.#socket.on('connect_error', (error) => this.#lost('reconnecting', reasonOf(error)));
    this.#socket.on('disconnect', (reason) => this.#lost('disconnected', reason));
    this.#socket.onAny((name: string, ...args: unknown[]) => this.#received(name, args));
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** How often the connection came back. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Unix ms; null before the first event. */
  get lastEventAt(): number | null {
    return this.#lastEventAt;
  }

  open(): void {
    this.#attempt = 1;
    this.#tell('connecting', null);
    this.#socket.connect();
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#socket.disconnect();
    return Promise.resolve();
  }

  #connected(): void {
    if (this.#lastEventAt !== null) this.#reconnects++;
    this.#attempt = 0;
    this.#tell('connected', null);
  }

  #lost(status: 'disconnected' | 'reconnecting', reason: string): void {
    if (this.#closing.signal.aborted) return;
    this.#attempt++;
    // Every failed attempt of a long outage would drown what matters: 1, 2, 4, 8, ... are told.
    if (status === 'disconnected' || (this.#attempt & (this.#attempt - 1)) === 0) {
      this.#tell(status, reason);
    }
    void this.#retry(BUSY.test(reason) ? busyDelay(this.#attempt) : retryDelay(this.#attempt));
  }

  async #retry(delay: number): Promise<void> {
    const { signal } = this.#closing;
    const waited = await sleep(delay, true, { signal }).catch(() => false); // closed meanwhile
    if (waited) this.#socket.connect();
  }

  #tell(status: ConnectionStatus['status'], reason: string | null): void {
    this.#options.onStatus({ status, attempt: this.#attempt, reason, receivedAt: Date.now() });
  }

  #received(name: string, args: unknown[]): void {
    this.#lastEventAt = Date.now();
    this.#options.onEvent({ name, args, receivedAt: this.#lastEventAt });
  }
}

/** Why a connection could not be made, as far as it is known: the server's HTTP answer, or what the network said. */
function reasonOf(error: Error & { description?: unknown }): string {
  const { description } = error;
  if (typeof description === 'number') return `the server answered ${description}`;
  const told =
    typeof description === 'object' && description !== null && 'message' in description
      ? String(description.message)
      : '';
  const answer = /server response: (\d{3})/.exec(told)?.[1];
  return answer === undefined ? told || error.message : `the server answered ${answer}`;
}

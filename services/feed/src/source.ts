import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { EventData } from '@vectra/protocol';
import type { UpstreamEvent } from './wire.js';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;

export type ConnectionStatus = Pick<EventData<'connection.status'>, 'status' | 'attempt' | 'reason'>;

/** A change of the connection, and when (Unix ms). */
export type StatusChange = ConnectionStatus & { receivedAt: number };

export interface SourceOptions {
  /** Socket.IO server; the query of the URL is sent along. */
  url: string;
  /** Origin header. */
  origin: string;
  onEvent: (event: UpstreamEvent) => void;
  onStatus: (change: StatusChange) => void;
}

/**
 * The public Socket.IO connection. It only listens: nothing is ever emitted. It reconnects by itself with capped,
 * jittered back-off, for as long as it is open.
 */
export class PublicSource {
  readonly #socket: Socket;
  readonly #options: SourceOptions;
  readonly #closing = new AbortController();
  #attempt = 0;
  #reconnects = 0;
  #lastEventAt: number | null = null;

  constructor(options: SourceOptions) {
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
    this.#socket.on('connect_error', (error) => this.#lost('reconnecting', error.message));
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

  close(): void {
    this.#closing.abort();
    this.#socket.disconnect();
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
    void this.#retry();
  }

  async #retry(): Promise<void> {
    const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#attempt - 1));
    const delay = ceiling * (0.5 + Math.random() / 2);
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

import { backoff } from './backoff.js';
import type { Socket, SocketConstructor } from './socket.js';

/** How often a live connection is asked for a sign of life; one that gives none until the next time is replaced. */
const PING_MS = 10_000;
/** A connection that lived this long was a success: the next attempt is the first again. */
const STABLE_MS = 5_000;
/** From here on the server says that coming back is of no use. */
const FIRST_TERMINAL_CODE = 4500;
/** A gateway that stops tells everybody when to come back; they come spread over this much longer. */
const GOAWAY_SPREAD = 0.5;

/** How a server closed; code 0 and no reason when it did not. */
export interface Closed {
  code: number;
  reason: string;
}

/** What a link tells its owner. */
export interface LinkOwner {
  /** A socket is open, and nothing was said on it yet. */
  opened(): void;
  received(data: unknown): void;
  /** Time to ask for a sign of life. */
  quiet(): void;
  /** The socket is gone, and closed by the server with code and reason. `attempt` counts from 1 since the last success. */
  lost(attempt: number, closed: Closed): void;
  /** The server closed for good. */
  refused(reason: string): void;
}

/** One socket to the gateway at a time: a lost or dead one is replaced until the link is ended. */
export class Link {
  readonly #url: string;
  readonly #Socket: SocketConstructor;
  readonly #owner: LinkOwner;
  #socket: Socket | undefined;
  #attempt = 0;
  #settledAt: number | undefined;
  #heard = false;
  #watch: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, socket: SocketConstructor, owner: LinkOwner) {
    this.#url = url;
    this.#Socket = socket;
    this.#owner = owner;
    this.#open();
  }

  /** There is a socket, so what is said is sent. */
  get isUp(): boolean {
    return this.#socket !== undefined;
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** The server has accepted this client. */
  settled(): void {
    this.#settledAt ??= performance.now();
  }

  /** Gives up a socket without waiting for its close, which a dead link may delay for minutes. */
  replace(): void {
    const socket = this.#socket;
    this.#lost(0, '');
    socket?.close();
  }

  /** The server asks to come back after so many ms. */
  leave(ms: number): void {
    const socket = this.#socket;
    this.#again({ code: 0, reason: '' }, ms * (1 + GOAWAY_SPREAD * Math.random()));
    socket?.close();
  }

  end(): void {
    const socket = this.#socket;
    this.#drop();
    clearTimeout(this.#retry);
    socket?.close();
  }

  #open(): void {
    const socket = new this.#Socket(this.#url);
    this.#socket = socket;
    this.#settledAt = undefined;
    this.#heard = false;
    this.#watch = setInterval(() => this.#checkAlive(), PING_MS);
    const current = (act: () => void) => {
      if (this.#socket === socket) act();
    };
    socket.addEventListener('open', () => current(() => this.#owner.opened()));
    socket.addEventListener('message', ({ data }) =>
      current(() => {
        this.#heard = true;
        this.#owner.received(data);
      }),
    );
    socket.addEventListener('close', ({ code, reason }) =>
      current(() => this.#lost(code ?? 0, reason ?? '')),
    );
    // A close always follows, and says what is to be done.
    socket.addEventListener('error', () => undefined);
  }

  #checkAlive(): void {
    if (!this.#heard) this.replace();
    else this.#owner.quiet();
    this.#heard = false;
  }

  #lost(code: number, reason: string): void {
    if (code >= FIRST_TERMINAL_CODE) {
      this.#drop();
      this.#owner.refused(reason === '' ? `closed by the gateway with code ${code}` : reason);
    } else this.#again({ code, reason }, undefined);
  }

  #again(closed: Closed, ms: number | undefined): void {
    this.#drop();
    const wasStable = this.#settledAt !== undefined && performance.now() - this.#settledAt >= STABLE_MS;
    this.#attempt = wasStable ? 1 : this.#attempt + 1;
    this.#retry = setTimeout(() => this.#open(), ms ?? backoff(this.#attempt));
    this.#owner.lost(this.#attempt, closed);
  }

  #drop(): void {
    this.#socket = undefined;
    clearInterval(this.#watch);
  }
}

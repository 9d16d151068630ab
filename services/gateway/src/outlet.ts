import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from '@fastify/websocket';

export interface OutletLimits {
  /** Bytes waiting to be sent to a client at which it gets no more events for now. */
  pauseBytes: number;
  /** Bytes waiting at which a paused client gets events again. */
  resumeBytes: number;
  /** Bytes waiting at which a client is closed. */
  closeBytes: number;
  /** How long a client may stay paused before it is closed. */
  stallMs: number;
}

const DRAIN_POLL_MS = 20;
const TEXT = { binary: false };

/** The way out to one client: how much waits for it, and what is done when it takes nothing. */
export class Outlet {
  readonly #socket: WebSocket;
  readonly #limits: OutletLimits;
  readonly #onSlow: () => void;
  #closed = false;

  /** @param onSlow the client takes too little: it is to be closed. */
  constructor(socket: WebSocket, limits: OutletLimits, onSlow: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#onSlow = onSlow;
  }

  /** Over, or asked to go: nothing is sent any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#socket.bufferedAmount;
  }

  /** So much waits that events are to stay where they are. */
  get isFull(): boolean {
    return this.waiting > this.#limits.pauseBytes;
  }

  /** Sends an event's text. */
  send(bytes: Buffer): void {
    if (!this.#closed) this.#socket.send(bytes, TEXT);
  }

  /** Sends what can't wait elsewhere; a client that lets too much of it wait is slow. */
  say(text: string): void {
    if (this.#closed) return;
    this.#socket.send(text);
    if (this.waiting > this.#limits.closeBytes) this.#onSlow();
  }

  /** Waits while the client has much to take; one that takes nothing is slow. */
  async drained(): Promise<void> {
    if (!this.isFull) return;
    const since = performance.now();
    while (!this.#closed && this.waiting > this.#limits.resumeBytes) {
      if (performance.now() - since > this.#limits.stallMs) this.#onSlow();
      else await sleep(DRAIN_POLL_MS);
    }
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.end();
  }

  /** The connection is over. */
  end(): void {
    this.#closed = true;
  }
}

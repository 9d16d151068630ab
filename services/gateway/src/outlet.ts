import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import { textFrame } from './frame.js';
import type { Batch } from './hub.js';

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

/** The TCP connection below a WebSocket. */
export type Wire = Pick<Socket, 'cork' | 'uncork' | 'writableLength'> & { write(bytes: Buffer): boolean };
type Peer = Pick<WebSocket, 'readyState' | 'OPEN' | 'close'>;
export interface Ends {
  socket: Peer;
  wire: Wire;
}

/**
 * The way out to one client: how much waits for it, and what is done when it takes nothing. Frames are made once for all clients, so they
 * go to the wire below the WebSocket, which itself sends only pings and the like, and those whole.
 */
export class Outlet {
  readonly #socket: Peer;
  readonly #wire: Wire;
  readonly #limits: OutletLimits;
  readonly #onSlow: () => void;
  #closed = false;

  /** @param onSlow the client takes too little: it is to be closed. */
  constructor({ socket, wire }: Ends, limits: OutletLimits, onSlow: () => void) {
    this.#socket = socket;
    this.#wire = wire;
    this.#limits = limits;
    this.#onSlow = onSlow;
  }

  /** Over, or asked to go: nothing is sent any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#wire.writableLength;
  }

  /** So much waits that events are to stay where they are. */
  get isFull(): boolean {
    return this.waiting > this.#limits.pauseBytes;
  }

  /** Sends events. */
  deliver({ framed }: Pick<Batch, 'frames' | 'framed'>): void {
    this.send(framed);
  }

  /** Sends whole WebSocket frames, or whatever the protocol of the client has. */
  send(framed: Buffer): void {
    if (!this.#closed && this.#socket.readyState === this.#socket.OPEN) this.#wire.write(framed);
  }

  /** What is sent meanwhile goes out together. */
  together(act: () => void): void {
    this.#wire.cork();
    try {
      act();
    } finally {
      this.#wire.uncork();
    }
  }

  /** Sends what can't wait elsewhere; a client that lets too much of it wait is slow. */
  say(text: string): void {
    this.send(textFrame(text));
    if (!this.#closed && this.waiting > this.#limits.closeBytes) this.#onSlow();
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

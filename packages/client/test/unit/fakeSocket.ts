import { afterEach, beforeEach, vi } from 'vitest';
import type { Event, Reply } from '@vectra/protocol';
import type { Socket, SocketEvent } from '../../src/socket.js';

type Handler = (event: SocketEvent) => void;

/** A WebSocket whose server is the test. The newest is the last of `FakeSocket.all`. */
export class FakeSocket implements Socket {
  static all: FakeSocket[] = [];
  readonly url: string;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;
  readonly #handlers = new Map<string, Handler[]>();

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  static get newest(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (socket === undefined) throw new Error('expected a connection attempt, was none');
    return socket;
  }

  addEventListener(type: string, handler: Handler): void {
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
  }

  /** The commands of an action that were sent, oldest first. */
  asked(action: string): Record<string, unknown>[] {
    return this.sent.filter((command) => command.action === action);
  }

  /** The `ref` of the newest command of an action. */
  refOf(action: string): string {
    const { ref } = this.asked(action).at(-1) ?? {};
    if (typeof ref !== 'string') throw new Error(`expected a ${action} with a ref`);
    return ref;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  open(): this {
    return this.#fire('open', {});
  }

  say(...messages: (Event | Reply)[]): this {
    for (const message of messages) this.raw(JSON.stringify(message));
    return this;
  }

  raw(data: unknown): this {
    return this.#fire('message', { data });
  }

  lose(code = 1006, reason = ''): this {
    return this.#fire('close', { code, reason });
  }

  /** Opens and accepts the subscription. */
  accept(reply: Partial<Extract<Reply, { type: 'subscribed' }>> = {}): this {
    return this.open().say({
      type: 'subscribed',
      channels: ['*'],
      recovered: false,
      mode: 'lossless',
      id: null,
      ...reply,
    });
  }

  #fire(type: string, event: Omit<SocketEvent, 'type'>): this {
    for (const handler of this.#handlers.get(type) ?? []) handler({ type, ...event });
    return this;
  }
}

export function tick(seq: number, epoch = 'aaaa'): Event {
  return {
    v: 1,
    type: 'game.tick',
    id: `${epoch}:${seq}`,
    seq,
    timestamp: 1_765_500_000_000 + seq,
    gameId: '20251212-6114b2ff44ef4b71',
    source: 'simulator',
    data: {
      tickCount: seq,
      price: '1.25',
      active: true,
      rugged: false,
      phase: 'ACTIVE_GAMEPLAY',
      cooldownTimer: 0,
      tradeCount: 0,
    },
  };
}

/** Time stands still unless a test moves it on, in each test of a file. Half of the longest wait: a new socket always opens in good time, and never at once. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    FakeSocket.all = [];
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** What was promised by now has come. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

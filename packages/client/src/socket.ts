/** What a WebSocket tells its listeners, as far as it is used here. */
export interface SocketEvent {
  type: string;
  data?: unknown;
  code?: number;
  reason?: string;
}

/** The part of the standard WebSocket that is used here; the browser's, Node's and that of `ws` fit. */
export interface Socket {
  send(data: string): void;
  close(): void;
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: SocketEvent) => void,
  ): void;
}

export type SocketConstructor = new (url: string) => Socket;

/** @throws TypeError when there is no global WebSocket (Node below 22) and none was given. */
export function socketConstructor(given: SocketConstructor | undefined): SocketConstructor {
  const found = given ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
  if (found === undefined) {
    throw new TypeError('expected a global WebSocket (browsers, Node 22 or newer) or the option WebSocket');
  }
  return found;
}

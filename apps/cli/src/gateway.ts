import { connect, rest, type ConnectOptions, type Connection, type Rest } from '@vectra/client';
import { WebSocket } from 'ws';
import { unreachable } from './failure.js';
import type { Output } from './output.js';

/** Which gateway is spoken to, and how. */
export interface Target {
  url: string;
  token: string | undefined;
  /** Aborts on Ctrl-C, and when nobody reads the output any more. */
  stopping: AbortSignal;
}

/** The REST routes; what does not answer is named by its address. @throws UnreachableError */
export async function asking<T>({ url, token }: Target, ask: (routes: Rest) => Promise<T>): Promise<T> {
  try {
    return await ask(rest(token === undefined ? { url } : { url, token }));
  } catch (error) {
    // What `fetch` throws when there was no answer: TypeError, with the reason as its cause; or TimeoutError.
    if (error instanceof TypeError && error.cause !== undefined)
      throw unreachable(url, reasonOf(error.cause));
    if (error instanceof DOMException) throw unreachable(url, error.message);
    throw error;
  }
}

/**
 * Connects, acts, and closes the connection. One that is lost later comes back by itself, which is noted.
 *
 * @throws UnreachableError when the gateway does not answer the first time.
 */
export async function connected(
  { url, token, stopping }: Target,
  { output, ...options }: Omit<ConnectOptions, 'url' | 'token' | 'WebSocket'> & { output: Output },
  act: (connection: Connection) => Promise<void>,
): Promise<void> {
  let failure = 'the connection was not accepted';
  class Socket extends WebSocket {
    constructor(address: string) {
      super(address);
      this.on('error', (error) => (failure = reasonOf(error)));
    }
  }
  const connection = connect({
    url,
    ...(token === undefined ? {} : { token }),
    WebSocket: Socket,
    ...options,
  });
  const close = (): void => connection.close();
  stopping.addEventListener('abort', close);
  try {
    noteMissed(connection, output);
    // Before anything is awaited, so that no event is missed.
    const acting = act(connection);
    acting.catch(() => undefined); // told below, once it is known whether there is a gateway at all
    const reached = await new Promise<boolean>((resolve) => {
      connection.on('status', ({ state }) => resolve(state !== 'reconnecting'));
    });
    if (!reached) throw unreachable(url, failure);
    noteStatus(connection, output);
    await acting;
  } finally {
    stopping.removeEventListener('abort', close);
    connection.close();
  }
}

function noteStatus(connection: Connection, { note }: Output): void {
  connection.on('status', (status) => {
    if (status.state === 'reconnecting') note(`connection lost: attempt ${status.attempt}`);
    else if (status.state === 'live') note('connected again');
  });
}

function noteMissed(connection: Connection, { note }: Output): void {
  connection.on('unrecovered', ({ reason, since }) => {
    note(`events after ${since ?? 'the beginning'} can not be had any more: ${reason}`);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error.message === '' ? error.name : error.message;
}

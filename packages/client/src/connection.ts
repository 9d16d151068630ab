import type { Command, Event, Reply, UnrecoveredReason } from '@vectra/protocol';
import { backoff } from './backoff.js';
import { isEvent, readMessage } from './message.js';
import { epochOf, isCovered, seqOf } from './place.js';
import { socketConstructor, type Socket, type SocketConstructor } from './socket.js';

/** How often a live connection is asked for a sign of life; one that gives none until the next time is replaced. */
const PING_MS = 10_000;
/** A connection that lived this long was a success: the next attempt is the first again. */
const STABLE_MS = 5_000;
/** From here on the server says that coming back is of no use. */
const FIRST_TERMINAL_CODE = 4500;

export interface ConnectOptions {
  /** The gateway's WebSocket: `ws://host:port/ws`. */
  url: string;
  /** Event types (`game.tick`), families (`game.*`) or `*`. */
  channels: string[];
  /** A resume token (`epoch:seq`): first delivers every event after it. Without it, events from now on. */
  since?: string;
  /** For Node below 22, where WebSocket is no global: that of `ws`. */
  WebSocket?: SocketConstructor;
}

export type Status =
  | { state: 'connecting' }
  | { state: 'live' }
  /** `attempt` counts from 1 since the connection was lost. */
  | { state: 'reconnecting'; attempt: number }
  /** For good. `reason` is null when it was closed from this side. */
  | { state: 'closed'; reason: string | null };

/** Events were missed and can't be delivered any more; those from now on are. */
export interface Unrecovered {
  /**
   * `unknown_place`: the log was empty when the connection was lost, so there was no place to resume from.
   * `hole`: the gateway passed over events although all channels are subscribed.
   */
  reason: UnrecoveredReason | 'unknown_place' | 'hole';
  /** The place after which events were missed; null for an empty log. */
  since: string | null;
}

export interface Listeners {
  event: (event: Event) => void;
  status: (status: Status) => void;
  unrecovered: (missed: Unrecovered) => void;
}

/** The gateway refused the subscription, or closed the connection for good. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/**
 * Events of the gateway in the log's order, each once, across any number of lost connections.
 *
 * An iteration gets the events from its start on and ends with `close()`; it throws `RefusedError` when the gateway
 * will not have this client. What one iteration has not read yet waits in memory.
 */
export interface Connection extends AsyncIterable<Event> {
  readonly status: Status;
  /** The resume token from which a later connection would go on; null before the first event of an empty log. */
  readonly position: string | null;
  /** Calls the listener from now on; the function returned ends that. */
  on<K extends keyof Listeners>(name: K, listener: Listeners[K]): () => void;
  close(): void;
}

/**
 * Connects, and keeps connected until closed.
 *
 * @throws TypeError without a WebSocket; the WebSocket's SyntaxError when the URL is none.
 */
export function connect(options: ConnectOptions): Connection {
  return new GatewayConnection(options);
}

class GatewayConnection implements Connection {
  readonly #options: ConnectOptions;
  readonly #Socket: SocketConstructor;
  readonly #listeners: { [K in keyof Listeners]: Set<Listeners[K]> } = {
    event: new Set(),
    status: new Set(),
    unrecovered: new Set(),
  };
  #status: Status = { state: 'connecting' };
  /** Every event up to here was delivered, or could not be and that was told. */
  #position: string | null;
  /** The gateway has accepted the subscription before, so a lack of position means that its log was empty. */
  #wasLive = false;
  #liveSince = 0;
  #attempt = 0;
  #socket: Socket | undefined;
  #heard = false;
  #watch: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#Socket = socketConstructor(options.WebSocket);
    this.#position = options.since ?? null;
    this.#open();
  }

  get status(): Status {
    return this.#status;
  }

  get position(): string | null {
    return this.#position;
  }

  on<K extends keyof Listeners>(name: K, listener: Listeners[K]): () => void {
    this.#listeners[name].add(listener);
    return () => this.#listeners[name].delete(listener);
  }

  close(): void {
    if (this.#status.state !== 'closed') this.#end(null);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    const waiting: Event[] = [];
    let wake: () => void = () => undefined;
    const ends = [
      this.on('event', (event) => {
        waiting.push(event);
        wake();
      }),
      this.on('status', () => wake()),
    ];
    const read = async function* (connection: Connection): AsyncGenerator<Event, void, undefined> {
      try {
        for (;;) {
          yield* waiting.splice(0);
          if (waiting.length > 0) continue;
          const { status } = connection;
          if (status.state !== 'closed') await new Promise<void>((resolve) => (wake = resolve));
          else if (status.reason === null) return;
          else throw new RefusedError(status.reason);
        }
      } finally {
        for (const end of ends) end();
      }
    };
    return read(this);
  }

  #open(): void {
    const socket = new this.#Socket(this.#options.url);
    this.#socket = socket;
    this.#heard = false;
    this.#watch = setInterval(() => this.#checkAlive(), PING_MS);
    const current = (act: () => void) => {
      if (this.#socket === socket) act();
    };
    socket.addEventListener('open', () => current(() => this.#subscribe()));
    socket.addEventListener('message', ({ data }) => current(() => this.#receive(data)));
    socket.addEventListener('close', ({ code, reason }) =>
      current(() => this.#lost(code ?? 0, reason ?? '')),
    );
    // A close always follows, and says what is to be done.
    socket.addEventListener('error', () => undefined);
  }

  #subscribe(): void {
    const since = this.#position;
    const { channels } = this.#options;
    this.#send({ action: 'subscribe', channels, ...(since === null ? {} : { since }) });
  }

  #send(command: Command): void {
    this.#socket?.send(JSON.stringify(command));
  }

  #receive(data: unknown): void {
    this.#heard = true;
    const message = readMessage(data);
    if (message === undefined) this.#replace();
    else if (isEvent(message)) this.#deliver(message);
    else this.#answer(message);
  }

  #deliver(event: Event): void {
    const place = this.#position;
    if (isCovered(event.id, place)) return;
    this.#position = event.id;
    const reason = place === null ? undefined : this.#missedBetween(place, event.id);
    if (reason !== undefined) this.#emit('unrecovered', { reason, since: place });
    if (this.#socket !== undefined) this.#emit('event', event);
  }

  /** The log's numbers have no gaps, so whoever gets every event sees at once when one is missing. */
  #missedBetween(place: string, id: string): 'epoch_changed' | 'hole' | undefined {
    if (epochOf(place) !== epochOf(id)) return 'epoch_changed';
    const isNext = seqOf(id) === seqOf(place) + 1;
    return isNext || !this.#options.channels.includes('*') ? undefined : 'hole';
  }

  #answer(reply: Reply): void {
    if (reply.type === 'subscribed') this.#subscribed(reply);
    else if (reply.type === 'pong') {
      // Events of other channels count too: the place stays young, and the log may be trimmed up to it.
      const place = this.#position;
      if (reply.id === null || isCovered(reply.id, place)) return;
      if (place === null || epochOf(place) === epochOf(reply.id)) this.#position = reply.id;
    } else if (reply.type === 'error' && reply.action === 'subscribe' && reply.code === 'bad_command') {
      this.#end(reply.message);
    } else if (reply.type === 'error' && this.#status.state !== 'live') this.#replace();
  }

  #subscribed({ recovered, reason, id }: Extract<Reply, { type: 'subscribed' }>): void {
    const since = this.#position;
    const missed = recovered ? undefined : (reason ?? this.#unknownPlace(id));
    if (!recovered) this.#position = id;
    this.#wasLive = true;
    this.#liveSince = performance.now();
    this.#setStatus({ state: 'live' });
    if (missed !== undefined) this.#emit('unrecovered', { reason: missed, since });
  }

  #unknownPlace(id: string | null): 'unknown_place' | undefined {
    const asked = this.#position !== null;
    return asked || (this.#wasLive && id !== null) ? 'unknown_place' : undefined;
  }

  #checkAlive(): void {
    if (!this.#heard) this.#replace();
    else if (this.#status.state === 'live') this.#send({ action: 'ping' });
    this.#heard = false;
  }

  /** Gives up a socket without waiting for its close, which a dead link may delay for minutes. */
  #replace(): void {
    const socket = this.#socket;
    this.#lost(0, '');
    socket?.close();
  }

  #lost(code: number, reason: string): void {
    if (code >= FIRST_TERMINAL_CODE) {
      this.#end(reason === '' ? `closed by the gateway with code ${code}` : reason);
      return;
    }
    this.#drop();
    const wasStable = this.#status.state === 'live' && performance.now() - this.#liveSince >= STABLE_MS;
    this.#attempt = wasStable ? 1 : this.#attempt + 1;
    this.#retry = setTimeout(() => this.#open(), backoff(this.#attempt));
    this.#setStatus({ state: 'reconnecting', attempt: this.#attempt });
  }

  #end(reason: string | null): void {
    const socket = this.#socket;
    this.#drop();
    clearTimeout(this.#retry);
    this.#setStatus({ state: 'closed', reason });
    socket?.close();
  }

  #drop(): void {
    this.#socket = undefined;
    clearInterval(this.#watch);
  }

  #setStatus(status: Status): void {
    this.#status = status;
    this.#emit('status', status);
  }

  #emit<K extends keyof Listeners>(name: K, value: Parameters<Listeners[K]>[0]): void {
    for (const listener of this.#listeners[name] as Set<(value: Parameters<Listeners[K]>[0]) => void>) {
      listener(value);
    }
  }
}

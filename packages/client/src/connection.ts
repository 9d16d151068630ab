import type {
  Command,
  DeliveryMode,
  Event,
  GamesFilter,
  ReplaySpeed,
  Reply,
  ReplyOf,
  Strategy,
  UnrecoveredReason,
} from '@vectra/protocol';
import type { EventsOf } from './channels.js';
import type { PaperTrading } from './paper.js';
import type { Replay } from './replay.js';
import type { SocketConstructor } from './socket.js';

export interface ConnectOptions {
  /** The gateway: `http://host:port`, or its WebSocket, `ws://host:port/ws`. */
  url: string;
  /** Event types (`game.tick`), families (`game.*`) or `*`. More can be subscribed later. */
  channels?: readonly string[];
  /** A resume token (`epoch:seq`): first delivers every event after it. Without it, events from now on. */
  since?: string;
  /** What is left out when events come faster than they are taken: nothing, unless told otherwise. */
  mode?: DeliveryMode;
  /** For what is not for everybody. Told to the gateway on every connection, never in an address. */
  token?: string;
  /** For Node below 22, where WebSocket is no global: that of `ws`. */
  WebSocket?: SocketConstructor;
}

export type Status =
  | { state: 'connecting' }
  | { state: 'live' }
  /**
   * `attempt` counts from 1 since the connection was lost. `code` is the gateway's own close code (from 4000 on) when it closed the
   * connection, such as 4030: it is full.
   */
  | { state: 'reconnecting'; attempt: number; code?: number }
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

/** How things stood at `id`: the newest event of each type that still holds, oldest first. They do not come again as events. */
export interface Snapshot {
  id: string | null;
  events: Event[];
}

/** What a connection tells. */
export interface Told {
  event: Event;
  status: Status;
  unrecovered: Unrecovered;
  snapshot: Snapshot;
}

/** Which recorded games: one, a list, or those that a filter finds, oldest first. */
export interface ReplayOptions {
  gameId?: string;
  games?: string[];
  query?: GamesFilter;
  /** How many times faster than it was played, 0.1 to 100, or `max`; 1 unless told otherwise. */
  speed?: ReplaySpeed;
  /** Goes on with the games after it; so unless false. */
  continuous?: boolean;
}

/**
 * Events of the gateway in the log's order, each once, across any number of lost connections.
 *
 * An iteration gets the events from its start on and ends with `close()`; it throws `RefusedError` when the gateway
 * will not have this client. What one iteration has not read yet waits in memory.
 *
 * Commands are promises. They wait for the first connection, and reject with a `GatewayError` when the gateway refuses them or the
 * connection is lost before the answer; what was subscribed and joined is taken up again by itself, an order never is.
 */
export interface Connection extends AsyncIterable<Event> {
  readonly status: Status;
  /** The resume token from which a later connection would go on; null before the first event of an empty log. */
  readonly position: string | null;
  /** Calls the listener from now on; the function returned ends that. */
  on<K extends keyof Told>(name: K, listener: (value: Told[K]) => void): () => void;
  /** Iterates over the events of some channels from now on, and subscribes to those that are not yet. */
  events<C extends string>(...channels: C[]): AsyncIterable<EventsOf<C>>;
  subscribe(...channels: string[]): Promise<void>;
  unsubscribe(...channels: string[]): Promise<void>;
  /** Holds the live events, or the replay that runs; none is lost. Also across a lost connection. */
  pause(): Promise<void>;
  /** Goes on where it was paused; with `skip` live events go on at the present. @returns how many events of the log were left out. */
  resume(options?: { skip?: boolean }): Promise<number>;
  /** Plays recorded games; live events are held meanwhile, and go on after it. One replay at a time. */
  replay(what: ReplayOptions): Promise<Replay>;
  /** Makes a session of paper trading, or goes on with the one there is (then without a strategy, or it is not looked at). */
  joinLive(id: string, strategy?: StrategyInput): Promise<PaperTrading>;
  close(): void;
}

/** A strategy as it is written: without `kind` a ladder of sidebets, amounts as numbers or decimal strings. */
export type StrategyInput = Strategy | ({ name: string } & Record<string, unknown>);

/** Sends a command and waits for an answer of one of the types; `answered` is called with it before any later message is read. */
export type AskGateway = <T extends Reply['type']>(
  command: Ask,
  types: readonly T[],
  answered?: (reply: ReplyOf<T>) => void,
) => Promise<ReplyOf<T>>;

/** A command as it is asked for; its `ref` is given when it is sent. */
export type Ask = Command extends infer C ? (C extends Command ? Omit<C, 'ref'> : never) : never;

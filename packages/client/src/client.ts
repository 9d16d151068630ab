import type { Command, ErrorCode, Event, Reply, ReplyOf } from '@vectra/protocol';
import { socketAddress } from './address.js';
import { covers, selects, type EventsOf } from './channels.js';
import type {
  Ask,
  ConnectOptions,
  Connection,
  ReplayOptions,
  Status,
  StrategyInput,
  Told,
} from './connection.js';
import { GatewayError, isDisconnect, RefusedError } from './errors.js';
import { Inbox } from './inbox.js';
import { Link, type Closed } from './link.js';
import { Listeners } from './listeners.js';
import { isEvent, readMessage } from './message.js';
import { PaperSessions, type PaperTrading } from './paper.js';
import { isPlace, seqOf } from './place.js';
import { Progress } from './progress.js';
import { Replay } from './replay.js';
import { Requests } from './requests.js';
import { socketConstructor } from './socket.js';

/** What is wrong with a subscription or a token that would be wrong the next time as well. */
const LASTING = new Set(['bad_command', 'no_token', 'unknown_token', 'not_allowed']);
/** Lower close codes are those of WebSocket itself. */
const FIRST_OWN_CODE = 4000;

/**
 * Connects, and keeps connected until closed.
 *
 * @throws TypeError without a WebSocket, or when the URL is none.
 */
export function connect(options: ConnectOptions): Connection {
  return new GatewayConnection(options);
}

class GatewayConnection implements Connection {
  readonly #options: ConnectOptions;
  readonly #audience = new Listeners<Told>();
  readonly #requests = new Requests();
  readonly #papers: PaperSessions;
  readonly #progress: Progress;
  readonly #channels: Set<string>;
  readonly #link: Link;
  #status: Status = { state: 'connecting' };
  /** Why the gateway refused this client for good. */
  #refusal: ErrorCode | null = null;
  #replay: Replay | undefined;
  /** Live events were paused; a new connection then does not subscribe before they are resumed. */
  #held = false;
  /** The gateway has accepted a subscription before, so a lack of position means that its log was empty. */
  #wasAccepted = false;
  /** Without a token, events of the own account are left out. */
  #partial = false;
  /** On this socket: a subscription was sent; it was accepted. */
  #asked = false;
  #accepted = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#progress = new Progress(options.since ?? null);
    this.#channels = new Set(options.channels);
    this.#papers = new PaperSessions((...asked) => this.#ask(...asked));
    this.#link = new Link(socketAddress(options.url), socketConstructor(options.WebSocket), {
      opened: () => this.#opened(),
      received: (data) => this.#receive(data),
      quiet: () => this.#status.state === 'live' && this.#send({ action: 'ping' }),
      lost: (attempt, closed) => this.#lost(attempt, closed),
      refused: (reason) => this.#end(reason),
    });
  }

  get status(): Status {
    return this.#status;
  }

  get position(): string | null {
    return this.#progress.position;
  }

  on<K extends keyof Told>(name: K, listener: (value: Told[K]) => void): () => void {
    return this.#audience.on(name, listener);
  }

  close(): void {
    if (this.#status.state !== 'closed') this.#end(null);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    return this.#inbox(selects(['*']))[Symbol.asyncIterator]();
  }

  events<C extends string>(...channels: C[]): AsyncIterable<EventsOf<C>> {
    const inbox = this.#inbox(selects(channels));
    this.subscribe(...channels).catch((error: unknown) => inbox.end(asError(error)));
    return inbox as AsyncIterable<EventsOf<C>>;
  }

  async subscribe(...channels: string[]): Promise<void> {
    const fresh = channels.filter((channel) => !covers(this.#channels, channel));
    if (fresh.length === 0) return;
    for (const channel of fresh) this.#channels.add(channel);
    try {
      // While there is no connection, or it is held, the next subscription has them.
      if (this.#status.state !== 'live') await this.#untilLive();
      else if (this.#asked || !this.#held) await this.#ask(this.#subscription(fresh), ['subscribed']);
    } catch (error) {
      if (isDisconnect(error)) return this.#untilLive();
      for (const channel of fresh) this.#channels.delete(channel);
      throw error;
    }
  }

  async unsubscribe(...channels: string[]): Promise<void> {
    for (const channel of channels) this.#channels.delete(channel);
    this.#expectAll(this.#progress.position);
    if (this.#status.state !== 'live' || !this.#asked) return;
    try {
      await this.#ask({ action: 'unsubscribe', channels }, ['unsubscribed']);
    } catch (error) {
      if (!isDisconnect(error)) throw error; // otherwise the next subscription is without them
    }
  }

  async pause(): Promise<void> {
    await this.#ask({ action: 'pause' }, ['paused']);
  }

  async resume({ skip = false } = {}): Promise<number> {
    if (this.#held && this.#status.state === 'live' && !this.#asked) return this.#resumeAnew(skip);
    const { skipped } = await this.#ask({ action: 'resume', skip }, ['resumed']);
    return skipped;
  }

  async replay(what: ReplayOptions): Promise<Replay> {
    let replay: Replay | undefined;
    await this.#ask({ action: 'replay', ...what }, ['replay'], (begun) => {
      this.#replay?.end(null);
      replay = new Replay((...asked) => this.#ask(...asked), begun);
      this.#replay = replay;
    });
    if (replay === undefined) throw new TypeError('expected a replay');
    return replay;
  }

  joinLive(id: string, strategy?: StrategyInput): Promise<PaperTrading> {
    return this.#papers.join(id, strategy);
  }

  #inbox<E extends Event>(wants: (event: Event) => event is E): Inbox<E> {
    const inbox = new Inbox<E>(() => offs.forEach((off) => off()));
    const close = (status: Status): void => {
      if (status.state !== 'closed') return;
      inbox.end(status.reason === null ? null : new RefusedError(this.#refusal, status.reason));
    };
    const offs = [this.on('event', (event) => wants(event) && inbox.push(event)), this.on('status', close)];
    close(this.#status);
    return inbox;
  }

  async #ask<T extends Reply['type']>(
    command: Ask,
    types: readonly T[],
    answered?: (reply: ReplyOf<T>) => void,
  ): Promise<ReplyOf<T>> {
    while (this.#status.state !== 'live') {
      if (command.action === 'order' && this.#status.state !== 'closed') {
        throw new GatewayError(
          'disconnected',
          'there is no connection to the gateway: the order was not sent',
        );
      }
      await this.#untilLive();
    }
    const send = (sent: Command): void => this.#send(sent);
    return this.#requests.ask(command, types, answered === undefined ? { send } : { send, answered });
  }

  #untilLive(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (status: Status): void => {
        if (status.state === 'live') resolve();
        else if (status.state === 'closed') {
          reject(new GatewayError(this.#refusal ?? 'closed', status.reason ?? 'the client is closed'));
        } else return;
        off();
      };
      const off = this.on('status', look);
      look(this.#status);
    });
  }

  #opened(): void {
    const { token } = this.#options;
    if (token === undefined) this.#begin();
    else this.#send({ action: 'auth', token });
  }

  /** The gateway knows who this is. */
  #begin(): void {
    if (this.#channels.size === 0 || this.#held) this.#settle();
    else this.#send(this.#subscription([...this.#channels]));
  }

  /** The first one on a socket says from where on. */
  #subscription(channels: string[]): Ask & { action: 'subscribe' } {
    const { mode } = this.#options;
    const since = this.#asked ? null : this.position;
    this.#asked = true;
    return {
      ...{ action: 'subscribe', channels },
      ...(since === null ? {} : { since }),
      ...(mode === undefined ? {} : { mode }),
    };
  }

  #settle(): void {
    this.#link.settled();
    this.#setStatus({ state: 'live' });
    this.#papers.joinAgain();
  }

  #send(command: Command): void {
    this.#link.send(JSON.stringify(command));
  }

  #receive(data: unknown): void {
    const message = readMessage(data);
    if (message === undefined) this.#link.replace();
    else if (!isEvent(message)) this.#answer(message);
    else if (message.source === 'replay') this.#replay?.take(message);
    else this.#deliver(message);
  }

  #deliver(event: Event): void {
    const since = this.position;
    const { isNew, missed } = this.#progress.take(event.id);
    if (!isNew) return;
    if (missed !== undefined) this.#audience.emit('unrecovered', { reason: missed, since });
    if (this.#link.isUp) this.#audience.emit('event', event);
  }

  #answer(reply: Reply): void {
    this.#requests.settle(reply);
    if (reply.type === 'subscribed') this.#subscribed(reply);
    else if (reply.type === 'authenticated') this.#begin();
    else if (reply.type === 'pong') this.#cover(reply.id);
    else if (reply.type === 'snapshot') {
      this.#audience.emit('snapshot', { id: reply.id, events: reply.events as Event[] });
    } else if (reply.type === 'replay') {
      if (this.#replay?.update(reply) === true) this.#replay = undefined;
    } else if (reply.type === 'paused') this.#held ||= reply.what === 'live';
    else if (reply.type === 'resumed') this.#resumed(reply);
    else if (reply.type === 'goaway') {
      this.#cover(reply.id);
      this.#link.leave(reply.reconnectInMs);
    } else if (reply.type === 'error' && this.#status.state !== 'live') this.#refused(reply);
    else this.#papers.take(reply);
  }

  /** While there is no connection yet, what is refused is the token or the subscription. */
  #refused({ code, message }: ReplyOf<'error'>): void {
    if (LASTING.has(code)) {
      this.#refusal = code;
      this.#end(message);
    } else this.#link.replace();
  }

  #subscribed({ recovered, reason, id, partial }: ReplyOf<'subscribed'>): void {
    const isFirst = !this.#accepted;
    this.#accepted = true;
    this.#partial = partial === true;
    if (!isFirst) {
      this.#expectAll(id);
      return;
    }
    const since = this.position;
    const missed = recovered ? undefined : (reason ?? this.#unknownPlace(id));
    if (!recovered) this.#progress.restart(id);
    this.#expectAll(this.position);
    this.#wasAccepted = true;
    if (this.#status.state !== 'live') this.#settle();
    if (missed !== undefined) this.#audience.emit('unrecovered', { reason: missed, since });
  }

  #unknownPlace(id: string | null): 'unknown_place' | undefined {
    const wasKnown = this.position !== null;
    return wasKnown || (this.#wasAccepted && id !== null) ? 'unknown_place' : undefined;
  }

  /** The log's numbers have no gaps, so whoever gets every event after a place sees at once when one is missing. */
  #expectAll(from: string | null): void {
    const isAll = this.#channels.has('*') && this.#options.mode !== 'latest' && !this.#partial;
    this.#progress.expectAllFrom(isAll ? from : undefined);
  }

  #cover(id: string | null): void {
    const isHeld = this.#held || this.#replay !== undefined;
    if (this.#accepted && !isHeld && this.#channels.size > 0) this.#progress.cover(id);
  }

  #resumed({ what, id, skipped }: ReplyOf<'resumed'>): void {
    if (what === 'live') this.#held = false;
    if (skipped > 0) this.#progress.restart(id);
  }

  /** Resumes on a connection that is not the one on which it was paused. */
  async #resumeAnew(skip: boolean): Promise<number> {
    const since = this.position;
    this.#held = false;
    if (this.#channels.size === 0) return 0;
    if (skip) {
      this.#progress.restart(null);
      this.#wasAccepted = false;
    }
    const { id } = await this.#ask(this.#subscription([...this.#channels]), ['subscribed']);
    return skip && since !== null && id !== null ? Math.max(0, seqOf(id) - seqOf(since)) : 0;
  }

  #lost(attempt: number, { code, reason }: Closed): void {
    if (isPlace(reason)) this.#cover(reason);
    this.#asked = false;
    this.#accepted = false;
    this.#replay?.end(new GatewayError('disconnected', 'the connection was lost during the replay'));
    this.#replay = undefined;
    this.#setStatus({ state: 'reconnecting', attempt, ...(code >= FIRST_OWN_CODE ? { code } : {}) });
    this.#requests.failAll('disconnected', 'the connection was lost');
  }

  #end(reason: string | null): void {
    this.#link.end();
    this.#replay?.end(null);
    this.#replay = undefined;
    this.#setStatus({ state: 'closed', reason });
    this.#papers.end();
    this.#requests.failAll('closed', reason ?? 'the client was closed');
  }

  #setStatus(status: Status): void {
    this.#status = status;
    this.#audience.emit('status', status);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

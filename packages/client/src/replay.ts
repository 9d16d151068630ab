import type { Event, ReplaySpeed, ReplyOf } from '@vectra/protocol';
import type { Ask, AskGateway } from './connection.js';
import { GatewayError } from './errors.js';
import { Inbox } from './inbox.js';
import { Listeners } from './listeners.js';

/** Where a replay is: `tick` of `ticks` in game `index` (from 0) of `games`. */
export type ReplayStatus = Omit<ReplyOf<'replay'>, 'type' | 'ref'>;

interface ReplayTold {
  event: Event;
  status: ReplayStatus;
}

/**
 * Recorded games as events (`source: 'replay'`), as they would come live. Iterating gets every event since the replay began, for one
 * reader; the iteration ends with the replay, and throws a `GatewayError` when the connection is lost: a replay is not taken up again.
 *
 * Its commands resolve to where the replay is after them.
 */
export class Replay implements AsyncIterable<Event> {
  readonly #ask: AskGateway;
  readonly #inbox = new Inbox<Event>();
  readonly #listeners = new Listeners<ReplayTold>();
  #status: ReplayStatus;
  #isOver = false;

  constructor(ask: AskGateway, begun: ReplyOf<'replay'>) {
    this.#ask = ask;
    this.#status = statusOf(begun);
  }

  get status(): ReplayStatus {
    return this.#status;
  }

  on<K extends keyof ReplayTold>(name: K, listener: (value: ReplayTold[K]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    return this.#inbox[Symbol.asyncIterator]();
  }

  pause(): Promise<ReplayStatus> {
    return this.#command({ action: 'pause' });
  }

  resume(): Promise<ReplayStatus> {
    return this.#command({ action: 'resume' });
  }

  /** Pauses, and plays so many ticks. */
  step(ticks = 1): Promise<ReplayStatus> {
    return this.#command({ action: 'step', ticks });
  }

  /** Goes to a tick of the game, forwards or backwards. */
  seek(tick: number): Promise<ReplayStatus> {
    return this.#command({ action: 'seek', tick });
  }

  speed(speed: ReplaySpeed): Promise<ReplayStatus> {
    return this.#command({ action: 'speed', speed });
  }

  next(): Promise<ReplayStatus> {
    return this.#command({ action: 'next' });
  }

  previous(): Promise<ReplayStatus> {
    return this.#command({ action: 'previous' });
  }

  /** Ends it. Live events go on where it began, or with `skip` at the present. */
  stop({ skip = false } = {}): Promise<ReplayStatus> {
    return this.#command({ action: 'stop', skip });
  }

  /** @internal An event of it has come. */
  take(event: Event): void {
    this.#inbox.push(event);
    this.#listeners.emit('event', event);
  }

  /** @internal The gateway says where it is. @returns whether it is over. */
  update(reply: ReplyOf<'replay'>): boolean {
    this.#status = statusOf(reply);
    this.#listeners.emit('status', this.#status);
    const isOver = reply.state === 'stopped' || reply.state === 'ended';
    if (isOver) this.end(null);
    return isOver;
  }

  /** @internal Nothing of it comes any more. */
  end(error: GatewayError | null): void {
    this.#isOver = true;
    this.#inbox.end(error);
  }

  async #command(command: Ask): Promise<ReplayStatus> {
    if (this.#isOver) throw new GatewayError('no_replay', `${command.action}: the replay is over`);
    const reply = await this.#ask(command, ['replay', 'paused', 'resumed']);
    if (reply.type === 'replay') return statusOf(reply);
    return this.#status;
  }
}

function statusOf({ state, gameId, tick, ticks, index, games, speed }: ReplyOf<'replay'>): ReplayStatus {
  return { state, gameId, tick, ticks, index, games, speed };
}

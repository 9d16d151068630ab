import { setTimeout as sleep } from 'node:timers/promises';
import {
  channelMatcher,
  CLOSE_CODES,
  formatPosition,
  parsePosition,
  type Command,
  type Position,
  type Reply,
  type UnrecoveredReason,
} from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { LogState } from '@vectra/stream';
import type { WebSocket } from '@fastify/websocket';
import { readCommand, refusal } from './commands.js';
import { frameOf, type Frame } from './frame.js';
import type { Hub, Listener } from './hub.js';
import type { LogSource } from './source.js';
import { TokenBucket } from './tokenBucket.js';

export interface SessionLimits {
  /** Bytes waiting to be sent to a client at which it gets no more events for now. */
  pauseBytes: number;
  /** Bytes waiting at which a paused client gets events again. */
  resumeBytes: number;
  /** Bytes waiting at which a client is closed. */
  closeBytes: number;
  /** How long a client may stay paused before it is closed. */
  stallMs: number;
  commandsPerSecond: number;
  commandBurst: number;
}

export const SESSION_LIMITS: SessionLimits = {
  pauseBytes: 256 * 1024,
  resumeBytes: 64 * 1024,
  closeBytes: 1024 * 1024,
  stallMs: 15_000,
  commandsPerSecond: 20,
  commandBurst: 60,
};

/** How many events are looked at between two looks at how much the client has taken. */
const PAGE = 500;
const DRAIN_POLL_MS = 20;
const TEXT = { binary: false };

export interface SessionParts {
  hub: Hub;
  log: Pick<LogSource, 'state' | 'range'>;
  logger: Logger;
  limits: SessionLimits;
}

/** The place in the log is gone: events between it and the present can't be delivered any more. */
class LostPlaceError extends Error {
  override readonly name = 'LostPlaceError';
}

/** Why the events after `since` can't all be delivered; undefined when they can. */
export function judgeSince(since: Position, log: LogState): UnrecoveredReason | undefined {
  if (since.epoch !== log.epoch) return 'epoch_changed';
  if (since.seq > log.last) return 'ahead';
  return since.seq + 1 < log.first ? 'trimmed' : undefined;
}

/**
 * One client's connection. It is live (the hub delivers to it) or behind: recovering after `since`, or paused because
 * it takes events more slowly than they come. What it is behind is read from the hub's memory or the log, so a slow
 * client costs at most `pauseBytes`, and loses nothing.
 */
export class Session implements Listener {
  readonly #socket: WebSocket;
  readonly #parts: SessionParts;
  readonly #bucket: TokenBucket;
  #channels: ReadonlySet<string> = new Set<string>();
  /** While behind: everything up to here was delivered. While live: nothing up to here is delivered again. */
  #cursor: Position | undefined;
  #live = false;
  #closed = false;
  /** Commands and catching up happen one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#bucket = new TokenBucket(parts.limits.commandsPerSecond, parts.limits.commandBurst);
  }

  /** Everything up to here was sent, as far as its channels match. */
  get position(): Position | undefined {
    return this.#live || this.#channels.size === 0 ? this.#parts.hub.position : this.#cursor;
  }

  /** Over, or asked to go: it gets nothing any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A message of the client. */
  command(data: Buffer, isBinary: boolean): void {
    if (!this.#bucket.take()) {
      const { commandsPerSecond } = this.#parts.limits;
      this.#reply(refusal('too_many_requests', `expected at most ${commandsPerSecond} messages a second`));
      return;
    }
    const command = readCommand(data, isBinary);
    if ('type' in command) this.#reply(command);
    else if (command.action === 'ping') {
      this.#reply({ type: 'pong', id: this.#token() || null, timestamp: Date.now() });
    } else if (command.action === 'subscribe') this.#enqueue(() => this.#subscribe(command));
    else if (command.action === 'unsubscribe') this.#enqueue(() => this.#unsubscribe(command.channels));
    else this.#reply(refusal('unavailable', 'not served yet', command.action));
  }

  /** An event from the hub. */
  receive(frame: Frame): void {
    const { epoch, seq } = frame.position;
    if (this.#cursor?.epoch === epoch && seq <= this.#cursor.seq) return;
    this.#send(frame);
    if (this.#socket.bufferedAmount <= this.#parts.limits.pauseBytes) return;
    this.#fallBehind(frame.position);
    this.#enqueue(() => this.#catchUp());
  }

  /** Asks the client to go and to resume elsewhere. */
  leave(code: number): void {
    this.#socket.close(code, this.#token());
    this.end();
  }

  /** The connection is over. */
  end(): void {
    this.#closed = true;
    this.#parts.hub.leave(this);
  }

  #enqueue(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        // The client comes back by itself, and is told then whether its place still exists.
        this.#parts.logger.warn({ err: error, resume: this.#token() }, 'could not serve a client: closed');
        this.leave(CLOSE_CODES.goingAway);
      }
    });
  }

  async #subscribe({ channels, since }: Extract<Command, { action: 'subscribe' }>): Promise<void> {
    if (!this.#live) await this.#catchUp();
    const from = since === undefined ? undefined : parsePosition(since);
    const reason = from === undefined ? undefined : judgeSince(from, await this.#logState(from));
    if (this.#closed) return;
    const recovered = from !== undefined && reason === undefined;
    const before = this.#channels;
    const id = this.#parts.hub.id;
    this.#reply({
      ...{ type: 'subscribed', channels, recovered, mode: 'lossless', id },
      ...(reason === undefined ? {} : { reason }),
    });
    const joined = new Set([...before, ...channels]);
    if (!recovered) {
      this.#channels = joined;
      this.#attach();
      return;
    }
    if (before.size === 0) this.#fallBehind(from);
    else await this.#replay(from, channels);
    this.#channels = joined;
    await this.#catchUp();
  }

  #unsubscribe(channels: string[]): Promise<void> {
    const gone = new Set(channels);
    this.#channels = new Set([...this.#channels].filter((channel) => !gone.has(channel)));
    if (this.#live) this.#parts.hub.join(this, this.#channels);
    this.#reply({ type: 'unsubscribed', channels });
    return Promise.resolve();
  }

  /** What the log holds, from memory when that is enough to serve `since`. */
  async #logState(since: Position): Promise<LogState> {
    const { hub, log } = this.#parts;
    if (hub.covers(since) && hub.position !== undefined) {
      return { epoch: hub.position.epoch, first: since.seq + 1, last: hub.position.seq };
    }
    return log.state();
  }

  /** Stops live delivery; everything up to the position was delivered. */
  #fallBehind(position: Position | undefined): void {
    this.#parts.hub.leave(this);
    this.#live = false;
    this.#cursor = position;
  }

  #attach(): void {
    this.#parts.hub.join(this, this.#channels);
    this.#live = true;
  }

  /** Delivers to channels that are new here what the earlier ones did not, up to the present place. */
  async #replay(since: Position, channels: string[]): Promise<void> {
    const present = this.#parts.hub.position;
    this.#fallBehind(present);
    if (present?.epoch !== since.epoch) return;
    const isNew = channelMatcher(channels);
    const isKnown = channelMatcher(this.#channels);
    const wants = (type: string): boolean => isNew(type) && !isKnown(type);
    for (let seq = since.seq; seq < present.seq && !this.#closed;) {
      seq = await this.#deliverPage({ epoch: present.epoch, seq }, present.seq, wants);
    }
  }

  /** Delivers what came since the cursor, then goes live, without a gap between. */
  async #catchUp(): Promise<void> {
    const wants = channelMatcher(this.#channels);
    for (;;) {
      await this.#drained();
      if (this.#closed) return;
      const { position } = this.#parts.hub;
      if (this.#cursor === undefined || position === undefined) break;
      if (this.#cursor.epoch !== position.epoch) throw new LostPlaceError('the log began anew');
      if (this.#cursor.seq >= position.seq) break;
      const { epoch } = this.#cursor;
      this.#cursor = { epoch, seq: await this.#deliverPage(this.#cursor, position.seq, wants) };
    }
    this.#attach();
  }

  /** Delivers up to a page after a position and returns the seq up to which that went. */
  async #deliverPage(
    { epoch, seq }: Position,
    until: number,
    wants: (type: string) => boolean,
  ): Promise<number> {
    await this.#drained();
    const to = Math.min(seq + PAGE, until);
    const frames = this.#parts.hub.frames(seq + 1, to) ?? (await this.#readLog(epoch, seq + 1, to));
    if (this.#closed) return to;
    for (const frame of frames) if (wants(frame.type)) this.#send(frame);
    return to;
  }

  async #readLog(epoch: string, from: number, to: number): Promise<Frame[]> {
    const { log } = this.#parts;
    const frames = (await log.range(from, to, to - from + 1)).map(frameOf);
    // Fewer than there are numbers: an entry that is no event, or the log was trimmed or began anew meanwhile.
    if (frames.length < to - from + 1 || frames.some(({ position }) => position.epoch !== epoch)) {
      const state = await log.state();
      if (state.epoch !== epoch || state.first > from) {
        throw new LostPlaceError(`events ${from} to ${to} of epoch ${epoch} are not stored any more`);
      }
    }
    return frames;
  }

  /** Waits while the client has much to take; closes it when it takes nothing. */
  async #drained(): Promise<void> {
    const { pauseBytes, resumeBytes, stallMs } = this.#parts.limits;
    if (this.#socket.bufferedAmount <= pauseBytes) return;
    const since = performance.now();
    while (!this.#closed && this.#socket.bufferedAmount > resumeBytes) {
      if (performance.now() - since > stallMs) this.#closeSlow();
      else await sleep(DRAIN_POLL_MS);
    }
  }

  #closeSlow(): void {
    this.#parts.logger.info(
      { buffered: this.#socket.bufferedAmount, resume: this.#token() },
      'slow client closed',
    );
    this.leave(CLOSE_CODES.slowConsumer);
  }

  #send(frame: Frame): void {
    this.#socket.send(frame.bytes, TEXT);
  }

  #reply(reply: Reply): void {
    if (this.#closed) return;
    this.#socket.send(JSON.stringify(reply));
    if (this.#socket.bufferedAmount > this.#parts.limits.closeBytes) this.#closeSlow();
  }

  #token(): string {
    const position = this.position;
    return position === undefined ? '' : formatPosition(position);
  }
}

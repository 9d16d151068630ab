import {
  channelMatcher,
  CLOSE_CODES,
  parsePosition,
  type Command,
  type CommandOf,
  type Event,
  type Reply,
  type Role,
} from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { WebSocket } from '@fastify/websocket';
import type { Client, Desk, DeskFor } from './client.js';
import { isOwn, textFrame } from './frame.js';
import { readCommand, refusal } from './commands.js';
import { Delivery } from './delivery.js';
import type { Hub } from './hub.js';
import { Outlet, type OutletLimits, type Wire } from './outlet.js';
import { noteResume } from './resumes.js';
import type { ClientMeters } from './metrics.js';
import type { LogSource } from './source.js';
import { TokenBucket } from './tokenBucket.js';
import type { Tokens } from './tokens.js';

export interface SessionLimits extends OutletLimits {
  commandsPerSecond: number;
  commandBurst: number;
  /** How many commands may wait for those before them. */
  commandsWaiting: number;
  /** How many messages may be refused for coming too fast before the client is closed; they are forgiven at the rate of commands. */
  refusals: number;
  /** How many messages in a row may be no command at all before the client is closed. */
  garbage: number;
}

export const SESSION_LIMITS: SessionLimits = {
  pauseBytes: 256 * 1024,
  resumeBytes: 64 * 1024,
  closeBytes: 1024 * 1024,
  stallMs: 15_000,
  commandsPerSecond: 20,
  commandBurst: 60,
  commandsWaiting: 100,
  refusals: 300,
  garbage: 20,
};

export interface SessionParts {
  hub: Hub;
  log: Pick<LogSource, 'state' | 'range'>;
  logger: Logger;
  limits: SessionLimits;
  meters: ClientMeters;
  tokens: Tokens;
  /** Serve the commands that a session does not serve itself; asked in this order. */
  desks: readonly DeskFor[];
}

/** One client's connection: reads its commands, and serves them or has them served, one after the other. */
export class Session implements Client {
  readonly #parts: SessionParts;
  readonly #bucket: TokenBucket;
  readonly #refusals: TokenBucket;
  readonly #outlet: Outlet;
  readonly #delivery: Delivery;
  readonly #desks: readonly Desk[];
  #role: Role | undefined;
  /** Messages in a row that were no command. */
  #garbage = 0;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isOver = false;

  /** @param role what the token allows that came with the connection. */
  constructor(ends: { socket: WebSocket; wire: Wire }, role: Role | undefined, parts: SessionParts) {
    const { hub, log, limits } = parts;
    this.#parts = parts;
    this.#role = role;
    this.#bucket = new TokenBucket(limits.commandsPerSecond, limits.commandBurst);
    this.#refusals = new TokenBucket(limits.commandsPerSecond, limits.refusals);
    this.#outlet = new Outlet(ends, limits, () => this.#closeSlow());
    const onLost = (error: unknown): void => this.#lost(error);
    this.#delivery = new Delivery({ hub, log, outlet: this.#outlet, onLost }, role !== undefined);
    this.#desks = parts.desks.map((deskFor) => deskFor(this));
  }

  get role(): Role | undefined {
    return this.#role;
  }

  get id(): string | null {
    return this.#delivery.id;
  }

  get closed(): boolean {
    return this.#outlet.closed;
  }

  /** Much waits to be read by the client, its close among it. */
  get isBehind(): boolean {
    return this.closed || this.#outlet.isFull;
  }

  /** A message of the client. */
  command(data: Buffer, isBinary: boolean): void {
    if (!this.#bucket.take()) {
      this.#refuse();
      return;
    }
    const command = readCommand(data, isBinary);
    if ('type' in command) {
      this.reply(command);
      this.#garbage = command.code === 'bad_json' ? this.#garbage + 1 : 0;
      if (this.#garbage >= this.#parts.limits.garbage) this.#leaveFor('garbage', CLOSE_CODES.badMessage);
      return;
    }
    this.#garbage = 0;
    if (command.action === 'ping') {
      this.#answer(command, { type: 'pong', id: this.#delivery.id, timestamp: Date.now() });
    } else if (this.#waiting < this.#parts.limits.commandsWaiting) this.#enqueue(command);
    else {
      const message = 'expected the earlier commands to be answered first';
      this.#answer(command, refusal('too_many_requests', message, command.action));
    }
  }

  reply(reply: Reply): void {
    this.#outlet.say(JSON.stringify(reply));
  }

  sendEvent(text: string): void {
    this.#outlet.send(textFrame(text));
  }

  wants(type: string): boolean {
    return this.#delivery.wants(type);
  }

  drained(): Promise<void> {
    return this.#outlet.drained();
  }

  hold(): void {
    this.#delivery.hold();
  }

  release(skip: boolean): number {
    return this.#delivery.release(skip);
  }

  /** Tells the client that the gateway stops, and when to come back. */
  sendAway(reconnectInMs: number): void {
    this.reply({ type: 'goaway', id: this.#delivery.id, reconnectInMs });
    this.leave(CLOSE_CODES.goingAway);
  }

  /** Asks the client to go and to resume elsewhere. */
  leave(code: number): void {
    this.#outlet.close(code, this.#delivery.id ?? '');
    this.end();
  }

  /** The connection is over. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outlet.end();
    this.#delivery.end();
    for (const desk of this.#desks) {
      try {
        desk.end();
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'a desk did not end');
      }
    }
  }

  #enqueue(command: Command): void {
    this.#waiting += 1;
    this.#work = this.#work
      .then(() => (this.closed ? undefined : this.#serve(command)))
      .catch((error: unknown) => {
        this.#parts.logger.error({ err: error, action: command.action }, 'a command failed');
        const message = 'the gateway could not do that; its log says why';
        this.#answer(command, refusal('unavailable', message, command.action));
      })
      .finally(() => (this.#waiting -= 1));
  }

  async #serve(command: Command): Promise<void> {
    for (const desk of this.#desks) if (await desk.handle(command)) return;
    if (this.closed) return;
    if (command.action === 'subscribe') await this.#subscribe(command);
    else if (command.action === 'unsubscribe') this.#unsubscribe(command);
    else if (command.action === 'auth') this.#authenticate(command);
    else if (command.action === 'pause') this.#pause(command);
    else if (command.action === 'resume') this.#resume(command);
    else {
      const message = `nothing here serves ${command.action}`;
      this.#answer(command, refusal('unavailable', message, command.action));
    }
  }

  async #subscribe(command: CommandOf<'subscribe'>): Promise<void> {
    const { channels, since, mode } = command;
    const from = since === undefined ? undefined : parsePosition(since);
    let reason;
    try {
      reason = from === undefined ? undefined : await this.#delivery.judge(from);
    } catch (error) {
      this.#lost(error);
      return;
    }
    const recovered = from !== undefined && reason === undefined;
    if (from !== undefined) noteResume(this.#parts, from, reason);
    const id = recovered ? this.#parts.hub.id : this.#delivery.id;
    this.#delivery.mode = mode ?? this.#delivery.mode;
    this.#answer(command, {
      ...{ type: 'subscribed', channels, recovered, mode: this.#delivery.mode, id },
      ...(reason === undefined ? {} : { reason }),
      ...(this.#delivery.own ? {} : { partial: true }),
    });
    if (!recovered) this.#answer(command, { type: 'snapshot', id, events: this.#standing(channels) });
    this.#delivery.add(channels, recovered ? from : undefined);
  }

  /** How things stand at the place from which events follow. */
  #standing(channels: readonly string[]): Event[] {
    const { position, own } = this.#delivery;
    const matches = channelMatcher(channels);
    return this.#parts.hub
      .standing()
      .filter(({ type, seq }) => matches(type) && seq <= (position?.seq ?? 0))
      .filter((event) => own || !isOwn(event));
  }

  #authenticate(command: CommandOf<'auth'>): void {
    const { tokens } = this.#parts;
    const role = tokens.isEmpty ? this.#role : tokens.roleOf(command.token);
    if (role === undefined) {
      const message = 'this token is not one of those in GATEWAY_TOKENS';
      this.#answer(command, refusal('unknown_token', message, command.action));
      return;
    }
    this.#role = role;
    this.#delivery.grantOwn();
    this.#answer(command, { type: 'authenticated', role });
  }

  #unsubscribe(command: CommandOf<'unsubscribe'>): void {
    const { channels } = command;
    this.#delivery.remove(channels);
    this.#answer(command, { type: 'unsubscribed', channels });
  }

  #pause(command: CommandOf<'pause'>): void {
    this.#delivery.hold();
    this.#answer(command, { type: 'paused', what: 'live', id: this.#delivery.id });
  }

  #resume(command: CommandOf<'resume'>): void {
    if (!this.#delivery.held) {
      this.#answer(command, refusal('not_paused', 'expected a pause before', command.action));
      return;
    }
    const skipped = this.#delivery.release(command.skip === true);
    this.#answer(command, { type: 'resumed', what: 'live', id: this.#delivery.id, skipped });
  }

  #answer({ ref }: Command, reply: Reply): void {
    this.reply(ref === undefined ? reply : { ...reply, ref });
  }

  /** Too many messages: one is told so, and closed when it goes on and on. */
  #refuse(): void {
    const { commandsPerSecond } = this.#parts.limits;
    this.reply(refusal('too_many_requests', `expected at most ${commandsPerSecond} messages a second`));
    if (this.#refusals.take()) return;
    this.#parts.meters.closed('too_many_messages');
    this.#leaveFor('too many messages', CLOSE_CODES.tooManyRequests);
  }

  #closeSlow(): void {
    this.#parts.meters.closed('slow');
    this.#leaveFor('it takes too little', CLOSE_CODES.slowConsumer);
  }

  #leaveFor(reason: string, code: number): void {
    const { waiting } = this.#outlet;
    this.#parts.logger.info({ reason, buffered: waiting, resume: this.#delivery.id }, 'a client is closed');
    this.leave(code);
  }

  /** The client comes back by itself, and is told then whether its place still exists. */
  #lost(error: unknown): void {
    if (this.closed) return;
    this.#parts.logger.warn({ err: error, resume: this.#delivery.id }, 'could not serve a client: closed');
    this.leave(CLOSE_CODES.goingAway);
  }
}

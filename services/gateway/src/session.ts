import {
  CLOSE_CODES,
  parsePosition,
  type Command,
  type CommandOf,
  type Reply,
  type Role,
} from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { WebSocket } from '@fastify/websocket';
import type { Client, Desk, DeskFor } from './client.js';
import { readCommand, refusal } from './commands.js';
import { Delivery } from './delivery.js';
import type { Hub } from './hub.js';
import { Outlet, type OutletLimits } from './outlet.js';
import type { LogSource } from './source.js';
import { TokenBucket } from './tokenBucket.js';

export interface SessionLimits extends OutletLimits {
  commandsPerSecond: number;
  commandBurst: number;
  /** How many commands may wait for those before them. */
  commandsWaiting: number;
}

export const SESSION_LIMITS: SessionLimits = {
  pauseBytes: 256 * 1024,
  resumeBytes: 64 * 1024,
  closeBytes: 1024 * 1024,
  stallMs: 15_000,
  commandsPerSecond: 20,
  commandBurst: 60,
  commandsWaiting: 100,
};

export interface SessionParts {
  hub: Hub;
  log: Pick<LogSource, 'state' | 'range'>;
  logger: Logger;
  limits: SessionLimits;
  /** Serve the commands that a session does not serve itself; asked in this order. */
  desks: readonly DeskFor[];
}

/** One client's connection: reads its commands, and serves them or has them served, one after the other. */
export class Session implements Client {
  readonly #parts: SessionParts;
  readonly #bucket: TokenBucket;
  readonly #outlet: Outlet;
  readonly #delivery: Delivery;
  readonly #desks: readonly Desk[];
  readonly #role: Role | undefined;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isOver = false;

  /** @param role what the token allows that came with the connection. */
  constructor(socket: WebSocket, role: Role | undefined, parts: SessionParts) {
    const { hub, log, limits } = parts;
    this.#parts = parts;
    this.#role = role;
    this.#bucket = new TokenBucket(limits.commandsPerSecond, limits.commandBurst);
    this.#outlet = new Outlet(socket, limits, () => this.#closeSlow());
    this.#delivery = new Delivery({ hub, log, outlet: this.#outlet, onLost: (error) => this.#lost(error) });
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

  /** A message of the client. */
  command(data: Buffer, isBinary: boolean): void {
    if (!this.#bucket.take()) {
      const { commandsPerSecond } = this.#parts.limits;
      this.reply(refusal('too_many_requests', `expected at most ${commandsPerSecond} messages a second`));
      return;
    }
    const command = readCommand(data, isBinary);
    if ('type' in command) this.reply(command);
    else if (command.action === 'ping') {
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

  sendEvent(bytes: Buffer): void {
    this.#outlet.send(bytes);
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
    else if (command.action === 'pause') this.#pause(command);
    else if (command.action === 'resume') this.#resume(command);
    else {
      const message = `nothing here serves ${command.action}`;
      this.#answer(command, refusal('unavailable', message, command.action));
    }
  }

  async #subscribe(command: CommandOf<'subscribe'>): Promise<void> {
    const { channels, since } = command;
    const from = since === undefined ? undefined : parsePosition(since);
    let reason;
    try {
      reason = from === undefined ? undefined : await this.#delivery.judge(from);
    } catch (error) {
      this.#lost(error);
      return;
    }
    const recovered = from !== undefined && reason === undefined;
    this.#answer(command, {
      ...{ type: 'subscribed', channels, recovered, mode: 'lossless' },
      ...(reason === undefined ? {} : { reason }),
      id: recovered ? this.#parts.hub.id : this.#delivery.id,
    });
    this.#delivery.add(channels, recovered ? from : undefined);
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

  #closeSlow(): void {
    const { waiting } = this.#outlet;
    this.#parts.logger.info({ buffered: waiting, resume: this.#delivery.id }, 'slow client closed');
    this.leave(CLOSE_CODES.slowConsumer);
  }

  /** The client comes back by itself, and is told then whether its place still exists. */
  #lost(error: unknown): void {
    if (this.closed) return;
    this.#parts.logger.warn({ err: error, resume: this.#delivery.id }, 'could not serve a client: closed');
    this.leave(CLOSE_CODES.goingAway);
  }
}

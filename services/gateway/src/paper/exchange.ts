import { decimal, sellAt } from '@vectra/game';
import type { Event, EventOf, PaperCommand, PaperMessage, PaperSession, ReplyOf } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { PaperSource } from './source.js';

/** How long the service may take to answer a command. Longer than a slot takes to change its owner. */
const ANSWER_MS = 8_000;

/** Is told of one session. */
export interface Watcher {
  /** The session is as it says now, and why. */
  changed(message: PaperMessage & { kind: 'session' }): void;
  ticked(tick: ReplyOf<'live_tick'>): void;
  gameStarted(gameId: string): void;
}

/** The answer to a command; undefined when none came in time. */
export type Answer = PaperMessage | undefined;

/** A command less its `ref`, which the exchange gives it. */
export type Asked = PaperCommand extends infer C ? (C extends PaperCommand ? Omit<C, 'ref'> : never) : never;

export interface ExchangeParts {
  source: PaperSource;
  logger: Logger;
  /** Tells this gateway's commands from those of others. */
  instance: string;
  answerMs?: number;
}

/** Between this gateway's clients and the service that trades on paper. */
export class PaperExchange {
  readonly #parts: ExchangeParts;
  readonly #asked = new Map<string, (answer: Answer) => void>();
  readonly #watched = new Map<string, { session: PaperSession; watchers: Set<Watcher> }>();
  #count = 0;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Hears what the service tells, until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const message of this.#parts.source.messages({ signal })) this.#take(message);
  }

  /**
   * Sends a command. The answer is given in the same turn in which it is heard, so that whoever begins to watch then misses nothing.
   *
   * A command is never sent twice: without an answer it may have been carried out all the same.
   *
   * @returns the `ref` with which messages tell that they answer it.
   */
  ask(command: Asked, answered: (answer: Answer) => void): string {
    const ref = `${this.#parts.instance}:${++this.#count}`;
    const finish = (answer: Answer): void => {
      if (!this.#asked.delete(ref)) return;
      clearTimeout(patience);
      answered(answer);
    };
    const patience = setTimeout(() => finish(undefined), this.#parts.answerMs ?? ANSWER_MS);
    this.#asked.set(ref, finish);
    this.#parts.source.send({ ...command, ref }).catch((error: unknown) => {
      this.#parts.logger.warn({ err: error, ref }, 'a command did not reach paper trading');
      finish(undefined);
    });
    return ref;
  }

  /** Tells of a session, which is as given now, until the function returned is called. */
  watch(session: PaperSession, watcher: Watcher): () => void {
    const { session_id: id } = session;
    const known = this.#watched.get(id) ?? { session, watchers: new Set() };
    known.session = session;
    known.watchers.add(watcher);
    this.#watched.set(id, known);
    return () => {
      known.watchers.delete(watcher);
      if (known.watchers.size === 0) this.#watched.delete(id);
    };
  }

  /** An event of the log. */
  observe(event: Event): void {
    if (this.#watched.size === 0 || event.gameId === null) return;
    if (event.type === 'game.start') {
      for (const { watchers } of this.#watched.values())
        for (const watcher of watchers) watcher.gameStarted(event.gameId);
    } else if (event.type === 'game.tick' && event.data.backfilled === undefined && !event.data.rugged) {
      for (const { session, watchers } of this.#watched.values()) {
        const tick = tickOf(session, event);
        if (tick !== undefined) for (const watcher of watchers) watcher.ticked(tick);
      }
    }
  }

  #take(message: PaperMessage): void {
    if (message.kind === 'session') {
      const watched = this.#watched.get(message.session.session_id);
      if (watched !== undefined) {
        watched.session = message.session;
        for (const watcher of watched.watchers) watcher.changed(message);
      }
    }
    if (message.ref !== null) this.#asked.get(message.ref)?.(message);
  }
}

/** What a tick makes of a session; undefined when it has nothing open in this game. */
export function tickOf(
  session: PaperSession,
  { gameId, data }: EventOf<'game.tick'>,
): ReplyOf<'live_tick'> | undefined {
  const position = session.position?.game_id === gameId ? session.position : null;
  const bet = session.active_bet?.game_id === gameId ? session.active_bet : null;
  if (gameId === null || (position === null && bet === null)) return undefined;
  const profit =
    position === null ? decimal(0) : sellAt(data.price, position.qty).amount.minus(position.cost);
  return {
    type: 'live_tick',
    session_id: session.session_id,
    gameId,
    tick: data.tickCount,
    price: data.price,
    worth: decimal(session.wallet).plus(profit).toFixed(),
    unrealized_pnl: profit.toFixed(),
    bet_ticks_left: bet === null ? null : Math.max(0, bet.end_tick - data.tickCount),
  };
}

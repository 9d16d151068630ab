import type { PaperHappening, PaperSession, Reply, ReplyOf } from '@vectra/protocol';
import type { Ask, AskGateway, StrategyInput } from './connection.js';
import { GatewayError, isDisconnect } from './errors.js';
import { Inbox } from './inbox.js';
import { Listeners } from './listeners.js';

/** How long after a `join_live` that found paper trading away it is sent again. */
const REJOIN_MS = 2_000;

const KINDS = ['live_joined', 'live_tick', 'live_game_start', 'live_bet', 'live_game_end'] as const;
type Kind = (typeof KINDS)[number];
/** What a session is told, by type. */
export type PaperTold = { [K in Kind]: ReplyOf<K> };
export type PaperMessage = PaperTold[Kind];

/** What came of an order, and the session after it. */
export interface OrderResult {
  bet: PaperHappening;
  session: PaperSession;
}

/**
 * A session of paper trading that this connection is told of. After a lost connection it is joined again (`live_joined` with how it is
 * then); its iteration ends with `leave()` or `close()`, and throws a `GatewayError` when it can't be joined again.
 */
export class PaperTrading implements AsyncIterable<PaperMessage> {
  readonly id: string;
  readonly #ask: AskGateway;
  readonly #listeners = new Listeners<PaperTold>();
  readonly #inboxes = new Set<Inbox<PaperMessage>>();
  readonly #forget: () => void;
  #session: PaperSession;
  #end: { error: GatewayError | null } | undefined;

  constructor(ask: AskGateway, { session }: ReplyOf<'live_joined'>, forget: () => void) {
    this.id = session.session_id;
    this.#ask = ask;
    this.#session = session;
    this.#forget = forget;
  }

  /** As it was told last. */
  get session(): PaperSession {
    return this.#session;
  }

  on<K extends Kind>(name: K, listener: (value: PaperTold[K]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  /** Everything it is told from now on. */
  [Symbol.asyncIterator](): AsyncGenerator<PaperMessage, void, undefined> {
    const inbox = new Inbox<PaperMessage>(() => this.#inboxes.delete(inbox));
    if (this.#end === undefined) this.#inboxes.add(inbox);
    else inbox.end(this.#end.error);
    return inbox[Symbol.asyncIterator]();
  }

  /** Buys for so much SOL at the price of the newest tick. @throws GatewayError when it is refused. */
  buy(amount: string | number): Promise<OrderResult> {
    return this.#order({ side: 'buy', amount: String(amount) });
  }

  /** Sells a quantity; without one, all that is held. @throws GatewayError when it is refused. */
  sell(qty?: string | number): Promise<OrderResult> {
    return this.#order({ side: 'sell', ...(qty === undefined ? {} : { amount: String(qty) }) });
  }

  /** Bets so much SOL on a rug within 40 ticks. @throws GatewayError when it is refused. */
  sidebet(amount: string | number): Promise<OrderResult> {
    return this.#order({ side: 'sidebet', amount: String(amount) });
  }

  /** Stops the session's strategy; what is open is still settled. */
  async leave(): Promise<void> {
    this.#forget();
    try {
      await this.#ask({ action: 'leave_live', session_id: this.id }, ['live_left']);
    } finally {
      this.end(null);
    }
  }

  /** @internal */
  take(message: PaperMessage): void {
    if ('session' in message) this.#session = message.session;
    for (const inbox of this.#inboxes) inbox.push(message);
    this.#listeners.emit(message.type, message);
  }

  /** @internal Nothing is told any more. */
  end(error: GatewayError | null): void {
    this.#end ??= { error };
    for (const inbox of this.#inboxes) inbox.end(error);
  }

  async #order(order: Pick<Extract<Ask, { action: 'order' }>, 'side' | 'amount'>): Promise<OrderResult> {
    const { bet, session } = await this.#ask({ action: 'order', session_id: this.id, ...order }, [
      'live_bet',
    ]);
    if (bet.kind === 'refused') throw new GatewayError(bet.code, bet.message);
    return { bet, session };
  }
}

/** The sessions that a connection has joined. */
export class PaperSessions {
  readonly #ask: AskGateway;
  readonly #joined = new Map<string, PaperTrading>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: AskGateway) {
    this.#ask = ask;
  }

  async join(id: string, strategy?: StrategyInput): Promise<PaperTrading> {
    const given = strategy === undefined ? {} : { strategy };
    const command = { action: 'join_live', session_id: id, ...given } as Ask;
    let joined: PaperTrading | undefined;
    await this.#ask(command, ['live_joined'], (reply) => {
      joined = this.#joined.get(id) ?? new PaperTrading(this.#ask, reply, () => this.#joined.delete(id));
      this.#joined.set(id, joined);
    });
    if (joined === undefined) throw new TypeError('expected live_joined');
    return joined;
  }

  take(message: Reply): void {
    if (!isPaperMessage(message)) return;
    const id = 'session' in message ? message.session.session_id : message.session_id;
    this.#joined.get(id)?.take(message);
  }

  /** A new connection knows nothing of the sessions that were joined on the one before. */
  joinAgain(): void {
    clearTimeout(this.#retry);
    for (const trading of this.#joined.values()) void this.#joinAgain(trading);
  }

  end(): void {
    clearTimeout(this.#retry);
    for (const trading of this.#joined.values()) trading.end(null);
    this.#joined.clear();
  }

  async #joinAgain(trading: PaperTrading): Promise<void> {
    try {
      await this.#ask({ action: 'join_live', session_id: trading.id }, ['live_joined']);
    } catch (error) {
      // The next connection does it again.
      if (!(error instanceof GatewayError) || isDisconnect(error) || error.code === 'closed') return;
      if (error.code === 'unavailable') this.#retry = setTimeout(() => this.joinAgain(), REJOIN_MS);
      else {
        this.#joined.delete(trading.id);
        trading.end(error);
      }
    }
  }
}

function isPaperMessage(message: Reply): message is PaperMessage {
  return (KINDS as readonly string[]).includes(message.type);
}

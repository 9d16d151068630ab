import { GatewayError, type Connection, type PaperTrading, type SessionPage } from '@vectra/client';
import { getJson } from '../app/access.js';
import { createStore, type Store } from '../app/store.js';
import { nextLine, withOlder, withPage, type Known } from './history.js';

/** How often a session is looked up: what is pushed meanwhile is looked up at once. */
const LOOK_MS = 4_000;
/** Lines of a history that are loaded at a time. */
const LINES = 2_000;

/** What the page knows of a session. */
export interface Followed {
  known: Known | null;
  /** To give orders; null while this connection has not joined the session. */
  trading: PaperTrading | null;
  /** Why the gateway would not let this page join; null when it did, or was not asked. */
  refusal: string | null;
  /** Why the newest look-up failed; what is known is of before. */
  error: Error | null;
}

/**
 * Follows a session. Its history is read by line number, so that nothing is missed or told twice across lost connections; joining tells
 * at once that there is something to read, and is what orders need. A stopped session is not joined: that would start it again.
 */
export class Follower {
  readonly id: string;
  readonly store = createStore<Followed>({ known: null, trading: null, refusal: null, error: null });
  readonly #connections: Store<Connection | null>;
  #stops: (() => void)[] = [];
  #listeners: (() => void)[] = [];
  #timer: number | undefined;
  #isOver = false;
  #isLooking = false;
  #isAskedAgain = false;
  /** The connection that was asked to join, so that none is asked twice at a time. */
  #asked: Connection | null = null;
  /** Counts joins and stops, so that a look-up from before one does not undo it. */
  #turn = 0;

  constructor(id: string, connections: Store<Connection | null>) {
    this.id = id;
    this.#connections = connections;
  }

  /** @returns ends it. */
  start(): () => void {
    this.#isOver = false;
    this.#stops = [this.#connections.subscribe(() => this.#reconnected())];
    void this.look();
    return () => {
      this.#isOver = true;
      window.clearTimeout(this.#timer);
      for (const stop of [...this.#stops, ...this.#listeners]) stop();
      this.#asked = null;
      this.#tell({ trading: null });
    };
  }

  /** Looks the session up, now or when the look-up that runs is done. */
  async look(): Promise<void> {
    this.#isAskedAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    window.clearTimeout(this.#timer);
    while (this.#isAskedAgain && !this.#isOver) {
      this.#isAskedAgain = false;
      await this.#lookOnce();
    }
    this.#isLooking = false;
    if (!this.#isOver) this.#timer = window.setTimeout(() => void this.look(), LOOK_MS);
  }

  /** Loads lines that are older than those known. @throws RestError, or fetch's TypeError. */
  async older(): Promise<void> {
    const { known } = this.store.read();
    if (known === null || known.first === 0) return;
    const from = Math.max(0, known.first - LINES);
    const page = await this.#page({ from, limit: known.first - from });
    const now = this.store.read().known;
    if (now?.first === known.first) this.#tell({ known: withOlder(now, page) });
  }

  /** Starts a stopped session again. @throws GatewayError when it is refused. */
  async startAgain(): Promise<void> {
    const connection = this.#connections.read();
    if (connection === null) throw new GatewayError('disconnected', 'not connected to the gateway');
    await this.#join(connection);
  }

  /** Stops the session's strategy, for everybody. @throws GatewayError when it is refused. */
  async stop(): Promise<void> {
    const { trading } = this.store.read();
    this.#turn++;
    await trading?.leave();
    this.#left();
    await this.look();
  }

  async #lookOnce(): Promise<void> {
    const turn = this.#turn;
    try {
      const { known } = this.store.read();
      const from = nextLine(known);
      const page = await this.#page({ from, limit: LINES });
      if (turn !== this.#turn) {
        this.#isAskedAgain = true; // of before the last join or stop
        return;
      }
      this.#tell({ known: withPage(this.store.read().known, page), error: null });
      if (page.history.next !== null) this.#isAskedAgain = true;
      await this.#follow();
    } catch (error) {
      this.#tell({ error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** Joins what runs; lets go of what somebody else has stopped, so that a lost connection does not start it again. */
  async #follow(): Promise<void> {
    const { known, trading } = this.store.read();
    const connection = this.#connections.read();
    if (known?.session.is_active === false && trading !== null) {
      this.#left();
      await trading.leave().catch(() => undefined);
    } else if (known?.session.is_active === true && connection !== null && this.#asked !== connection) {
      await this.#join(connection).catch(() => undefined);
    }
  }

  async #join(connection: Connection): Promise<void> {
    this.#asked = connection;
    this.#turn++;
    try {
      const trading = await connection.joinLive(this.id);
      if (this.#isOver || this.#connections.read() !== connection) return;
      this.#tell({ trading, refusal: null });
      this.#take(trading);
      const hint = (): void => this.#take(trading);
      this.#listeners = [
        trading.on('live_bet', hint),
        trading.on('live_game_end', hint),
        trading.on('live_joined', hint),
      ];
    } catch (error) {
      const isRole =
        error instanceof GatewayError && (error.code === 'no_token' || error.code === 'not_allowed');
      if (isRole) this.#tell({ refusal: error.message });
      // Anything else is tried again with the next look-up.
      else if (this.#asked === connection) this.#asked = null;
      throw error;
    }
  }

  /** What was told, at once; its lines are read by number. */
  #take({ session }: PaperTrading): void {
    const { known } = this.store.read();
    if (known !== null) this.#tell({ known: { ...known, session } });
    void this.look();
  }

  #left(): void {
    for (const stop of this.#listeners) stop();
    this.#listeners = [];
    this.#asked = null;
    this.#tell({ trading: null });
  }

  #reconnected(): void {
    this.#left();
    this.#tell({ refusal: null });
    void this.look();
  }

  async #page({ from, limit }: { from: number | undefined; limit: number }): Promise<SessionPage> {
    const query = new URLSearchParams({
      limit: String(limit),
      ...(from === undefined ? {} : { from: String(from) }),
    });
    return getJson<SessionPage>(`/api/live/sessions/${encodeURIComponent(this.id)}?${query.toString()}`);
  }

  #tell(change: Partial<Followed>): void {
    this.store.set({ ...this.store.read(), ...change });
  }
}

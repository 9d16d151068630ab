import { observe as observeMarket, openTrading, type Market, type Order, type Trading } from '@vectra/game';
import {
  parsePosition,
  type Event,
  type PaperCommand,
  type PaperMessage,
  type Position,
  type Strategy,
} from '@vectra/protocol';
import { describeFailure } from '@vectra/service-kit';
import type { SessionChange, WaitingCommand } from '@vectra/stream';
import { MarketReader, type ReaderState } from '../market/reader.js';
import type { Behaviour } from '../session/behaviour.js';
import {
  advance,
  close,
  inGame,
  openSession,
  order,
  reopen,
  type Happening,
  type Session,
  type Step,
} from '../session/session.js';
import { summaryOf } from '../session/summary.js';
import { failing, type BehaviourOf } from './behaviours.js';
import { isSameButPrice, looksTheSame } from './changes.js';

/** A command that has waited for longer is not carried out: whoever sent it has given up. */
const PATIENCE_MS = 5_000;
/** What the reader needs is saved after so many events at the latest: a new owner reads those since then again. */
const REREAD_EVENTS = 10_000;

/** A session as it is saved. */
interface SavedSession {
  session: Session;
  /** Unix ms. */
  createdAt: number;
  /** How many lines its history has. */
  lines: number;
}

interface Kept extends SavedSession {
  behaviour: Behaviour;
  /** As it was last saved; undefined when it never was. */
  saved: Session | undefined;
  /** Since then. */
  happenings: Happening[];
  /** Something of it was told already. */
  told: boolean;
}

/** What the reader of a slot needs to go on: how it was after an event. */
export interface SavedReader {
  position: Position;
  reader: ReaderState;
  game: Trading['game'];
  /** When the newest event of a game was received, Unix ms of the feed. */
  heardAt: number;
}

export interface BookOptions {
  behaviourOf: BehaviourOf;
  /** A price that is older, in ms, when it is heard of is not traded at. */
  maxLagMs: number;
}

/** Sessions that placed bets, one entry a bet. */
export interface Placed {
  /** On what; undefined for an order. */
  event?: Event;
  sessions: string[];
}

/** What is to be saved of a slot: see `PaperChange`. */
export interface Changes {
  position: Position | undefined;
  command: string;
  reader: string | undefined;
  sessions: SessionChange[];
  messages: PaperMessage[];
}

/**
 * The sessions of one slot, and what they know of the game. No clock and no I/O: what comes in, in its order, decides what goes out.
 */
export class SlotBook {
  readonly #options: BookOptions;
  readonly #sessions = new Map<string, Kept>();
  #reader = new MarketReader();
  /** A session that does nothing: its game is that of all the others. */
  #watched: Trading = openTrading('0');
  #position: Position | undefined;
  #command = '0-0';
  /** When the newest event of a game was received, Unix ms of the feed. */
  #heardAt = 0;
  /** Events since what the reader needs was last saved; above the limit before it ever was. */
  #unsaved = Infinity;
  #messages: PaperMessage[] = [];

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /** The newest event that was processed. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** The id of the newest command that was taken. */
  get command(): string {
    return this.#command;
  }

  get size(): number {
    return this.#sessions.size;
  }

  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /**
   * Goes on where it was saved.
   *
   * @param reread the events after those that `reader` knows, up to the position that was saved.
   */
  async restore(
    saved: { position: Position | undefined; command: string; states: ReadonlyMap<string, string> },
    reader: SavedReader | undefined,
    reread: readonly Event[],
  ): Promise<void> {
    this.#reader = new MarketReader(reader?.reader);
    this.#watched = { ...this.#watched, game: reader?.game ?? null };
    this.#heardAt = reader?.heardAt ?? 0;
    for (const event of reread) this.#read(event);
    this.#reach(reread);
    this.#position = saved.position ?? this.#position;
    this.#command = saved.command;
    for (const [id, text] of saved.states) {
      const { session, ...rest } = JSON.parse(text) as SavedSession;
      const behaviour = await this.#options.behaviourOf(session.strategy).catch(failing);
      // Where the price was when it was saved is of no account.
      const now = inGame(session, this.#watched.game);
      this.#sessions.set(id, { ...rest, session: now, behaviour, saved: now, happenings: [], told: false });
    }
  }

  /** Every session goes on. `now`: Unix ms. @returns the bets that were placed, by the event. */
  observe(events: readonly Event[], now: number): Placed[] {
    const placed: Placed[] = [];
    for (const event of events) {
      const market = this.#read(event);
      if (market === undefined) continue;
      const { prices, recentGames } = this.#reader;
      const tradable = now - event.timestamp <= this.#options.maxLagMs;
      const sessions: string[] = [];
      for (const [id, kept] of this.#sessions) {
        const { behaviour } = kept;
        const step = advance(kept.session, market, { behaviour, prices, recentGames, tradable });
        for (let bets = follow(kept, step); bets > 0; bets--) sessions.push(id);
      }
      if (sessions.length > 0) placed.push({ event, sessions });
    }
    this.#reach(events);
    return placed;
  }

  /**
   * Carries out commands, in their order. `now`: Unix ms of Redis, whose clock tells when each was sent.
   *
   * @param room how many sessions may be made.
   * @returns the bets that were placed.
   */
  async carryOut(
    waiting: readonly WaitingCommand[],
    { now, room }: { now: number; room: number },
  ): Promise<Placed> {
    const sessions: string[] = [];
    let left = room;
    for (const { id, sentAt, command } of waiting) {
      this.#command = id;
      if (command === null) continue;
      const isLate = now - sentAt > PATIENCE_MS;
      if (isLate)
        this.#refuse(command, 'too_late', `it waited for ${now - sentAt} ms, ${PATIENCE_MS} at most`);
      else if (command.kind === 'open') left -= (await this.#open(command, sentAt, left)) ? 1 : 0;
      else for (let bets = this.#change(command, now); bets > 0; bets--) sessions.push(command.session);
    }
    return { sessions };
  }

  /** What has changed since this was last called. */
  take(): Changes {
    const sessions: SessionChange[] = [];
    const messages = this.#messages.splice(0);
    for (const [id, kept] of this.#sessions) {
      const { session, saved, happenings, told, createdAt } = kept;
      if (saved !== undefined && happenings.length === 0 && isSameButPrice(saved, session)) continue;
      const looks = saved === undefined || happenings.length > 0 || !looksTheSame(saved, session);
      const summary = looks ? this.#summary(kept) : undefined;
      if (summary !== undefined && !told)
        messages.push({ kind: 'session', session: summary, happenings: [...happenings], ref: null });
      const state: SavedSession = { session, createdAt, lines: kept.lines };
      sessions.push({ id, state: JSON.stringify(state), session: summary, lines: happenings });
      Object.assign(kept, { saved: session, happenings: [], told: false });
    }
    return {
      position: this.#position,
      command: this.#command,
      reader: this.#takeReader(),
      sessions,
      messages,
    };
  }

  #read(event: Event): Market | undefined {
    this.#unsaved++;
    if (event.gameId !== null) this.#heardAt = event.timestamp;
    const market = this.#reader.read(event);
    if (market === undefined) return undefined;
    if (market.kind === 'rug' || market.kind === 'lost') this.#unsaved = Infinity;
    this.#watched = observeMarket(this.#watched, market).state;
    return market;
  }

  #reach(events: readonly Event[]): void {
    const newest = events.at(-1);
    const position = newest === undefined ? this.#position : parsePosition(newest.id);
    // What was before it cannot be read again.
    if (position?.epoch !== this.#position?.epoch) this.#unsaved = Infinity;
    this.#position = position;
  }

  #takeReader(): string | undefined {
    const position = this.#position;
    if (position === undefined || this.#unsaved < REREAD_EVENTS) return undefined;
    this.#unsaved = 0;
    const saved: SavedReader = {
      ...{ position, reader: this.#reader.state, game: this.#watched.game, heardAt: this.#heardAt },
    };
    return JSON.stringify(saved);
  }

  /** @returns whether a session was made. */
  async #open(command: PaperCommand & { kind: 'open' }, at: number, room: number): Promise<boolean> {
    const known = this.#sessions.get(command.session);
    if (known !== undefined) {
      // What has failed is made anew.
      if (known.session.error !== null)
        known.behaviour = await this.#behaviour(known.session.strategy).catch(failing);
      follow(known, { session: reopen(known.session), happenings: [] });
      this.#tell(known, [], { ref: command.ref, created: false });
      return false;
    }
    const { strategy, session: id } = command;
    if (strategy === undefined) {
      this.#refuse(command, 'no_session', `there is no session ${id}, and no strategy to make it with`);
      return false;
    }
    if (room < 1) {
      this.#refuse(command, 'too_many_sessions', 'there are as many sessions as PAPER_MAX_SESSIONS allows');
      return false;
    }
    try {
      const behaviour = await this.#behaviour(strategy);
      const session = inGame(openSession(id, strategy), this.#watched.game);
      const kept: Kept = {
        ...{ session, behaviour, createdAt: at, lines: 0 },
        saved: undefined,
        happenings: [],
        told: false,
      };
      this.#sessions.set(id, kept);
      this.#tell(kept, [], { ref: command.ref, created: true });
      return true;
    } catch (error) {
      this.#refuse(command, 'bad_plugin', describeFailure(error));
      return false;
    }
  }

  #behaviour(strategy: Strategy): Promise<Behaviour> {
    return this.#options.behaviourOf(strategy);
  }

  /** @returns how many bets were placed. */
  #change(command: PaperCommand & { kind: 'close' | 'order' }, now: number): number {
    const kept = this.#sessions.get(command.session);
    if (kept === undefined) {
      this.#refuse(command, 'no_session', `there is no session ${command.session}`);
      return 0;
    }
    const step =
      command.kind === 'close'
        ? { session: close(kept.session), happenings: [] }
        : this.#order(kept.session, command.order, now);
    const bets = follow(kept, step);
    this.#tell(kept, step.happenings, { ref: command.ref });
    return bets;
  }

  #order(session: Session, given: Order, now: number): Step {
    const age = now - this.#heardAt;
    if (this.#watched.game === null || age <= this.#options.maxLagMs) return order(session, given);
    const message = `the newest that is known of the game is ${age} ms old, PAPER_MAX_LAG_MS is ${this.#options.maxLagMs}`;
    return { session, happenings: [{ kind: 'refused', order: given, code: 'stale', message }] };
  }

  #tell(kept: Kept, happenings: Happening[], answer: { ref: string; created?: boolean }): void {
    kept.told = true;
    this.#messages.push({ kind: 'session', session: this.#summary(kept), happenings, ...answer });
  }

  #refuse(
    { session, ref }: PaperCommand,
    code: (PaperMessage & { kind: 'refused' })['code'],
    message: string,
  ): void {
    this.#messages.push({ kind: 'refused', session, ref, code, message });
  }

  #summary({ session, createdAt, lines }: Kept) {
    return summaryOf(session, { createdAt, historyLength: lines });
  }
}

/** @returns how many bets were placed. */
function follow(kept: Kept, { session, happenings }: Step): number {
  kept.session = session;
  if (happenings.length === 0) return 0;
  kept.happenings.push(...happenings);
  kept.lines += happenings.length;
  return happenings.filter(({ kind }) => kind === 'bought' || kind === 'sidebet').length;
}

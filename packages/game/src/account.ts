import type { Decimal } from 'decimal.js';
import { bought, decimal, NO_POSITION, sold, soldAtRug, type Amount, type Position } from './position.js';

/** The server computes in doubles and cuts to nine decimals; a difference beyond this is none of rounding. */
const TOLERANCE = '0.000001';
/**
 * A statement and the trades it includes come within this many of the account's events of each other, one of which comes with every
 * frame of the game: 5 s of play, 2 s of a countdown. They leave one server and go through one connection, so that it is
 * milliseconds in truth.
 */
const GRACE = 20;
/** Of so many actions it is tried which a statement includes: 256 readings. More never stay open, since each action has its statement. */
const FREE_ACTIONS = 8;
const REMEMBERED_IDS = 1_000;

/** What the server states of an account. */
export interface AccountFigures {
  cash: Amount;
  /** Bonus money, which pays for trades and bets as well; null for none. */
  bonusBalance: Amount | null;
  positionQty: Amount;
  avgCost: Amount;
}

/** What an account has done or got, as it was told of. */
export type AccountAction =
  | {
      kind: 'buy' | 'sell';
      id: string;
      gameId: string;
      tick: number;
      price: Amount;
      qty: Amount;
      amount: Amount;
    }
  /** A sidebet placed, or what one that was won returned, stake included. */
  | { kind: 'stake' | 'payout'; id: string; amount: Amount };

/** The rug of a game. */
export interface Rug {
  gameId: string;
  rugTick: number;
  rugPrice: Amount;
}

export type AccountField = 'cash' | 'positionQty' | 'avgCost';

/** A figure that is not what the account's trades make it. Decimal strings. */
export interface Difference {
  field: AccountField;
  local: string;
  server: string;
}

/** An account as reckoned. */
export interface AccountState {
  /**
   * Cash and bonus money together: what a trade takes from one or the other, and what is converted, is the server's to say, but
   * not their sum.
   */
  readonly money: Decimal;
  readonly position: Position;
}

type Action = AccountAction | ({ kind: 'rug' } & Rug);

/** An action that the base may lack. */
interface Entry {
  action: Action;
  /** When it was told, in events; of a rug, when the account had moved on from its game: null until then. */
  since: number | null;
  /** The base lacks it. Otherwise the base may have it. */
  certain: boolean;
}

interface Statement {
  figures: AccountFigures;
  at: number;
}

/** One way to understand a statement: the account after some of the actions, and those it leaves out. */
interface Reading {
  state: AccountState;
  rest: Entry[];
}

/** The account as the server states it. */
export function accountStated({ cash, bonusBalance, positionQty, avgCost }: AccountFigures): AccountState {
  return {
    money: decimal(cash).plus(bonusBalance ?? 0),
    position: { ...NO_POSITION, qty: decimal(positionQty), avgCost: decimal(avgCost) },
  };
}

/** The account after an action; undefined when it can't be: more is sold than is held. */
export function accountAfter({ money, position }: AccountState, action: Action): AccountState | undefined {
  switch (action.kind) {
    case 'stake':
      return { money: money.minus(action.amount), position };
    case 'payout':
      return { money: money.plus(action.amount), position };
    case 'buy': {
      const fill = fillOf(action);
      return { money: money.minus(fill.amount), position: bought(position, fill) };
    }
    case 'sell': {
      const fill = fillOf(action);
      if (fill.qty.minus(position.qty).gt(TOLERANCE)) return undefined;
      const qty = fill.qty.gt(position.qty) ? position.qty : fill.qty;
      return { money: money.plus(fill.amount), position: sold(position, { ...fill, qty }) };
    }
    case 'rug': {
      const rest = soldAtRug(position, action.rugPrice);
      return { money: money.plus(rest.fill.amount), position: rest.position };
    }
  }
}

/** The figures in which the server's account and the reckoned one differ by more than 0.000001. */
export function accountDifferences({ money, position }: AccountState, figures: AccountFigures): Difference[] {
  const reckoned: [AccountField, Decimal][] = [
    ['cash', money.minus(figures.bonusBalance ?? 0)],
    ['positionQty', position.qty],
    ['avgCost', position.avgCost],
  ];
  return reckoned.flatMap(([field, local]) => {
    const server = decimal(figures[field]);
    return local.minus(server).abs().gt(TOLERANCE)
      ? [{ field, local: local.toFixed(), server: server.toFixed() }]
      : [];
  });
}

/**
 * Reckons an account's cash, position and average cost from its own trades and sidebets, and compares them with what the server
 * states. Pure: time is the count of what it is told.
 *
 * The base is the last statement that was understood. A statement may come before or after the actions that led to it. So it is
 * understood when the base and some of the actions told since give it, in the order in which they were told: those it
 * leaves out are still to come in a later one, and it waits for 20 further events in case it is ahead of what was told. An action
 * told more than 20 events before a statement must be in it. A statement that is not understood by then differs: that is reported
 * once, by the reading that fits best, and the server's word is the base again. If a later statement is understood before, the
 * server has taken back what differed: that is reported once as well, and the later one is the base.
 *
 * Of a base that was not understood (the first, one after `forget`, one reported) it is not known which of the actions told
 * within 20 events of it it includes: each of those may be in the next statement or not, and is dropped after that.
 */
export class Ledger {
  /** What is told is counted. */
  #clock = 0;
  #base: AccountState | undefined;
  #uncertainUntil = 0;
  /** In the order they were told. */
  #entries: Entry[] = [];
  /** Statements not understood yet, oldest first. */
  #waiting: Statement[] = [];
  readonly #told = new Set<string>();
  /** The game of the last trade. */
  #game: string | undefined;
  #rug: Rug | undefined;
  /** The game at whose rug a statement has the account sold. */
  #soldIn: string | undefined;

  /** The account did something. Told again (same id), it counts once. */
  act(action: AccountAction): Difference[] {
    this.#clock++;
    if (this.#isToldAgain(action.id)) return this.#settle();
    const place = this.#placeOf(action);
    const sale = this.#isSaleAtRug(action);
    if (action.kind === 'buy' || action.kind === 'sell') {
      this.#game = action.gameId;
      this.#movesTo(action.gameId);
    }
    const isRugToCome = place < this.#entries.length;
    // A statement has told of it already.
    if (sale && !isRugToCome && this.#soldIn === this.#rug?.gameId) return this.#settle();
    const entry = { action, since: this.#clock, certain: this.#clock > this.#uncertainUntil };
    this.#entries.splice(place, sale && isRugToCome ? 1 : 0, entry);
    if (sale) this.#rug = undefined;
    return this.#settle();
  }

  /**
   * A game has ended: whatever the account held is sold at the rug's price. The account is told of that as of a sale of its own,
   * which may come before, after or never; it is done once.
   */
  rug(rug: Rug): Difference[] {
    if (this.#game !== undefined && this.#game !== rug.gameId) return []; // it holds a later game's
    if (this.#rug?.gameId === rug.gameId) return [];
    this.#rug = rug;
    this.#entries.push({
      action: { kind: 'rug', ...rug },
      since: null,
      certain: this.#game === rug.gameId,
    });
    return this.#settle();
  }

  /** The server states the account, be it once more. */
  state(figures: AccountFigures): Difference[] {
    this.#clock++;
    this.#waiting.push({ figures, at: this.#clock });
    return this.#settle();
  }

  /** Something else that only the account is told, in whose game (null: not known). It comes with each frame of the game. */
  pass(gameId: string | null): Difference[] {
    this.#clock++;
    if (gameId !== null) this.#movesTo(gameId);
    return this.#settle();
  }

  /** Something may have happened to the account untold: the server's next statement is taken as it is. */
  forget(): void {
    this.#base = undefined;
    this.#waiting = [];
    this.#game = undefined;
    for (const entry of this.#entries) entry.certain = false;
  }

  /** The account is in this game: it has come past the rug of any other. */
  #movesTo(gameId: string): void {
    for (const entry of this.#entries) {
      const { action, since } = entry;
      if (action.kind === 'rug' && since === null && gameId !== action.gameId) entry.since = this.#clock;
    }
  }

  #settle(): Difference[] {
    const found: Difference[] = [];
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const understood = this.#firstUnderstood();
      const late = this.#clock - next.at >= GRACE;
      if (this.#base !== undefined && understood === undefined && !late) break;
      if (understood === undefined) {
        found.push(...this.#nearest(next));
        this.#waiting.shift();
        this.#begin(next);
      } else {
        // All that it passes over have one cause.
        if (understood.statement !== next) found.push(...this.#nearest(next));
        this.#waiting.splice(0, this.#waiting.indexOf(understood.statement) + 1);
        this.#continue(understood.statement, understood.reading);
      }
    }
    return found;
  }

  #firstUnderstood(): { statement: Statement; reading: Reading } | undefined {
    for (const statement of this.#waiting) {
      for (const reading of this.#readings(statement.at)) {
        if (accountDifferences(reading.state, statement.figures).length === 0) return { statement, reading };
      }
    }
    return undefined;
  }

  /** The differences of the reading with the fewest; of equal ones, that which includes just what was told before. */
  #nearest({ figures, at }: Statement): Difference[] {
    if (this.#base === undefined) return [];
    const before = this.#entries.filter((entry) => isDue(entry) && entry.since <= at);
    const states = [after(this.#base, before) ?? this.#base];
    for (const { state } of this.#readings(at)) states.push(state);
    const differences = states.map((state) => accountDifferences(state, figures));
    return differences.reduce((best, one) => (one.length < best.length ? one : best));
  }

  /** A statement was understood: it is the base, in the server's own figures, so that rounding does not add up. */
  #continue({ figures, at }: Statement, { rest }: Reading): void {
    this.#base = accountStated(figures);
    for (const entry of this.#entries)
      if (entry.action.kind === 'rug' && !rest.includes(entry)) this.#soldIn = entry.action.gameId;
    this.#entries = rest.filter((entry) => entry.certain || !isOld(entry, at));
  }

  /** A statement is taken as it is. */
  #begin({ figures, at }: Statement): void {
    this.#base = accountStated(figures);
    this.#uncertainUntil = at + GRACE;
    this.#entries = this.#entries.filter((entry) => !isOld(entry, at));
    for (const entry of this.#entries) entry.certain = false;
  }

  /**
   * Every way to understand a statement made at that time; those that include more of what the base lacks for certain, and
   * less of what it may have, come first. A rug may have been told by another connection, ahead of the account's own: as long
   * as the account has not moved on from that game, it counts as what the base may have.
   */
  *#readings(at: number): Generator<Reading> {
    if (this.#base === undefined) return;
    const open = this.#entries.filter((entry) => !(entry.certain && isOld(entry, at)));
    const certain = open.filter(isDue).slice(-FREE_ACTIONS);
    const uncertain = open.filter((entry) => !isDue(entry));
    const room = FREE_ACTIONS - certain.length;
    const free = [...certain, ...uncertain.slice(Math.max(0, uncertain.length - room))];
    const closed = new Set(this.#entries.filter((entry) => isDue(entry) && !free.includes(entry)));
    // From all of what is certain to none of it, and from none of the rest to all of it.
    const first = (2 ** certain.length - 1) << (free.length - certain.length);
    for (let step = 0; step < 2 ** free.length; step++) {
      const chosen = new Set(free.filter((_, rank) => ((step ^ first) >> (free.length - 1 - rank)) & 1));
      const state = after(
        this.#base,
        this.#entries.filter((entry) => closed.has(entry) || chosen.has(entry)),
      );
      const rest = this.#entries.filter((entry) => !closed.has(entry) && !chosen.has(entry));
      if (state !== undefined) yield { state, rest };
    }
  }

  /** Whether this is what `rug` told of. */
  #isSaleAtRug(action: AccountAction): boolean {
    if (action.kind !== 'sell' || action.gameId !== this.#rug?.gameId) return false;
    return action.tick >= this.#rug.rugTick || decimal(action.price).eq(this.#rug.rugPrice);
  }

  /** A trade comes before the rug of its game, even if it is told later. */
  #placeOf(action: AccountAction): number {
    if (action.kind !== 'buy' && action.kind !== 'sell') return this.#entries.length;
    const place = this.#entries.findIndex(
      (entry) => entry.action.kind === 'rug' && entry.action.gameId === action.gameId,
    );
    return place === -1 ? this.#entries.length : place;
  }

  #isToldAgain(id: string): boolean {
    if (this.#told.has(id)) return true;
    this.#told.add(id);
    const [oldest] = this.#told;
    if (this.#told.size > REMEMBERED_IDS && oldest !== undefined) this.#told.delete(oldest);
    return false;
  }
}

/** Whether the base lacks it for certain, and the account has come to it. */
function isDue(entry: Entry): entry is Entry & { since: number } {
  return entry.certain && entry.since !== null;
}

function isOld({ since }: Entry, at: number): boolean {
  return since !== null && since <= at - GRACE;
}

function after(base: AccountState, entries: readonly Entry[]): AccountState | undefined {
  let state: AccountState | undefined = base;
  for (const { action } of entries) if (state !== undefined) state = accountAfter(state, action);
  return state;
}

function fillOf({ price, qty, amount }: { price: Amount; qty: Amount; amount: Amount }) {
  return { price: decimal(price), qty: decimal(qty), amount: decimal(amount) };
}

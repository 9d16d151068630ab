import {
  parsePosition,
  sessionName,
  type Event,
  type EventData,
  type EventOf,
  type SessionAction,
} from '@vectra/protocol';
import { isDatable } from '../book.js';
import { actOf, isAction, isSame, rugged, type Act, type ActionEvent } from './actions.js';
import { agrees, effectOf } from './reckoning.js';
import { NO_SESSIONS, type Session, type SessionsState } from './state.js';

/**
 * A file holds this many actions, some 300 bytes each: it is rewritten with each, and a segment of the journal carries it. A
 * session that goes on longer goes on in another file.
 */
export const ACTIONS_A_PART = 1_000;
const NAMES_KEPT = 64;
/** Two seconds. */
const PRICES_KEPT = 8;

/** These say that the connection is not there any more, or is being made anew. */
const ENDS: ReadonlySet<string> = new Set(['connecting', 'reconnecting', 'disconnected']);

type End = NonNullable<Session['reason']>;
type AccountEvent = EventOf<'player.identity'> | EventOf<'player.update'> | EventOf<'player.leaderboard'>;

/**
 * The logged-in account's sessions, folded from the log's events. Pure: equal events give equal sessions, and a book made from
 * another one's `state` goes on exactly like it.
 *
 * A session begins with the first word that only a logged-in connection is told, and ends when that connection does, when the
 * account logs out or is another one, or when events of the log are missing, since what the account did meanwhile is not known.
 * A recorder that stops ends none: the log tells the next one what became of it.
 */
export class SessionBook {
  #state: SessionsState;
  #ended: Session[] = [];

  constructor(state: SessionsState = NO_SESSIONS) {
    this.#state = state;
  }

  get state(): SessionsState {
    return this.#state;
  }

  /** Takes in one event; answers with the sessions, as they are now, that have changed by it and have a name. */
  apply(event: Event): Session[] {
    return isDatable(event.timestamp) ? this.#changedBy(() => this.#apply(event)) : [];
  }

  /** Takes in an event that belongs before those taken in: an action of the session that is open is put where it belongs. */
  applyLate(event: Event): Session[] {
    const { session, account } = this.#state;
    if (session === null || !isAction(event) || !isDatable(event.timestamp)) return [];
    if (!isOf(event, account?.playerId) || !isAfter(event.id, session.id)) return [];
    const { row } = actOf(event, this.#state);
    if (session.actions.some((known) => isSame(known, row))) return [];
    const later = session.actions.findIndex(({ id }) => isAfter(id, row.id));
    const actions = session.actions.toSpliced(later === -1 ? session.actions.length : later, 0, row);
    return this.#changedBy(() => this.#update({ actions }));
  }

  /** Events of the log are missing here. */
  lose(): Session[] {
    return this.#changedBy(() => this.#gap());
  }

  #changedBy(change: () => void): Session[] {
    const before = this.#state.session;
    this.#ended = [];
    change();
    const now = this.#state.session;
    const changed = now !== null && now !== before && now.name !== null ? [now] : [];
    return [...this.#ended, ...changed];
  }

  #apply(event: Event): void {
    const { session } = this.#state;
    if (session !== null && epochOf(session.id) !== epochOf(event.id)) this.#gap();
    if (isAction(event)) this.#maybeAct(event);
    else if (event.type === 'game.tick') this.#priced(event);
    else if (event.type === 'game.end') this.#rugged(event);
    else if (event.type === 'connection.status') this.#connection(event);
    else if (event.type === 'player.drift') this.#drift();
    else if (isAccount(event)) this.#hear(event);
  }

  /** The account's page may be a little ahead of the connection that tells the prices, or behind it. */
  #priced({ gameId, data }: EventOf<'game.tick'>): void {
    if (gameId === null) return;
    const { tickCount: tick, price } = data;
    const { prices, session } = this.#state;
    this.#set({ prices: [...prices.slice(1 - PRICES_KEPT), { gameId, tick, price }] });
    const lacks = (row: SessionAction): boolean =>
      row.price === null && row.game_id === gameId && row.tick === tick;
    if (session?.actions.slice(-PRICES_KEPT).some(lacks) !== true) return;
    this.#update({ actions: session.actions.map((row) => (lacks(row) ? { ...row, price } : row)) });
  }

  #rugged({ gameId, data }: EventOf<'game.end'>): void {
    if (gameId === null || data.rugTick === null) return;
    const rug = { gameId, tick: data.rugTick };
    const { session, unsettled } = this.#state;
    const ended = unsettled && ruggedIn(unsettled, rug);
    if (ended !== null && ended !== unsettled) this.#ended.push(ended);
    this.#set({ rug, session: session && ruggedIn(session, rug), unsettled: null });
  }

  #connection({ timestamp, data }: EventOf<'connection.status'>): void {
    const { session, heardAt } = this.#state;
    if (session?.connection !== data.source || !ENDS.has(data.status)) return;
    // One that is made anew was lost at a time that nobody told.
    this.#end('disconnected', data.status === 'disconnected' ? timestamp : heardAt);
  }

  /** What only a logged-in connection is told. */
  #hear(event: AccountEvent): void {
    if (event.type === 'player.identity') this.#identify(event);
    else {
      const playerId = playerIn(event.data);
      if (playerId !== undefined) this.#isOf(playerId, event.timestamp);
    }
    if (this.#open(event) && event.type === 'player.update') this.#stated(event.data);
  }

  #identify({ timestamp, data }: EventOf<'player.identity'>): void {
    const { playerId, username } = data;
    if (playerId === null) {
      this.#end('logged_out', timestamp);
      this.#set({ account: null, stated: null, reckoned: null, before: null });
      return;
    }
    this.#isOf(playerId, timestamp);
    this.#isCalled(username);
  }

  /** Another account has nothing to do with what was before. */
  #isOf(playerId: string, timestamp: number): void {
    if (this.#state.account?.playerId === playerId) return;
    this.#end('other_account', timestamp);
    const account = { playerId, username: null, called: false };
    this.#set({ account, stated: null, reckoned: null, before: null });
  }

  /** A session is named as soon as it is said what its account is called, be it nothing. */
  #isCalled(username: string | null): void {
    const { account, session } = this.#state;
    if (account === null) return;
    this.#set({ account: { ...account, username, called: true } });
    if (session === null || (session.name !== null && session.username === username)) return;
    this.#update({ username });
    this.#name();
  }

  /** Returns false when it is not known whose session it would be. */
  #open({ id, timestamp, source }: Pick<Event, 'id' | 'timestamp' | 'source'>): boolean {
    const { account, session, stated } = this.#state;
    if (account === null) return false;
    this.#set({ heardAt: timestamp });
    if (session !== null) return true;
    const connection = source === 'authenticated' ? 'chrome' : 'public';
    const balance = stated?.cash ?? null;
    this.#begin({ id, part: 1, connection, startedAt: timestamp, startBalance: balance });
    if (account.called) this.#name();
    return true;
  }

  #begin(how: Pick<Session, 'id' | 'part' | 'connection' | 'startedAt' | 'startBalance'>): void {
    const { account } = this.#state;
    if (account === null) return;
    const session: Session = {
      ...how,
      playerId: account.playerId,
      username: account.username,
      name: null,
      endedAt: null,
      reason: null,
      endBalance: how.startBalance,
      stated: false,
      drifts: 0,
      actions: [],
      pending: [],
    };
    this.#set({ session });
  }

  #stated({ cash, bonusBalance, positionQty, avgCost }: EventData<'player.update'>): void {
    const { session, reckoned, stated } = this.#state;
    if (session === null) return;
    const figures = { cash, bonusBalance, positionQty, avgCost };
    const pending = new Set(session.pending);
    const shown = { balance_after: cash, position_qty_after: positionQty };
    this.#set({
      stated: figures,
      reckoned: figures,
      // It may be ahead of the action that explains it.
      before: pending.size === 0 ? (reckoned ?? stated) : null,
    });
    this.#update({
      endBalance: cash,
      startBalance: session.stated || session.actions.length > 0 ? session.startBalance : cash,
      stated: true,
      actions:
        pending.size === 0
          ? session.actions
          : session.actions.map((row) => (pending.has(row.id) ? { ...row, ...shown } : row)),
      pending: [],
    });
  }

  #drift(): void {
    const { session } = this.#state;
    if (session !== null) this.#update({ drifts: session.drifts + 1 });
  }

  #maybeAct(event: ActionEvent): void {
    const stated = event.type !== 'player.trade' && event.data.own;
    if (stated) this.#isOf(event.data.playerId, event.timestamp);
    if (!isOf(event, this.#state.account?.playerId)) return;
    // After a reconnect a trade may be the first word: what was stated before is not stated again.
    if (stated || event.source === 'authenticated') this.#open(event);
    // At its first action at the latest a session has a name: what it is called may have been said before anybody listened.
    if (this.#state.account?.called === false) this.#isCalled(event.data.username);
    const { session } = this.#state;
    if (session === null) return;
    const act = actOf(event, this.#state);
    if (session.actions.some((known) => isSame(known, act.row))) return;
    this.#makeRoom(event);
    this.#act(act);
  }

  #act({ row, reckonable }: Act): void {
    const { session, stated, reckoned, before } = this.#state;
    if (session === null) return;
    const ahead = before === null || reckonable === undefined ? undefined : effectOf(reckonable, before);
    if (stated !== null && ahead !== undefined && agrees(ahead.after, stated)) {
      const { cash: balance_after, positionQty: position_qty_after } = stated;
      this.#set({ before: null });
      this.#add({ ...row, ...soldBy(ahead.sold), balance_after, position_qty_after }, false);
      return;
    }
    const effect = reckoned === null || reckonable === undefined ? undefined : effectOf(reckonable, reckoned);
    // What is in another coin leaves the money as it is.
    if (row.coin === null) this.#set({ reckoned: effect?.after ?? null });
    this.#add({ ...row, ...soldBy(effect?.sold ?? null) }, true);
  }

  #add(row: SessionAction, pending: boolean): void {
    const { session } = this.#state;
    if (session === null) return;
    this.#update({
      actions: [...session.actions, row],
      ...(pending ? { pending: [...session.pending, row.id] } : {}),
    });
  }

  /** A full part is ended, once the server has shown what came of its actions, or does not. */
  #makeRoom({ id, timestamp }: ActionEvent): void {
    const { session } = this.#state;
    if (session === null) return;
    const room = session.pending.length === 0 ? ACTIONS_A_PART : 2 * ACTIONS_A_PART;
    if (session.actions.length < room) return;
    const { id: first, part, connection, endBalance: startBalance } = session;
    this.#end('continued', timestamp);
    this.#begin({ id: first, part: part + 1, connection, startedAt: timestamp, startBalance });
    this.#name(parsePosition(id)?.seq);
  }

  #gap(): void {
    this.#end('gap', this.#state.heardAt);
    this.#set({ stated: null, reckoned: null, before: null });
  }

  #end(reason: End, at: number): void {
    if (this.#state.session === null) return;
    this.#name();
    const { session, rug } = this.#state;
    const ended = { ...session, reason, endedAt: Math.max(session.startedAt, at) };
    this.#ended.push(ended);
    const isOver = rug?.gameId === ended.actions.at(-1)?.game_id;
    this.#set({ session: null, unsettled: isOver ? null : ended });
  }

  /** Gives the session its name, which it keeps. `seq` tells it from others that began in the same second. */
  #name(seq?: number): void {
    const { session, names } = this.#state;
    if (session?.name !== null) return;
    const other = seq ?? parsePosition(session.id)?.seq ?? 0;
    let name = sessionName(session.startedAt, session.playerId, session.username);
    while (names.includes(name.toLowerCase())) name = `${name}-${other}`;
    this.#update({ name });
    this.#set({ names: [...names, name.toLowerCase()].slice(-NAMES_KEPT) });
  }

  #update(change: Partial<Session>): void {
    const { session } = this.#state;
    if (session !== null) this.#set({ session: { ...session, ...change } });
  }

  #set(change: Partial<SessionsState>): void {
    this.#state = { ...this.#state, ...change };
  }
}

/** The same session when none of its sales was forced by the rug. */
function ruggedIn(session: Session, rug: SessionsState['rug']): Session {
  const actions = session.actions.map((row) => rugged(row, rug));
  return actions.some((row, index) => row !== session.actions[index]) ? { ...session, actions } : session;
}

function soldBy(sold: { entryPrice: string; pnl: string } | null): Partial<SessionAction> {
  return sold === null ? {} : { entry_price: sold.entryPrice, pnl: sold.pnl };
}

function isAccount(event: Event): event is AccountEvent {
  const { type } = event;
  return type === 'player.identity' || type === 'player.update' || type === 'player.leaderboard';
}

function isOf({ data }: ActionEvent, playerId: string | undefined): boolean {
  return data.playerId === playerId || ('own' in data && data.own);
}

/** Updates name the account as `id`, and so does an entry of the leaderboard. */
function playerIn({ id, entry }: Record<string, unknown>): string | undefined {
  if (typeof id === 'string') return id;
  if (typeof entry !== 'object' || entry === null || !('id' in entry)) return undefined;
  return typeof entry.id === 'string' ? entry.id : undefined;
}

function epochOf(id: string): string | undefined {
  return parsePosition(id)?.epoch;
}

/** Whether an event comes after another one in the same log. */
function isAfter(id: string, other: string): boolean {
  const [a, b] = [parsePosition(id), parsePosition(other)];
  return a !== undefined && a.epoch === b?.epoch && a.seq > b.seq;
}

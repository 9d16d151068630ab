import { RAW_PREFIX, type Draft, type Event, type Source } from '@vectra/protocol';
import { z } from 'zod';
import { Account } from './account.js';
import type { Origin } from './batch.js';
import { Games, type Place } from './games.js';
import { isPlayerEvent, playerEvent, sidebetKey } from './players.js';
import type { StatusChange } from './source.js';
import { gameFrame, payloadOf, type GameFrame, type UpstreamEvent } from './wire.js';

/** Trades seen lately, so that one sent again after a reconnect is not taken for another. */
const REMEMBERED_TRADES = 4_000;
/** Of events without a key, those since the newest frame: a game's frames come too often for there to be more. */
const REMEMBERED_KEYLESS = 1_000;
/** The same complaint about an upstream event goes to the log at most this often; all are counted. */
const COMPLAINT_INTERVAL_MS = 10_000;
/** An event name becomes part of an event type. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_/.:-]{0,79}$/;

/** Upstream events with a natural key: they can be told apart from those of the log wherever they stand. */
const KEYED: ReadonlySet<string> = new Set([
  'standard/newTrade',
  'newSideBet',
  'currentSidebet',
  'currentSidebetResult',
]);

/** Upstream events that say how something is: only the newest counts. */
const STATES: ReadonlySet<string> = new Set(['usernameStatus', 'playerUpdate', 'gameStatePlayerUpdate']);

export interface NormalizerOptions {
  /** What the events of the public connection say of their source. Those of the page in Chrome say `authenticated`. */
  source: Source;
  /** Upstream events without a type of their own that are logged as `raw.<event>`; `*` = all. */
  rawEvents: readonly string[];
}

/** Every upstream event either gives events of the log or is counted as noise, with the reason. */
export interface Outcome {
  drafts: Draft[];
  noise?: string;
  /** Why the upstream event was unusable; at most every 10 s for one event name it is among the drafts as well. */
  problem?: string;
}

/** Upstream events in, events of the log out. Pure: the same input gives the same output. */
export class Normalizer {
  readonly games: Games;
  readonly account = new Account();
  readonly #source: Source;
  readonly #rawEvents: ReadonlySet<string>;
  readonly #trades = new Set<string>();
  readonly #lastStates = new Map<string, string>();
  readonly #complaints = new Map<string, number>();
  /** What the log has after the newest frame that both tell of, of events that only their content tells apart. */
  #keyless: Draft[] = [];
  /** The newest of the log: its frames, and the events without a key between them. */
  #restored: Event[] = [];
  /** The newest states that were recalled. */
  readonly #states = new Map<string, UpstreamEvent>();
  /** Events without a key since the newest frame. */
  #sinceFrame: Draft[] = [];

  constructor({ source, rawEvents }: NormalizerOptions) {
    this.#source = source;
    this.#rawEvents = new Set(rawEvents);
    this.games = new Games();
  }

  /** Takes over what the newest events of the log tell, oldest first. */
  restore(event: Event): void {
    this.games.restore(event);
    this.account.restore(event);
    this.#isKnown(event);
    if (isOfFrame(event)) this.#keyless = [];
    else if (isKeyless(event)) this.#keyless.push(event);
    else return;
    this.#restored.push(event);
    if (this.#restored.length > 2 * REMEMBERED_KEYLESS) this.#restored.splice(0, REMEMBERED_KEYLESS);
  }

  /** Where this event stands to what the log has. Only a game's frames tell. */
  placeOf({ name, args }: UpstreamEvent): Place {
    if (name !== 'gameStateUpdate') return 'unclear';
    const frame = gameFrame.safeParse(payloadOf(args));
    return frame.success ? this.games.placeOf(frame.data) : 'unclear';
  }

  /**
   * An event from before the newest frame the log has, or (`newest`) that frame: gives what the log lacks of it.
   * Never throws.
   */
  recall(upstream: UpstreamEvent, newest: boolean): Outcome {
    const { name, args } = upstream;
    if (KEYED.has(name)) return this.ingest(upstream);
    if (STATES.has(name)) this.#states.set(name, upstream);
    const frame = gameFrame.safeParse(name === 'gameStateUpdate' ? payloadOf(args) : undefined);
    const drafts = frame.success ? this.games.recall(frame.data, this.#origin(upstream), newest) : [];
    if (newest && frame.success) this.#meet(frame.data);
    drafts.push(...this.#driftsOf(drafts));
    return drafts.length > 0 ? { drafts } : { drafts, noise: 'repeated' };
  }

  /** The newest frame that both the log and this feed know: the log may have come further. */
  #meet(frame: GameFrame): void {
    const met = this.#restored.findLastIndex((event) => isOfFrame(event) && isEventOf(frame, event));
    if (met !== -1) this.#keyless = this.#restored.slice(met + 1).filter(isKeyless);
    this.#restored = [];
  }

  /** From here on comes what was heard through another connection: the log may have it already. */
  beginRecall(): void {
    this.#keyless = this.#sinceFrame;
    this.#sinceFrame = [];
  }

  /**
   * What the last feed heard as well has been recalled or ingested: a state that comes back from now on is news. Gives the
   * newest states that were recalled, if they are not those of the log.
   */
  endRecall(): Draft[] {
    const states = [...this.#states.values()].flatMap((state) => this.ingest(state).drafts);
    this.#states.clear();
    this.#keyless = this.#keyless.filter(({ type }) => type.startsWith(RAW_PREFIX));
    return states;
  }

  /** What a change of a connection does: to the games only when none is left (`blind`). */
  connection(change: Pick<StatusChange, 'status' | 'receivedAt' | 'via'>, blind = true): Draft[] {
    const origin = this.#origin(change);
    if (change.status !== 'degraded' && change.status !== 'standby')
      this.account.connectionChanged(origin.source);
    return blind && change.status === 'disconnected' ? this.games.connectionLost(origin) : [];
  }

  /** Never throws: what can't be used is noise with a problem. */
  ingest(upstream: UpstreamEvent): Outcome {
    this.#states.delete(upstream.name);
    try {
      return this.#normalize(upstream);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return this.#invalid(upstream, z.prettifyError(error).replaceAll('\n', ' '));
    }
  }

  #normalize(upstream: UpstreamEvent): Outcome {
    const { name, args } = upstream;
    if (!NAME.test(name)) return this.#invalid(upstream, 'not an event name');
    const payload = payloadOf(args);
    if (payload === undefined && args.length > 0) return { drafts: [], noise: 'trace_only' };
    if (name === 'gameStateUpdate') {
      const observation = this.games.observe(gameFrame.parse(payload), this.#origin(upstream));
      this.#sinceFrame = [];
      // From here on upstream is farther than the log was.
      if (observation.drafts.some(({ type }) => type !== 'game.phase')) this.#keyless = [];
      observation.drafts.push(...this.#driftsOf(observation.drafts));
      return observation;
    }
    if (isPlayerEvent(name)) return this.#player(upstream, payload);
    if (!this.#rawEvents.has('*') && !this.#rawEvents.has(name)) return { drafts: [], noise: 'not_selected' };
    const type = `${RAW_PREFIX}${name}` as const;
    const draft: Draft = {
      type,
      ...this.#origin(upstream),
      gameId: null,
      data: { payload },
    };
    if (this.#isRepetition(draft)) return { drafts: [], noise: 'repeated' };
    if (this.#sinceFrame.length < REMEMBERED_KEYLESS) this.#sinceFrame.push(draft);
    return { drafts: [draft] };
  }

  #player(upstream: UpstreamEvent, payload: unknown): Outcome {
    const draft = playerEvent(upstream.name, payload, this.#origin(upstream));
    const known = this.#isRepetition(draft);
    const drafts = [...(known ? [] : [draft]), ...this.account.observe(draft)];
    return drafts.length > 0 ? { drafts } : { drafts, noise: 'repeated' };
  }

  /** What the end of a game shows of the account. */
  #driftsOf(drafts: readonly Draft[]): Draft[] {
    return drafts.flatMap((draft) => (draft.type === 'game.end' ? this.account.observe(draft) : []));
  }

  /** What events of the log say of where the upstream event came from, and when. */
  #origin({ via, receivedAt }: Pick<UpstreamEvent, 'via' | 'receivedAt'>): Origin {
    return { source: via === 'chrome' ? 'authenticated' : this.#source, timestamp: receivedAt };
  }

  /** Whether the log has this already. From now on it has. */
  #isRepetition(draft: Draft): boolean {
    const known = this.#keyless.findIndex((one) => contentOf(one) === contentOf(draft));
    if (known !== -1) this.#keyless.splice(known, 1);
    return this.#isKnown(draft) || known !== -1;
  }

  #isKnown(draft: Draft): boolean {
    switch (draft.type) {
      case 'player.trade':
        return this.#isRepeatedTrade(draft.data.tradeId);
      case 'sidebet.placed':
      case 'sidebet.result': {
        const known = this.games.get(draft.gameId ?? '')?.sidebets;
        const key = sidebetKey(draft.type, draft.data);
        // The account's own bet is told twice: to everybody, and as its own.
        const stated = draft.data.own ? `own:${key}` : key;
        if (known?.has(stated) === true) return true;
        known?.add(key).add(stated);
        return false;
      }
      case 'player.identity':
      case 'player.leaderboard':
      case 'player.update': {
        // Stated over and over; only what is new is an event.
        const state = contentOf(draft);
        if (this.#lastStates.get(draft.type) === state) return true;
        this.#lastStates.set(draft.type, state);
        return false;
      }
      default:
        return false;
    }
  }

  #isRepeatedTrade(tradeId: string): boolean {
    if (this.#trades.has(tradeId)) return true;
    this.#trades.add(tradeId);
    const [oldest] = this.#trades;
    if (this.#trades.size > REMEMBERED_TRADES && oldest !== undefined) this.#trades.delete(oldest);
    return false;
  }

  #invalid(upstream: UpstreamEvent, reason: string): Outcome {
    const { name, receivedAt } = upstream;
    const event = NAME.test(name) ? name : '(unnameable)';
    const problem = `${event}: ${reason.slice(0, 500)}`;
    const last = this.#complaints.get(event);
    if (last !== undefined && receivedAt - last < COMPLAINT_INTERVAL_MS)
      return { drafts: [], noise: 'invalid', problem };
    this.#complaints.set(event, receivedAt);
    const data = { code: 'BAD_UPSTREAM_EVENT', message: problem };
    const complaint: Draft = {
      type: 'error',
      ...this.#origin(upstream),
      gameId: null,
      data,
    };
    return { drafts: [complaint], noise: 'invalid', problem };
  }
}

/** Whether a frame was heard at this point, which the log tells of. */
function isOfFrame(event: Event): boolean {
  if (event.type === 'game.tick') return event.data.backfilled === undefined;
  return event.type === 'game.phase' && event.data.phase !== 'UNKNOWN';
}

/** Whether the log's event of a frame is this frame's. */
function isEventOf(frame: GameFrame, { type, gameId, data }: Event): boolean {
  if (gameId !== frame.gameId) return false;
  if (type === 'game.tick') return data.tickCount === frame.tickCount;
  return type === 'game.phase' && data.cooldownTimer > 0 && data.cooldownTimer === frame.cooldownTimer;
}

/** What says how something is, and events of unknown kinds. */
function isKeyless({ type }: Event): boolean {
  return (type.startsWith('player.') && type !== 'player.trade') || type.startsWith(RAW_PREFIX);
}

/** As JSON with sorted keys: what was read from the log has them in another order. */
function contentOf({ type, gameId, data }: Draft): string {
  return JSON.stringify([type, gameId, data], (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

import { RAW_PREFIX, type Draft, type Event, type Source } from '@vectra/protocol';
import { z } from 'zod';
import { Games } from './games.js';
import { isPlayerEvent, playerEvent, sidebetKey } from './players.js';
import { gameFrame, payloadOf, type UpstreamEvent } from './wire.js';

/** Trades seen lately, so that one sent again after a reconnect is not taken for another. */
const REMEMBERED_TRADES = 4_000;
/** The same complaint about an upstream event goes to the log at most this often; all are counted. */
const COMPLAINT_INTERVAL_MS = 10_000;
/** An event name becomes part of an event type. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_/.:-]{0,79}$/;

export interface NormalizerOptions {
  /** What the events say of their source. */
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
  readonly #source: Source;
  readonly #rawEvents: ReadonlySet<string>;
  readonly #trades = new Set<string>();
  readonly #lastStates = new Map<string, string>();
  readonly #complaints = new Map<string, number>();

  constructor({ source, rawEvents }: NormalizerOptions) {
    this.#source = source;
    this.#rawEvents = new Set(rawEvents);
    this.games = new Games(source);
  }

  /** Takes over what the newest events of the log tell, oldest first. */
  restore(event: Event): void {
    this.games.restore(event);
    if (event.type === 'player.trade') this.#isRepeatedTrade(event.data.tradeId);
    if (event.type === 'sidebet.placed' || event.type === 'sidebet.result') {
      this.games.get(event.gameId ?? '')?.sidebets.add(sidebetKey(event.type, event.data));
    }
  }

  /** Never throws: what can't be used is noise with a problem. */
  ingest(upstream: UpstreamEvent): Outcome {
    try {
      return this.#normalize(upstream);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return this.#invalid(upstream, z.prettifyError(error).replaceAll('\n', ' '));
    }
  }

  #normalize(upstream: UpstreamEvent): Outcome {
    const { name, args, receivedAt } = upstream;
    if (!NAME.test(name)) return this.#invalid(upstream, 'not an event name');
    const payload = payloadOf(args);
    if (payload === undefined && args.length > 0) return { drafts: [], noise: 'trace_only' };
    if (name === 'gameStateUpdate') return this.games.observe(gameFrame.parse(payload), receivedAt);
    if (isPlayerEvent(name)) return this.#player(upstream, payload);
    if (!this.#rawEvents.has('*') && !this.#rawEvents.has(name)) return { drafts: [], noise: 'not_selected' };
    const type = `${RAW_PREFIX}${name}` as const;
    const draft: Draft = {
      type,
      timestamp: receivedAt,
      gameId: null,
      source: this.#source,
      data: { payload },
    };
    return { drafts: [draft] };
  }

  #player({ name, receivedAt }: UpstreamEvent, payload: unknown): Outcome {
    const draft = playerEvent(name, payload, this.#source, receivedAt);
    return this.#isRepetition(draft) ? { drafts: [], noise: 'repeated' } : { drafts: [draft] };
  }

  #isRepetition(draft: Draft): boolean {
    switch (draft.type) {
      case 'player.trade':
        return this.#isRepeatedTrade(draft.data.tradeId);
      case 'sidebet.placed':
      case 'sidebet.result': {
        const known = this.games.get(draft.gameId ?? '')?.sidebets;
        const key = sidebetKey(draft.type, draft.data);
        if (known?.has(key) === true && !draft.data.own) return true;
        known?.add(key);
        return false;
      }
      case 'player.identity':
      case 'player.leaderboard': {
        // Stated with every frame; only what is new is an event.
        const state = JSON.stringify([draft.gameId, draft.data]);
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

  #invalid({ name, receivedAt }: UpstreamEvent, reason: string): Outcome {
    const event = NAME.test(name) ? name : '(unnameable)';
    const problem = `${event}: ${reason.slice(0, 500)}`;
    const last = this.#complaints.get(event);
    if (last !== undefined && receivedAt - last < COMPLAINT_INTERVAL_MS)
      return { drafts: [], noise: 'invalid', problem };
    this.#complaints.set(event, receivedAt);
    const data = { code: 'BAD_UPSTREAM_EVENT', message: problem };
    const complaint: Draft = {
      type: 'error',
      timestamp: receivedAt,
      gameId: null,
      source: this.#source,
      data,
    };
    return { drafts: [complaint], noise: 'invalid', problem };
  }
}

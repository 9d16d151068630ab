import type { Draft, Phase } from '@vectra/protocol';
import { Normalizer } from '../normalizer.js';
import type { StatusChange } from '../source.js';
import { isOwn } from '../sources.js';
import {
  gameFrame,
  isPaused,
  payloadOf,
  type GameFrame,
  type SourceName,
  type UpstreamEvent,
} from '../wire.js';

/** Times in ms: half, 95 % and 99 % of them are at most that. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
  count: number;
}

/** What was heard of one upstream event. `received` = `logged` + all `noise`. */
export interface Heard {
  name: string;
  received: number;
  /** How many would give an event of the log. */
  logged: number;
  /** How many would give none, by reason. */
  noise: Record<string, number>;
}

/** How one connection was. */
export interface Connection {
  source: SourceName;
  /** From the start until it was there; null when it never was. */
  connectedAfterMs: number | null;
  connected: boolean;
  losses: number;
  /** The newest reason for being away; null when it never was. */
  reason: string | null;
}

/** What a while of listening told. Times are Unix ms, durations ms. */
export interface Observed {
  durationMs: number;
  connections: Connection[];
  events: number;
  byName: Heard[];
  /** The time since the newest frame of the game; null when there was none. */
  frameAgeMs: number | null;
  paused: boolean;
  /** Between two ticks of a game: the game means them to be 250 ms apart. */
  tickIntervals: Quantiles | null;
  /** From the time that an event states of itself to its arrival, as far as both clocks agree. */
  delays: Quantiles | null;
  phases: { phase: Phase; durationMs: number }[];
  games: number;
  ticks: { received: number; missed: number; regressions: number };
  authenticated: { names: string[]; username: string | null };
  problems: string[];
}

const NAMES = 100;
const PROBLEMS = 5;
/** The public connection and the page tell the same game; one is listened to for it, as the feed does. */
const FOLLOWED_MS = 3_000;

/** Gathers what is heard. Pure: times are those it is told. */
export class Observation {
  readonly #startedAt: number;
  readonly #normalizer = new Normalizer({ source: 'public', rawEvents: [] });
  readonly #connections = new Map<SourceName, Connection>();
  readonly #names = new Map<string, Heard>();
  readonly #intervals: number[] = [];
  readonly #delays: number[] = [];
  readonly #phases: { phase: Phase; since: number }[] = [];
  readonly #games = new Set<string>();
  readonly #problems = new Set<string>();
  readonly #authenticated = new Set<string>();
  readonly #ticks = { received: 0, missed: 0, regressions: 0 };
  #username: string | null = null;
  #events = 0;
  #frame: { via: SourceName; at: number; paused: boolean } | undefined;
  #tick: { gameId: string; tick: number; at: number } | undefined;

  constructor(startedAt: number, sources: readonly SourceName[]) {
    this.#startedAt = startedAt;
    for (const source of sources)
      this.#connections.set(source, {
        source,
        connectedAfterMs: null,
        connected: false,
        losses: 0,
        reason: null,
      });
  }

  get events(): number {
    return this.#events;
  }

  status({ status, reason, receivedAt, via = 'public' }: StatusChange): void {
    const connection = this.#connections.get(via);
    if (connection === undefined) return;
    if (status === 'connected') {
      connection.connectedAfterMs ??= receivedAt - this.#startedAt;
      connection.connected = true;
    } else {
      if (connection.connected) connection.losses++;
      connection.connected = false;
    }
    if (reason !== null) connection.reason = reason;
  }

  event(event: UpstreamEvent): void {
    this.#events++;
    this.#delay(event);
    const { name, via = 'public', receivedAt } = event;
    if (isOwn(event)) this.#authenticated.add(name);
    if (name === 'gameStateUpdate' && !this.#follows(via, receivedAt)) {
      this.#count(name, 'spare');
      return;
    }
    if (name === 'gameStateUpdate') this.#look(event);
    const { drafts, noise, problem } = this.#normalizer.ingest(event);
    this.#count(name, noise);
    this.#phase(receivedAt);
    if (problem !== undefined && this.#problems.size < PROBLEMS) this.#problems.add(problem);
    for (const draft of drafts) this.#tell(draft);
  }

  /** There is no such connection after all, which is no fault. */
  absent(source: SourceName): void {
    this.#connections.delete(source);
  }

  /** @param now Unix ms. */
  result(now: number): Observed {
    return {
      durationMs: now - this.#startedAt,
      connections: [...this.#connections.values()],
      events: this.#events,
      byName: [...this.#names.values()].sort((a, b) => b.received - a.received),
      frameAgeMs: this.#frame === undefined ? null : now - this.#frame.at,
      paused: this.#frame?.paused ?? false,
      tickIntervals: quantiles(this.#intervals),
      delays: quantiles(this.#delays),
      phases: this.#phases.map(({ phase, since }, index) => ({
        phase,
        durationMs: (this.#phases[index + 1]?.since ?? now) - since,
      })),
      games: this.#games.size,
      ticks: { ...this.#ticks },
      authenticated: { names: [...this.#authenticated].sort(), username: this.#username },
      problems: [...this.#problems],
    };
  }

  #tell({ type, gameId, data }: Draft): void {
    if (type === 'game.tick' && gameId !== null) {
      this.#games.add(gameId);
      if (data.backfilled === undefined) this.#ticks.received++;
    } else if (type === 'game.gap') {
      this.#ticks.missed += (data.healed ? -1 : 1) * (data.toTick - data.fromTick + 1);
    } else if (type === 'player.identity') this.#username = data.username ?? data.playerId;
  }

  /** The game is followed through one connection until that has been silent for a while. */
  #follows(via: SourceName, at: number): boolean {
    const frame = this.#frame;
    return frame === undefined || frame.via === via || at - frame.at > FOLLOWED_MS;
  }

  #look({ args, receivedAt, via = 'public' }: UpstreamEvent): void {
    const payload = payloadOf(args);
    this.#frame = { via, at: receivedAt, paused: isPaused(payload) };
    const frame = gameFrame.safeParse(payload);
    // The first frame after a connection, which has all prices so far, often comes after a newer one.
    if (frame.success && frame.data.active === true && !frame.data.rugged && !frame.data.prices)
      this.#time(frame.data, receivedAt);
  }

  #time({ gameId, tickCount }: GameFrame, at: number): void {
    if (tickCount === undefined) return;
    const last = this.#tick?.gameId === gameId ? this.#tick : undefined;
    if (last !== undefined && tickCount < last.tick) this.#ticks.regressions++;
    else {
      if (tickCount - 1 === last?.tick) this.#intervals.push(at - last.at);
      this.#tick = { gameId, tick: tickCount, at };
    }
  }

  #phase(at: number): void {
    const { phase } = this.#normalizer.games;
    if (phase !== 'UNKNOWN' && this.#phases.at(-1)?.phase !== phase) this.#phases.push({ phase, since: at });
  }

  #delay({ args, receivedAt }: UpstreamEvent): void {
    const payload = payloadOf(args);
    const stated =
      typeof payload === 'object' && payload !== null && 'timestamp' in payload
        ? payload.timestamp
        : undefined;
    if (typeof stated === 'number') this.#delays.push(receivedAt - stated);
  }

  #count(name: string, noise: string | undefined): void {
    const known = this.#names.get(name) ?? (this.#names.size < NAMES ? name : '(other)');
    const heard = typeof known === 'string' ? { name: known, received: 0, logged: 0, noise: {} } : known;
    this.#names.set(heard.name, heard);
    heard.received++;
    if (noise === undefined) heard.logged++;
    else heard.noise[noise] = (heard.noise[noise] ?? 0) + 1;
  }
}

export function quantiles(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), count: sorted.length };
}

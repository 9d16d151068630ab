import type { GameRecording, GameSummary, PaperHappening, PaperSession } from '@vectra/protocol';
import { httpAddress } from './address.js';

/** Longer than the gateway ever takes to answer. */
const TIMEOUT_MS = 15_000;

/** The gateway refused a request: its HTTP status, and its code and words for the reason. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Which recorded games, and in what order. What is left out does not choose. */
export interface GamesQuery {
  /** Games that started then or later. ISO 8601: a day (UTC), or a time. */
  from?: string;
  /** Games that started then or earlier; a day counts to its end. */
  to?: string;
  /** Games whose highest price was at least that. */
  minPeak?: number;
  maxPeak?: number;
  /** Games that lasted at least so many ticks. */
  minTicks?: number;
  maxTicks?: number;
  /** Whether the prices are those of the revealed seed; `unknown`: that is not known yet. */
  verified?: 'true' | 'false' | 'unknown';
  /** Whether every tick up to the rug is known. */
  complete?: boolean;
  /** `start` unless told otherwise. */
  sort?: 'start' | 'peak' | 'ticks';
  /** `desc` unless told otherwise: newest, highest or longest first. */
  order?: 'asc' | 'desc';
  /** 1 to 200. */
  limit?: number;
  /** The `next` of the page before. */
  cursor?: string;
}

export interface GamesPage {
  /** In the order that was asked for. */
  games: GameSummary[];
  /** The cursor of the next page; null when there is none. */
  next: string | null;
}

/** What is not well, or should be known, and what the operator can do about it. */
export interface Problem {
  /** `redis`, `service recorder`, `source public`, `group my-bot`, `feed`, `gateway`. */
  part: string;
  message: string;
  remedy: string;
}

/** Of the newest 1,000 or so, ms; null before the first. */
export interface LatencyMs {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** One process of a service, as it said last. Times are Unix ms by the clock of its machine. */
export interface ServiceInstance {
  name: string;
  instance: string;
  host: string;
  pid: number;
  startedAt: number;
  /** Of its newest sign of life; one is due every 2 s. */
  at: number;
  /** It says so itself. */
  ok: boolean;
  /** Heard of within the last 15 s. */
  fresh: boolean;
  /** What a service tells besides, each its own; `checks` are the conditions of its `/readyz`. */
  detail: Record<string, unknown>;
}

/** One connection of one feed to the game. */
export interface SourceHealth {
  /** `public`: the game's socket; `chrome`: the page of the own account in Chrome. */
  source: string;
  /** The service and the instance that has the connection. */
  service: string;
  instance: string;
  connected: boolean;
  reconnects: number;
  /** Unix ms; null before the first. */
  lastEventAt: number | null;
  /** From an event's arrival to its storage in the log; null unless the feed follows this connection. */
  latencyMs?: LatencyMs | null;
}

/** A consumer group of the log. */
export interface GroupHealth {
  name: string;
  /** Events it has not acknowledged yet. */
  lag: number;
  /** Of these, those that were handed to it. */
  pending: number;
  /** Entries it could not process. */
  deadLetters: number;
  /** The log keeps events until it has them. */
  required: boolean;
}

/** How every part of the system is, as one gateway knows it. */
export interface Health {
  /** `down`: Redis does not answer, so nothing arrives. `degraded`: there are problems. */
  status: 'ok' | 'degraded' | 'down';
  problems: Problem[];
  /** What is as somebody wished it, and should still be known. */
  notes: Problem[];
  /** By name; one that is expected and was not heard of has no instances. `ok`: some instance is well. */
  services: Record<string, { ok: boolean; instances: ServiceInstance[] }>;
  sources: SourceHealth[];
  /** Events `first` to `last` are stored. While Redis is not `reachable`, as it was before. */
  log: { epoch: string | null; first: number; last: number; reachable: boolean };
  groups: GroupHealth[];
  /** The gateway that answers. Latency is from an event's receipt by the feed to its having been sent to every client. */
  gateway: { clients: number; latencyMs: LatencyMs; position: number };
  /** Unix ms, by the gateway's clock. */
  at: number;
}

export interface SessionPage {
  session: PaperSession;
  /** The lines from number `from` on, oldest first. */
  history: { from: number; lines: PaperHappening[]; next: number | null };
  /** The wallet after each game that ended in these lines. */
  equity: { gameId: string; wallet: string }[];
}

/** The gateway's REST routes. @throws RestError when it refuses; fetch's TypeError when it is not reached. */
export interface Rest {
  games(query?: GamesQuery): Promise<GamesPage>;
  game(id: string): Promise<GameRecording>;
  /** Also when it is not well. */
  health(): Promise<Health>;
  /** Sessions of paper trading, newest first. */
  sessions(): Promise<PaperSession[]>;
  /** One with the newest lines of its history, as many as `limit` (1 to 10,000; 1,000 unless told otherwise). */
  session(id: string, options?: { limit?: number }): Promise<SessionPage>;
  /** The JSON of any other route, such as `/api/games/recent`. */
  get(path: string): Promise<unknown>;
}

/** @param url the gateway, as `http://host:port`. @throws TypeError when it is no URL. */
export function rest({ url, token }: { url: string; token?: string }): Rest {
  const base = httpAddress(url);
  const get = async (path: string, accepted: number[] = []): Promise<unknown> => {
    const response = await fetch(base + path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json().catch(() => undefined);
    const isTaken = response.ok || (accepted.includes(response.status) && !isRefusal(body));
    if (body !== undefined && isTaken) return body;
    throw refusalOf(response.status, body, base + path);
  };
  return {
    games: async (query = {}) => (await get(`/api/games${queryOf(query)}`)) as GamesPage,
    game: async (id) => (await get(`/api/games/${encodeURIComponent(id)}`)) as GameRecording,
    health: async () => (await get('/health', [503])) as Health,
    sessions: async () => ((await get('/api/live/sessions')) as { sessions: PaperSession[] }).sessions,
    session: async (id, options = {}) =>
      (await get(`/api/live/sessions/${encodeURIComponent(id)}${queryOf(options)}`)) as SessionPage,
    get: (path) => get(path),
  };
}

function queryOf(query: GamesQuery | { limit?: number }): string {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  ).toString();
  return text === '' ? '' : `?${text}`;
}

function isRefusal(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body;
}

function refusalOf(status: number, body: unknown, address: string): RestError {
  const { code, message } =
    (body as { error?: { code?: string; message?: string } } | undefined)?.error ?? {};
  return new RestError(
    status,
    code ?? 'no_gateway',
    message ?? `${address} answered ${status}, and not as a gateway does`,
  );
}

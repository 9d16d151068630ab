import { paperSessionId, type PaperHappening, type PaperSession } from '@vectra/protocol';
import type { ServiceState } from '@vectra/stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { badQuery, notFound } from '../errors.js';
import type { PaperSource } from './source.js';

/** Lines of a history that are given when none are asked for, and at most. */
const LINES = 1_000;
const MOST_LINES = 10_000;

const paperDetail = z.object({ slots: z.number(), sessions: z.number() });

/** The answer of `/api/live/status`. */
export interface LiveStatus {
  sessions: number;
  /** Those whose strategy is asked. */
  active: number;
  /** The processes that trade on paper, and how many slots and sessions each has. */
  services: { instance: string; ok: boolean; slots: number; sessions: number }[];
}

/** The answer of `/api/live/sessions/:id`. */
export interface LiveSession {
  session: PaperSession;
  /** Numbers of the first line given and of the one after the last; `next` is null when there are no newer ones. */
  history: { from: number; lines: PaperHappening[]; next: number | null };
  /** The wallet after each game that ended in these lines. */
  equity: { gameId: string; wallet: string }[];
}

export interface LiveApiParts {
  source: PaperSource;
  services: () => Promise<readonly ServiceState[]>;
  /** @throws ApiError when the request may not see sessions. */
  admit: (request: FastifyRequest) => void;
  /** Turns a failure of Redis into an answer. */
  answered: <T>(asked: Promise<T>) => Promise<T>;
}

/** Shows the sessions of paper trading. */
export function serveLiveApi(
  http: FastifyInstance,
  { source, services, admit, answered }: LiveApiParts,
): void {
  http.get('/api/live/status', async (request): Promise<LiveStatus> => {
    admit(request);
    const [sessions, states] = await answered(Promise.all([source.sessions(), services()]));
    return {
      sessions: sessions.length,
      active: sessions.filter(({ is_active }) => is_active).length,
      services: states.flatMap(({ name, instance, ok, detail }) => {
        const parsed = paperDetail.safeParse(detail);
        return name === 'paper' && parsed.success ? [{ instance, ok, ...parsed.data }] : [];
      }),
    };
  });

  http.get('/api/live/sessions', async (request): Promise<{ sessions: PaperSession[] }> => {
    admit(request);
    const sessions = await answered(source.sessions());
    return { sessions: sessions.sort((a, b) => b.created_at - a.created_at) };
  });

  http.get<{ Params: { id: string } }>('/api/live/sessions/:id', async (request): Promise<LiveSession> => {
    admit(request);
    const { id } = request.params;
    if (!paperSessionId.safeParse(id).success)
      throw badQuery(`id=${JSON.stringify(id.slice(0, 80))}: expected the id of a session`);
    const session = await answered(source.session(id));
    if (session === undefined) throw notFound(`no session ${id}`);
    const { from, limit } = readPage(request.query);
    const start = from ?? Math.max(0, session.history_length - limit);
    const { first, lines } = await answered(source.history(id, start, limit));
    const end = first + lines.length;
    return {
      session,
      history: { from: first, lines, next: end < session.history_length ? end : null },
      equity: lines.flatMap((line) =>
        line.kind === 'game' ? [{ gameId: line.gameId, wallet: line.wallet }] : [],
      ),
    };
  });
}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));
const page = z.object({
  from: whole(0, 999_999_999).optional(),
  limit: whole(1, MOST_LINES).default(LINES),
});

function readPage(query: unknown): { from?: number | undefined; limit: number } {
  const parsed = page.safeParse(query);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? 'from');
  const given = z.record(z.string(), z.unknown()).parse(query)[name];
  const expected =
    name === 'limit' ? `a whole number from 1 to ${MOST_LINES}` : 'the number of a line, from 0';
  throw badQuery(`${name}=${JSON.stringify(given)}: expected ${expected}`);
}

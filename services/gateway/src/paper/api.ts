import { paperHappening, paperSession, paperSessionId } from '@vectra/protocol';
import type { ServiceState } from '@vectra/stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { authorize } from '../access.js';
import { answered, errorAnswer } from '../answers.js';
import { notFound } from '../errors.js';
import type { Tokens } from '../tokens.js';
import type { PaperSource } from './source.js';

/** Lines of a history that are given when none are asked for, and at most. */
const LINES = 1_000;
const MOST_LINES = 10_000;

const count = z.int().min(0);
const liveStatus = z.object({
  sessions: count,
  active: count.describe('Those whose strategy is asked.'),
  services: z
    .array(z.object({ instance: z.string(), ok: z.boolean(), slots: count, sessions: count }))
    .describe('The processes that trade on paper, and how many slots and sessions each has.'),
});
const liveSessions = z.object({ sessions: z.array(paperSession).describe('The newest first.') });
const liveSession = z.object({
  session: paperSession,
  history: z.object({
    from: count.describe(
      'Number of the first line given: lines are counted from 0, and the oldest may be gone.',
    ),
    lines: z.array(paperHappening),
    next: count.nullable().describe('Give it as `from` to continue; null when there are no newer lines.'),
  }),
  equity: z
    .array(z.object({ gameId: z.string(), wallet: z.string() }))
    .describe('The wallet after each game that ended in these lines.'),
});

const whole = (least: number, most: number, expected: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .refine((given) => given >= least && given <= most, expected);
const page = z.strictObject({
  from: whole(0, 999_999_999, 'expected the number of a line, from 0').optional(),
  limit: whole(1, MOST_LINES, `expected a whole number from 1 to ${MOST_LINES}`).default(LINES),
});
const detail = z.object({ slots: z.number(), sessions: z.number() });

export interface LiveApiParts {
  source: PaperSource;
  services: () => Promise<readonly ServiceState[]>;
  tokens: Tokens;
}

/** Shows the sessions of paper trading. */
export function serveLiveApi(server: FastifyInstance, { source, services, tokens }: LiveApiParts): void {
  const http = server.withTypeProvider<ZodTypeProvider>();
  const schema = { tags: ['live'], security: [{ token: [] }] };
  const refusals = { 401: errorAnswer, 503: errorAnswer };

  http.get(
    '/api/live/status',
    { schema: { ...schema, summary: 'How paper trading is', response: { 200: liveStatus, ...refusals } } },
    async (request) => {
      authorize(request, tokens, 'viewer');
      const [sessions, states] = await answered(Promise.all([source.sessions(), services()]));
      return {
        sessions: sessions.length,
        active: sessions.filter(({ is_active }) => is_active).length,
        services: states.flatMap(({ name, instance, ok, detail: told }) => {
          const parsed = detail.safeParse(told);
          return name === 'paper' && parsed.success ? [{ instance, ok, ...parsed.data }] : [];
        }),
      };
    },
  );

  http.get(
    '/api/live/sessions',
    { schema: { ...schema, summary: 'Every session', response: { 200: liveSessions, ...refusals } } },
    async (request) => {
      authorize(request, tokens, 'viewer');
      const sessions = await answered(source.sessions());
      return { sessions: sessions.sort((a, b) => b.created_at - a.created_at) };
    },
  );

  http.get(
    '/api/live/sessions/:id',
    {
      schema: {
        ...schema,
        summary: 'A session with its history, of which the newest lines are given unless told',
        params: z.object({ id: paperSessionId }),
        querystring: page,
        response: { 200: liveSession, 400: errorAnswer, 404: errorAnswer, ...refusals },
      },
    },
    async (request) => {
      authorize(request, tokens, 'viewer');
      const { id } = request.params;
      const { from, limit } = request.query;
      const session = await answered(source.session(id));
      if (session === undefined) throw notFound(`no session ${id}`);
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
    },
  );
}

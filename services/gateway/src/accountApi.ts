import { sessionRecording } from '@vectra/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { authorize } from './access.js';
import { errorAnswer } from './answers.js';
import { ApiError, notFound } from './errors.js';
import { linkToNext, next } from './paging.js';
import type { Recordings } from './recordings.js';
import { recordedSession, sessionNameSchema, sessionsParameters, sessionsQueryOf } from './sessionsQuery.js';
import type { Tokens } from './tokens.js';

const sessionsPage = z.object({ sessions: z.array(recordedSession).describe('The newest first.'), next });

export interface AccountApiParts {
  recordings: Recordings;
  tokens: Tokens;
}

/** Shows what the logged-in account did: the recorded sessions, for those who may see what is not for everybody. */
export function serveAccount(server: FastifyInstance, { recordings, tokens }: AccountApiParts): void {
  const http = server.withTypeProvider<ZodTypeProvider>();
  const schema = { tags: ['account'], security: [{ token: [] }] };
  const refusals = { 400: errorAnswer, 401: errorAnswer };

  http.get(
    '/api/account/sessions',
    {
      schema: {
        ...schema,
        summary: 'Lists the recorded sessions of the logged-in account',
        description:
          'A page of them, without their actions; the header Link (rel="next") leads to the next one.',
        querystring: sessionsParameters,
        response: { 200: sessionsPage, ...refusals },
      },
    },
    async (request, reply) => {
      authorize(request, tokens, 'viewer');
      const page = await recordings.sessions(sessionsQueryOf(request.query));
      if (page.next !== null) reply.header('link', linkToNext(request.url, page.next));
      return page;
    },
  );

  http.get(
    '/api/account/sessions/:name',
    {
      schema: {
        ...schema,
        summary: 'One session with its actions, as in its _session.json',
        params: z.object({ name: sessionNameSchema }),
        response: { 200: sessionRecording, ...refusals, 404: errorAnswer, 500: errorAnswer },
      },
    },
    async (request) => {
      authorize(request, tokens, 'viewer');
      const { name } = request.params;
      const session = await recordings.session(name);
      if (session === undefined) throw notFound(`no recording of session ${name}`);
      if (session === 'damaged')
        throw new ApiError(
          500,
          'damaged',
          `the file of session ${name} is damaged, and the gateway's log says where: \`recorder rebuild\` derives it again`,
        );
      return session;
    },
  );
}

import { gameIdSchema, gameRecording, type GameRecording } from '@vectra/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorAnswer } from './answers.js';
import { ApiError, notFound } from './errors.js';
import { gamesParameters, gamesQueryOf } from './gamesQuery.js';
import { linkToNext } from './paging.js';
import type { RecentGamesReader } from './recentGames.js';
import type { Recordings } from './recordings.js';
import { gamesPage, recentGames } from './schemas.js';
import { encodeTicks, formatOf, gameTicks, TICK_FORMAT_NAMES, TICK_FORMATS } from './ticks.js';
import { gameVerdict, judgeGame } from './verdict.js';
import type { LiveWindow } from './window.js';

export interface GamesApiParts {
  window: LiveWindow;
  recent: RecentGamesReader;
  recordings: Recordings;
}

const EXPECTED_ID = 'expected a game id, as in 20251212-6114b2ff44ef4b71';
const params = z.object({
  id: z.string().refine((id) => gameIdSchema.safeParse(id).success, EXPECTED_ID),
});
const unknownGame = { 400: errorAnswer, 404: errorAnswer };
const file = z.custom<string | Buffer>();
const offered = TICK_FORMAT_NAMES.map((name) => `${TICK_FORMATS[name]} (format=${name})`).join(', ');

/** The recorded games. Times in recordings are ISO 8601 UTC, elsewhere Unix ms. */
export function serveGames(server: FastifyInstance, { window, recent, recordings }: GamesApiParts): void {
  const http = server.withTypeProvider<ZodTypeProvider>();
  const tags = ['games'];

  const find = async (id: string): Promise<GameRecording> => {
    const recording = (await recordings.find(id)) ?? window.recording(id);
    if (recording === undefined) throw notFound(`no recording of game ${id}`);
    return recording;
  };

  http.get(
    '/api/games',
    {
      schema: {
        tags,
        summary: 'Lists recorded games',
        description: 'A page of them; the header Link (rel="next") leads to the next one.',
        querystring: gamesParameters,
        response: { 200: gamesPage, 400: errorAnswer },
      },
    },
    async ({ query, url }, reply) => {
      const page = await recordings.list(gamesQueryOf(query));
      if (page.next !== null) reply.header('link', linkToNext(url, page.next));
      return page;
    },
  );

  http.get(
    '/api/games/recent',
    {
      schema: {
        tags,
        summary: 'The running game and the last finished ones, with their prices',
        response: { 200: recentGames },
      },
    },
    () => recent.recent(),
  );

  http.get(
    '/api/games/:id',
    {
      schema: {
        tags,
        summary: 'One game, as in its .game.json',
        params,
        response: { 200: gameRecording, ...unknownGame },
      },
    },
    ({ params: { id } }) => find(id),
  );

  http.get(
    '/api/games/:id/ticks',
    {
      schema: {
        tags,
        summary: 'Every price of a game by its tick',
        description: `As the header Accept says: ${offered}.`,
        params,
        querystring: z.strictObject({
          format: z
            .enum(TICK_FORMAT_NAMES, `expected one of ${TICK_FORMAT_NAMES.join(', ')}`)
            .optional()
            .describe('Counts instead of the header Accept.'),
        }),
        response: {
          200: {
            description: 'Rows of tick and price.',
            content: {
              [TICK_FORMATS.json]: { schema: gameTicks },
              [TICK_FORMATS.ndjson]: { schema: file },
              [TICK_FORMATS.csv]: { schema: file },
              [TICK_FORMATS.parquet]: { schema: file },
            },
          },
          ...unknownGame,
          406: errorAnswer,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const format =
        request.query.format ?? formatOf(String(request.accepts().type(Object.values(TICK_FORMATS))));
      if (format === undefined)
        throw new ApiError(406, 'not_acceptable', `expected to accept one of ${offered}`);
      const recording = await find(id);
      const text = format === 'csv' || format === 'ndjson' ? '; charset=utf-8' : '';
      return reply
        .type(`${TICK_FORMATS[format]}${text}`)
        .headers({ vary: 'accept', 'content-disposition': `inline; filename="${id}.${format}"` })
        .send(encodeTicks(recording, format));
    },
  );

  http.get(
    '/api/games/:id/verify',
    {
      schema: {
        tags,
        summary: 'Derives the prices of a game from its seed again, and compares',
        params,
        response: { 200: gameVerdict, ...unknownGame },
      },
    },
    async ({ params: { id } }) => judgeGame(await find(id)),
  );
}

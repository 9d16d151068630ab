import { gameIdSchema, type GameRecording } from '@vectra/protocol';
import type { FastifyInstance } from 'fastify';
import { badQuery, notFound } from './errors.js';
import { readGamesQuery } from './gamesQuery.js';
import type { HealthReport } from './health.js';
import type { RecentGamesReader } from './recentGames.js';
import type { GamesPage, Recordings } from './recordings.js';
import type { LiveWindow, Recent } from './window.js';

export interface ApiParts {
  window: LiveWindow;
  recent: RecentGamesReader;
  recordings: Recordings;
  health: () => HealthReport;
}

/** The REST routes. Times in answers are ISO 8601 UTC in recordings, Unix ms elsewhere. */
export function serveApi(http: FastifyInstance, { window, recent, recordings, health }: ApiParts): void {
  http.addHook('onRequest', ({ url }, reply, done) => {
    if (url.startsWith('/api/') || url.startsWith('/health')) reply.header('cache-control', 'no-store');
    done();
  });

  http.get('/health', async (_request, reply) => {
    const report = health();
    await reply.code(report.status === 'ok' ? 200 : 503).send(report);
  });

  http.get('/api/games', ({ query }): Promise<GamesPage> => recordings.list(readGamesQuery(query)));

  http.get('/api/games/recent', (): Promise<Recent> => recent.recent());

  http.get<{ Params: { id: string } }>('/api/games/:id', async ({ params }): Promise<GameRecording> => {
    if (!gameIdSchema.safeParse(params.id).success) {
      throw badQuery(
        `id=${JSON.stringify(params.id.slice(0, 80))}: expected a game id, as in 20251212-6114b2ff44ef4b71`,
      );
    }
    const recording = (await recordings.find(params.id)) ?? window.recording(params.id);
    if (recording === undefined) throw notFound(`no recording of game ${params.id}`);
    return recording;
  });
}

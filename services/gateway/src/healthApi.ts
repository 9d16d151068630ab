import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { HealthReport } from './health.js';
import { healthPage, healthText } from './healthText.js';
import { healthReport } from './schemas.js';

const FORMS = ['application/json', 'text/html', 'text/plain'];

/**
 * Answers from memory: nothing is awaited that may hang. For programs in JSON, for browsers as a page, as text for whoever accepts only
 * that.
 */
export function serveHealth(server: FastifyInstance, health: () => HealthReport): void {
  const http = server.withTypeProvider<ZodTypeProvider>();
  http.get(
    '/health',
    {
      config: { rateLimit: false },
      schema: {
        tags: ['health'],
        summary: 'How every part of the system is, and what to do where it is not well',
        description:
          '200 when all is well, otherwise 503. As text with `Accept: text/plain`, as a page for browsers.',
        response: { 200: healthReport, 503: healthReport },
      },
    },
    async (request, reply) => {
      const report = health();
      reply.code(report.status === 'ok' ? 200 : 503).header('vary', 'accept');
      switch (request.accepts().type(FORMS)) {
        case 'text/html':
          return reply.type('text/html; charset=utf-8').serializer(healthPage).send(report);
        case 'text/plain':
          return reply.type('text/plain; charset=utf-8').serializer(healthText).send(report);
        default:
          return reply.send(report);
      }
    },
  );
}

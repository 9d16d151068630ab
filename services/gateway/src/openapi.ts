import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { notFound } from './errors.js';
import { validator } from './parameters.js';

/** The WebSocket's counterpart of `/openapi.json`; generated with the documentation. */
const ASYNCAPI = fileURLToPath(new URL('../../../docs/asyncapi.json', import.meta.url));

const ABOUT = `Recorded and running games, the health of the system, and control of its parts. Events come over the WebSocket at \`/ws\`
or, for \`curl\`, from \`/events\`. Every error is \`{"error":{"code","message"}}\`.`;

/** Describes the routes that are registered after this, and has their parameters checked by their schemas. */
export async function describeApi(http: FastifyInstance): Promise<void> {
  http.setValidatorCompiler(validator);
  // The compiler has checked answers against their schemas; doing it again for each would only cost time.
  http.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Vectra', version: '1', description: ABOUT },
      servers: [{ url: '/' }],
      tags: [
        { name: 'games', description: 'Recorded games, and those that are about to be.' },
        { name: 'account', description: 'What the logged-in account did.' },
        { name: 'events', description: 'The same events as over the WebSocket.' },
        { name: 'live', description: 'Sessions of paper trading.' },
        { name: 'control', description: 'What changes something; with a token.' },
        { name: 'health', description: 'How the system is.' },
      ],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  });
  await http.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { url: '/openapi.json', deepLinking: true, validatorUrl: null },
  });
  http.get('/openapi.json', { schema: { hide: true } }, () => http.swagger());
  http.get('/asyncapi.json', { schema: { hide: true } }, async (_request, reply) => {
    const text = await readFile(ASYNCAPI, 'utf8').catch(() => {
      throw notFound('docs/asyncapi.json was not generated');
    });
    return reply.type('application/json').send(text);
  });
}

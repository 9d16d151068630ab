import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Logger } from '@vectra/service-kit';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.js';

/** The page and everything it needs come from here, and it talks to nobody else. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vectra</title>
<h1>The web app is not built</h1><p>Run <code>make build</code>, then start the gateway again.</p>
<p>The data is here already: <a href="/api/games/recent">/api/games/recent</a>, <a href="/health">/health</a>,
and the WebSocket at <code>/ws</code>.</p></html>`;

/** Security headers and error answers: JSON, in words, without a stack trace. */
export function setManners(http: FastifyInstance, logger: Logger): void {
  http.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS);
    done();
  });
  http.setErrorHandler(async (error, request, reply) => {
    if (error instanceof ApiError) {
      await reply.code(error.statusCode).send({ error: { code: error.code, message: error.message } });
      return;
    }
    const status = statusOf(error);
    if (status >= 500) logger.error({ err: error, url: request.url }, 'a request failed');
    const message = status >= 500 ? 'The gateway could not answer; its log says why.' : messageOf(error);
    await reply.code(status).send({ error: { code: status >= 500 ? 'internal' : 'bad_request', message } });
  });
  http.setNotFoundHandler(async ({ method, url }, reply) => {
    const path = url.split('?', 1)[0];
    await reply.code(404).send({ error: { code: 'not_found', message: `there is no ${method} ${path}` } });
  });
}

/** Serves the built web app at `/`; a page that says how to build it when it is not there. */
export async function serveWeb(http: FastifyInstance, folder: string): Promise<void> {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) {
    http.get('/', (_request, reply) =>
      reply.type('text/html').header('cache-control', 'no-cache').send(NOT_BUILT),
    );
    return;
  }
  // The build gives files below assets/ names that change with their content.
  const assets = join(root, 'assets') + sep;
  await http.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders: (response, path) => {
      const lasting = path.startsWith(assets);
      response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

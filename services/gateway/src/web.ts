import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vectra</title>
<h1>The web app is not built</h1><p>Run <code>make build</code>, then start the gateway again.</p>
<p>The data is here already: <a href="/api/games/recent">/api/games/recent</a>, <a href="/health">/health</a>,
the WebSocket at <code>/ws</code>, and <a href="/docs">what else there is</a>.</p></html>`;

/** Serves the built web app at `/`; a page that says how to build it when it is not there. */
export async function serveWeb(http: FastifyInstance, folder: string): Promise<void> {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) {
    http.get('/', { schema: { hide: true } }, (_request, reply) =>
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

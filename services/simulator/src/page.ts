import { readFile } from 'node:fs/promises';
import type { ServiceContext, VariableName } from '@vectra/service-kit';

/** Beside the compiled code as beside the source. */
const FOLDER = new URL('../page/', import.meta.url);
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8' };
const FILES = {
  '/page': 'page.html',
  '/page/page.js': 'page.js',
  '/page/socket.js': 'socket.js',
  '/page/worker.js': 'worker.js',
};

/** Serves the page that stands in for the game's: one that opens a connection of its own, logged in with `?auth=`. */
export async function servePage(http: ServiceContext<VariableName>['http']): Promise<void> {
  for (const [path, file] of Object.entries(FILES)) {
    const content = await readFile(new URL(file, FOLDER));
    const type = file.endsWith('.html') ? TYPES.html : TYPES.js;
    http.get(path, (_request, reply) => reply.type(type).header('cache-control', 'no-store').send(content));
  }
}

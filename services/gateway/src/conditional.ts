import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/**
 * Answers of these paths carry a tag of their content, and a request that names it (`If-None-Match`) is answered 304 without them. The
 * tag comes from the content alone: it is the same on every replica and after a restart.
 */
export function answerConditionally(http: FastifyInstance, paths: readonly string[]): void {
  http.addHook('onSend', (request, reply, payload, done) => {
    const { method, url } = request;
    const counts = (method === 'GET' || method === 'HEAD') && paths.some((path) => url.startsWith(path));
    if (!counts || reply.statusCode !== 200 || !isContent(payload)) {
      done(null, payload);
      return;
    }
    const tag = tagOf(payload);
    // Kept, and asked about each time: a game becomes complete, and its seed known.
    reply.headers({ etag: tag, 'cache-control': 'no-cache' });
    const isKnown = isNamed(tag, request.headers['if-none-match']);
    if (isKnown) reply.code(304);
    // Of the answer to HEAD Fastify takes the content away itself, and fails where there is none.
    done(null, isKnown && method === 'GET' ? null : payload);
  });
}

function isContent(payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || Buffer.isBuffer(payload);
}

function tagOf(payload: string | Buffer): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`;
}

/** Whether `If-None-Match` names a tag; weak ones count, as they do for reading (RFC 9110, 13.1.2). */
export function isNamed(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === tag);
}

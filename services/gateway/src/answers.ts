import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { reasonOf, type Logger } from '@vectra/service-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError, notFound } from './errors.js';

/** What every refusal and failure is answered with. */
export const errorAnswer = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .describe('What is wrong, in words; `code` is for programs.');

/** Codes of what Fastify itself refuses. */
const CODES: Readonly<Record<number, string>> = {
  404: 'not_found',
  413: 'too_large',
  414: 'too_large',
  415: 'bad_type',
};

/** Errors are answered in JSON and in words, and no stack trace leaves. Before anything is awaited: it counts for routes that exist already. */
export function answerErrors(http: FastifyInstance, logger: Logger): void {
  http.setErrorHandler(async (error, request, reply) => {
    const { statusCode, code, message } = presentable(error);
    if (statusCode >= 500 && !(error instanceof ApiError))
      logger.error({ err: error, url: request.url }, 'a request failed');
    endAfter(request.raw, reply.raw);
    await reply
      .code(statusCode)
      .headers({ 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' })
      .send(answerOf(code, message));
  });
}

/** What there is not counts for the rate limit as what there is. */
export function answerUnknown(http: FastifyInstance): void {
  http.setNotFoundHandler({ preHandler: http.rateLimit() }, ({ method, url }) => {
    const path = url.split('?', 1)[0] ?? '';
    throw notFound(`there is no ${method} ${path.slice(0, 200)}`);
  });
}

/** A connection that asked to be a WebSocket is no longer one the server sees to: without this it would stay. */
function endAfter(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.upgrade === undefined) return;
  response.setHeader('connection', 'close');
  response.once('finish', () => request.socket.destroySoon());
}

/** Answers a URL of which no request can be made. */
export function answerBadUrl(error: Error, request: IncomingMessage, response: ServerResponse): void {
  const { statusCode, code, message } = presentable(error);
  endAfter(request, response);
  response
    .writeHead(statusCode, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(answerOf(code, message)));
}

/** Answers what is no HTTP, or took too long to become one, and closes its connection. */
export function answerGarbage(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = garbage(error.code);
  const body = JSON.stringify(answerOf(code, message));
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

function garbage(reason: string | undefined): [status: number, code: string, message: string] {
  if (reason === 'HPE_HEADER_OVERFLOW')
    return [431, 'too_large', 'expected at most 16 KiB of headers, were more'];
  if (reason === 'ERR_HTTP_REQUEST_TIMEOUT')
    return [408, 'too_slow', 'expected a whole request, was only a part of one when its time was over'];
  return [400, 'bad_request', 'expected a request of HTTP/1.1, was none'];
}

function presentable(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500)
    return new ApiError(status, CODES[status] ?? 'bad_request', error.message.slice(0, 300));
  return new ApiError(500, 'internal', 'The gateway could not answer; its log says why.');
}

function answerOf(code: string, message: string): z.infer<typeof errorAnswer> {
  return { error: { code, message } };
}

/** @throws ApiError 503 when Redis does not answer: then nothing is known to have been done. */
export async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const reason = reasonOf(error);
    throw new ApiError(503, 'no_redis', `Redis did not answer (${reason}): ask again`);
  }
}

import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { Config, HttpOptions } from '@vectra/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerBadUrl, answerGarbage } from './answers.js';
import { ApiError, foreignHost, foreignOrigin } from './errors.js';
import { Origins } from './origins.js';

const HEADER_BYTES = 16 * 1024;
const URL_BYTES = 4 * 1024;
const BODY_BYTES = 64 * 1024;
/** From the first byte of a request to its last one. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 20_000;
const LATE_LOOK_MS = 2_000;
const MINUTE_MS = 60_000;

/** For those that watch the processes, under whatever name; there is nothing of the game in them. */
const FOR_WATCHERS: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

/** The pages and everything they need come from here, and they talk to nobody else. */
const CONTENT = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

type GuardConfig = Config<
  'GATEWAY_TOKENS' | 'GATEWAY_HOSTS' | 'GATEWAY_CORS_ORIGINS' | 'GATEWAY_RATE_LIMIT' | 'GATEWAY_TRUST_PROXY'
>;

/** How much, and for how long, one request may take of the server. */
export function serverLimits({ GATEWAY_TRUST_PROXY }: Pick<GuardConfig, 'GATEWAY_TRUST_PROXY'>): HttpOptions {
  return {
    trustProxy: GATEWAY_TRUST_PROXY.length > 0 ? GATEWAY_TRUST_PROXY : false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    http: {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LATE_LOOK_MS,
    },
    clientErrorHandler: answerGarbage,
    frameworkErrors: (error, request, reply) => answerBadUrl(error, request.raw, reply.raw),
  };
}

/** Who may ask, how often, and what browsers may do with the answers; before any route that counts for the rate limit. */
export async function guard(http: FastifyInstance, config: GuardConfig): Promise<void> {
  const origins = new Origins({
    origins: config.GATEWAY_CORS_ORIGINS,
    hosts: config.GATEWAY_HOSTS,
    anyHost: config.GATEWAY_TOKENS.length > 0,
  });
  await http.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Whether there is TLS, and for how long, is for the proxy that has the certificate to say.
    strictTransportSecurity: false,
  });
  http.addHook('onRequest', (request, reply, done) => {
    refuseForeigners(request, origins);
    if (request.url.startsWith('/api/') || request.url.startsWith('/health'))
      reply.header('cache-control', 'no-store');
    done();
  });
  if (config.GATEWAY_CORS_ORIGINS.length > 0) {
    await http.register(cors, {
      origin: config.GATEWAY_CORS_ORIGINS,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'if-none-match', 'last-event-id'],
      exposedHeaders: ['etag', 'link', 'retry-after'],
      maxAge: 600,
    });
  }
  await http.register(rateLimit, {
    max: config.GATEWAY_RATE_LIMIT,
    timeWindow: MINUTE_MS,
    // Who has gone meanwhile has no address.
    keyGenerator: ({ raw, ip }) => (raw.socket.remoteAddress === undefined ? 'gone' : normalizeIP(ip)),
    errorResponseBuilder: (_request, { max, ttl }) =>
      new ApiError(
        429,
        'too_many_requests',
        `expected at most ${max} requests a minute of one address: ask again in ${Math.ceil(ttl / 1000)} s`,
      ),
  });
}

/** @throws ApiError when the URL is too long, or a page asks that may not. */
function refuseForeigners(request: FastifyRequest, origins: Origins): void {
  const { method, headers, host, url, routeOptions } = request;
  if (url.length > URL_BYTES)
    throw new ApiError(414, 'too_large', `expected a URL of at most ${URL_BYTES} bytes, was ${url.length}`);
  if (!FOR_WATCHERS.has(routeOptions.url) && !origins.goesBy(host)) throw foreignHost(host);
  // What only reads needs no check: without leave of CORS its answer is withheld from the page.
  const acts = headers.upgrade !== undefined || !['GET', 'HEAD', 'OPTIONS'].includes(method);
  const { origin } = headers;
  if (acts && origin !== undefined && !origins.allows({ origin, host })) throw foreignOrigin(origin, host);
}

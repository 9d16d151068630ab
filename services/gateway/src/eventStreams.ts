import { channelPattern, parsePosition, resumeToken } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roleOf } from './access.js';
import { errorAnswer } from './answers.js';
import { ApiError } from './errors.js';
import { EventStream } from './eventStream.js';
import type { Hub } from './hub.js';
import type { ClientMeters } from './metrics.js';
import type { OutletLimits } from './outlet.js';
import type { LogSource } from './source.js';
import type { Tokens } from './tokens.js';

export interface StreamLimits extends OutletLimits {
  /** How often a client is told that the connection lives, and its place. */
  pingMs: number;
  /** How long a client gets to take the last that it is told. */
  goodbyeMs: number;
  /** How soon a client that is sent away may come back; each further one so much later, but none later than the longest. */
  returnMs: { first: number; each: number; longest: number };
  maxClients: number;
  maxClientsPerAddress: number;
}

export interface StreamParts {
  hub: Hub;
  log: Pick<LogSource, 'state' | 'range'>;
  logger: Logger;
  limits: StreamLimits;
  meters: ClientMeters;
  tokens: Tokens;
}

const MOST_CHANNELS = 100;

const query = z.strictObject({
  channels: z
    .string('expected the parameter once')
    .transform((text) => text.split(','))
    .pipe(z.array(channelPattern).max(MOST_CHANNELS))
    .optional()
    .describe('Event types, families as `game.*`, or `*`, separated by commas; `*` unless told.'),
  since: resumeToken
    .optional()
    .describe('The `id` of the last event that was received; the header Last-Event-ID counts before it.'),
});

/** The clients that take events from `/events`: Server-Sent Events, as browsers and `curl` read them. */
export class EventStreams {
  readonly #parts: StreamParts;
  readonly #streams = new Map<EventStream, { address: string }>();
  readonly #pings: NodeJS.Timeout;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#pings = setInterval(() => {
      for (const stream of this.#streams.keys()) stream.ping();
    }, parts.limits.pingMs);
  }

  /** How many clients are served. */
  get size(): number {
    return this.#streams.size;
  }

  register(server: FastifyInstance): void {
    const http = server.withTypeProvider<ZodTypeProvider>();
    http.get(
      '/events',
      {
        exposeHeadRoute: false,
        schema: {
          tags: ['events'],
          summary: 'Events as they come (Server-Sent Events)',
          description:
            'First `subscribed`, which says whether everything after `since` follows, or why not; then each event, its `id` the token to ' +
            'resume with. Events of the own account need a token where GATEWAY_TOKENS is set.',
          querystring: query,
          response: { 200: z.string(), 400: errorAnswer, 401: errorAnswer, 503: errorAnswer },
        },
      },
      async (request, reply) => {
        const role = roleOf(request, this.#parts.tokens);
        const { channels = ['*'], since } = request.query;
        const place = placeIn(request.headers['last-event-id']) ?? since;
        this.#admit(request.ip);
        reply.hijack();
        for (const [name, value] of Object.entries(reply.getHeaders()))
          if (value !== undefined) reply.raw.setHeader(name, value);
        // Proxies are not to gather what is to be read at once.
        reply.raw.writeHead(200, {
          'content-type': 'text/event-stream; charset=utf-8',
          ...{ 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
        });
        const stream = new EventStream(reply.raw, role !== undefined, this.#parts);
        this.#streams.set(stream, { address: request.ip });
        reply.raw.on('close', () => {
          this.#streams.delete(stream);
          stream.end();
        });
        await stream.begin(channels, place === undefined ? undefined : parsePosition(place));
      },
    );
  }

  /** Sends everybody away, to resume elsewhere or later; not all of them at the same time. */
  sendAway(): void {
    const { first, each, longest } = this.#parts.limits.returnMs;
    let returnMs = first;
    for (const stream of this.#streams.keys()) {
      stream.sendAway(Math.round(Math.min(returnMs, longest)));
      returnMs += each;
    }
  }

  /** Resolves when all have gone. */
  async close(): Promise<void> {
    clearInterval(this.#pings);
    this.sendAway();
    while (this.#streams.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** @throws ApiError 503 when there are as many clients as are allowed. */
  #admit(address: string): void {
    const { maxClients, maxClientsPerAddress } = this.#parts.limits;
    const ofAddress = [...this.#streams.values()].filter((stream) => stream.address === address).length;
    if (this.#streams.size < maxClients && ofAddress < maxClientsPerAddress) return;
    this.#parts.meters.turnedAway();
    this.#parts.logger.warn({ address }, 'a client is turned away: too many connections');
    throw new ApiError(
      503,
      'too_many_connections',
      'there are as many clients as are allowed: come back later',
    );
  }
}

/** @throws ApiError 400 when the header holds something else: to go on as if there were none would lose events in silence. */
function placeIn(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const parsed = resumeToken.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    400,
    'bad_query',
    'expected the id of an event in the header Last-Event-ID, as in 8f3a12bc:1042',
  );
}

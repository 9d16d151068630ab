import closeWithGrace from 'close-with-grace';
import fastify, { type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import { Registry } from 'prom-client';
import { ConfigError, loadConfig } from './config.js';
import { Health } from './health.js';
import { createLogger, type Logger } from './logger.js';
import { describeFailure } from './failure.js';
import { serviceMetrics } from './metrics.js';
import type { Config, VariableName } from './variables.js';

/** Read by every service, named or not. */
export const COMMON_VARIABLES = ['LOG_LEVEL', 'LOG_FORMAT', 'BIND_ADDRESS', 'SHUTDOWN_TIMEOUT_MS'] as const;
type CommonName = (typeof COMMON_VARIABLES)[number];

export interface ServiceContext<K extends VariableName> {
  config: Config<K | CommonName>;
  log: Logger;
  /** Served at `/metrics`. */
  metrics: Registry;
  /** Listens once `start` has resolved; `/healthz`, `/readyz` and `/metrics` are on it. */
  http: FastifyInstance;
  health: Health;
  /** Aborted when the service is asked to stop, before its stop function is called. */
  stopping: AbortSignal;
  /** Ends the service because of an error nothing else can handle. */
  fail(error: unknown): void;
}

export type HttpOptions = Omit<FastifyHttpOptions<Server>, 'logger' | 'loggerInstance'>;

export interface ServiceDefinition<K extends VariableName> {
  name: string;
  /** One sentence for `--help`. */
  about: string;
  variables: readonly K[];
  /** The variable that holds the HTTP port. */
  port: K;
  /** What its HTTP server has otherwise than those of other services. */
  http?(config: Config<K | CommonName>): HttpOptions;
  /** Resolves when the service works; what it returns drains and releases everything it took. */
  start(context: ServiceContext<K>): Promise<() => Promise<void>>;
}

export interface RunningService {
  port: number;
  url: string;
  /** Ready to not ready, then drained, then released. Safe to call twice. */
  stop(): Promise<void>;
}

export interface StartOptions {
  env?: Record<string, string | undefined>;
  log?: Logger;
  onFailure?(error: unknown): void;
}

/**
 * Starts a service in this process.
 *
 * @throws ConfigError when the environment does not fit, or whatever `start` or listening throws; nothing is left running then.
 */
export async function startService<K extends VariableName>(
  definition: ServiceDefinition<K>,
  options: StartOptions = {},
): Promise<RunningService> {
  const config = loadConfig<K | CommonName>([...COMMON_VARIABLES, ...definition.variables], options.env);
  const log = options.log ?? createLogger(definition.name, config);
  const health = new Health();
  const metrics = new Registry();
  const stopping = new AbortController();
  serviceMetrics(metrics, health, () => stopping.signal.aborted);
  const http = createHttp({
    ...{ log, health, metrics, stopping: stopping.signal },
    options: definition.http?.(config) ?? {},
  });
  const fail = (error: unknown): void => {
    health.set('service', false, describeFailure(error));
    if (!stopping.signal.aborted) options.onFailure?.(error);
  };

  let release: () => Promise<void> = () => Promise.resolve();
  const stopOnce = async (): Promise<void> => {
    stopping.abort();
    await release();
    await http.close();
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopOnce());

  try {
    release = await definition.start({ config, log, health, metrics, http, stopping: stopping.signal, fail });
    await http.listen({ host: config.BIND_ADDRESS, port: Number(config[definition.port]) });
  } catch (error) {
    await stop();
    throw error;
  }
  const address = http.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://${config.BIND_ADDRESS.includes(':') ? `[${config.BIND_ADDRESS}]` : config.BIND_ADDRESS}:${port}`;
  log.info({ url }, 'listening');
  return { port, url, stop };
}

/**
 * The whole life of a service process: environment, start, signals, stop within `SHUTDOWN_TIMEOUT_MS`.
 * Exit status 0 after a clean stop, 1 after a failure, 78 when the environment does not fit.
 */
export async function runService<K extends VariableName>(definition: ServiceDefinition<K>): Promise<void> {
  let log: Logger | undefined;
  try {
    const config = loadConfig([...COMMON_VARIABLES, ...definition.variables]);
    log = createLogger(definition.name, config);
    await superviseService(definition, log, config.SHUTDOWN_TIMEOUT_MS);
  } catch (error) {
    if (log === undefined) process.stderr.write(`${definition.name}: ${describeFailure(error)}\n`);
    else log.fatal(describeFailure(error));
    process.exit(error instanceof ConfigError ? 78 : 1);
  }
}

async function superviseService<K extends VariableName>(
  definition: ServiceDefinition<K>,
  log: Logger,
  delay: number,
): Promise<void> {
  // Installed before the start, so that a signal during a slow start (Redis not up yet) is obeyed as well.
  const running: { service?: RunningService } = {};
  closeWithGrace({ delay, logger: false }, async ({ signal, err }) => {
    if (err === undefined) log.info({ signal }, 'stopping');
    else log.fatal({ err }, `stopping: ${describeFailure(err)}`);
    await running.service?.stop();
    log.info('stopped');
  });
  running.service = await startService(definition, {
    log,
    // As an uncaught error, so that the process drains, stops and exits with status 1.
    onFailure: (error) =>
      setImmediate(() => {
        throw error instanceof Error ? error : new Error(String(error));
      }),
  });
}

interface HttpParts {
  log: Logger;
  health: Health;
  metrics: Registry;
  stopping: AbortSignal;
  options: HttpOptions;
}

function createHttp({ log, health, metrics, stopping, options }: HttpParts): FastifyInstance {
  const requestLog: FastifyBaseLogger = log.child({}, { level: 'warn' });
  const http = fastify({
    loggerInstance: requestLog,
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    requestTimeout: 30_000,
    ...options,
  });
  http.get('/healthz', () => ({ status: 'alive' }));
  http.get('/readyz', async (_request, reply) => {
    const ready = health.ok && !stopping.aborted;
    await reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', checks: health.checks });
  });
  http.get('/metrics', async (_request, reply) => {
    await reply.type(metrics.contentType).send(await metrics.metrics());
  });
  return http;
}

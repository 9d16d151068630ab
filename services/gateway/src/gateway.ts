import accepts from '@fastify/accepts';
import { formatPosition, type Event } from '@vectra/protocol';
import { traceEvents } from '@vectra/service-kit';
import { safeUrl, type GroupOptions } from '@vectra/stream';
import { serveAccount } from './accountApi.js';
import { answerErrors, answerUnknown } from './answers.js';
import { answerConditionally } from './conditional.js';
import { EventStreams } from './eventStreams.js';
import { exposureWarning } from './exposure.js';
import { serveGames } from './gamesApi.js';
import { guard } from './guard.js';
import { assess, type GatewayState, type HealthReport } from './health.js';
import { serveHealth } from './healthApi.js';
import { Hub } from './hub.js';
import { logMetrics, servingMetrics } from './metrics.js';
import { Observer } from './observer.js';
import { describeApi } from './openapi.js';
import { serveLiveApi } from './paper/api.js';
import { PaperDesk } from './paper/desk.js';
import { PaperExchange } from './paper/exchange.js';
import { Quantiles } from './quantiles.js';
import { RecentGamesReader } from './recentGames.js';
import { serveRecorderApi } from './recorderApi.js';
import { Recordings } from './recordings.js';
import { replayDesk } from './replay/desk.js';
import type { GatewayContext } from './service.js';
import { Sockets, type SocketLimits } from './sockets.js';
import type { LogSource } from './source.js';
import { Tokens } from './tokens.js';
import { serveWeb } from './web.js';
import { LiveWindow } from './window.js';

/** How much of the log is read at the start, so that the last games are at hand: some two hours of the live game. */
const WARM_UP_EVENTS = 20_000;
const WARM_UP_PAGE = 1_000;

interface GatewayParts {
  log: LogSource;
  /** Tells replicas apart: each has a consumer group of its own. */
  instance: string;
  limits: SocketLimits;
}

/** Log in; WebSocket, REST, health and the web app out. */
export class Gateway {
  readonly #context: GatewayContext;
  readonly #log: LogSource;
  readonly #instance: string;
  readonly #hub = new Hub();
  readonly #window: LiveWindow;
  readonly #tokens: Tokens;
  readonly #recordings: Recordings;
  readonly #paper: PaperExchange;
  readonly #sockets: Sockets;
  readonly #streams: EventStreams;
  readonly #observer: Observer;
  readonly #latencies = new Quantiles();
  readonly #metrics: ReturnType<typeof servingMetrics>;
  #following: Promise<unknown> = Promise.resolve();

  constructor(context: GatewayContext, { log, instance, limits }: GatewayParts) {
    const { config, metrics } = context;
    this.#context = context;
    this.#log = log;
    this.#instance = instance;
    this.#window = new LiveWindow(config.GATEWAY_WINDOW);
    this.#tokens = new Tokens(config.GATEWAY_TOKENS);
    const logger = context.log;
    this.#recordings = new Recordings(config.RUGS_DATA_DIR, logger);
    this.#paper = new PaperExchange({ source: log.paper, logger, instance });
    this.#metrics = servingMetrics(metrics, { clients: () => this.#clients, lag: () => this.#lag });
    const { meters } = this.#metrics;
    const clientParts = { hub: this.#hub, log, logger, limits, meters, tokens: this.#tokens };
    this.#sockets = new Sockets({
      ...clientParts,
      desks: [
        replayDesk({ recordings: this.#recordings, logger }),
        (client) => new PaperDesk(client, this.#paper),
      ],
    });
    this.#streams = new EventStreams(clientParts);
    this.#observer = new Observer(log);
    logMetrics({
      registry: metrics,
      observation: () => this.#observer.latest,
      figures: (groups) => log.figures(groups),
      requiredGroups: config.REQUIRED_GROUPS,
      onFailure: (error) => logger.warn({ err: error }, 'metrics lack what Redis did not answer'),
    });
  }

  async start(): Promise<void> {
    const { config, http, log } = this.#context;
    this.#warnOfExposure();
    answerErrors(http, log);
    await guard(http, config);
    answerUnknown(http);
    answerConditionally(http, ['/api/games', '/api/account/', '/openapi.json', '/asyncapi.json']);
    await http.register(accepts);
    await describeApi(http);
    await this.#sockets.register(http);
    const recent = new RecentGamesReader({
      window: this.#window,
      read: () => this.#log.recentGames(),
      capacity: config.GATEWAY_WINDOW,
    });
    serveHealth(http, () => this.#health());
    serveGames(http, { window: this.#window, recent, recordings: this.#recordings });
    const tokens = this.#tokens;
    serveAccount(http, { tokens, recordings: this.#recordings });
    serveRecorderApi(http, { tokens, log: this.#log, logger: log });
    serveLiveApi(http, { tokens, source: this.#log.paper, services: () => this.#log.services() });
    this.#streams.register(http);
    await serveWeb(http, config.GATEWAY_WEB_DIR);
    await this.#warmUp();
    await this.#observer.ask();
    this.#log.announce('gateway', () => ({ ok: this.#context.health.ok, detail: { ...this.#state() } }));
    const following = [this.#follow(), this.#paper.follow(this.#context.stopping)];
    this.#following = Promise.all(following).catch((error: unknown) => this.#context.fail(error));
  }

  async stop(): Promise<void> {
    this.#observer.stop();
    await Promise.all([this.#sockets.close(), this.#streams.close()]);
    await this.#following;
    await this.#log.close();
  }

  #warnOfExposure(): void {
    const { config, log } = this.#context;
    const warning = exposureWarning({
      bound: config.BIND_ADDRESS,
      published: config.GATEWAY_PUBLISHED_ADDRESS,
      hasTokens: config.GATEWAY_TOKENS.length > 0,
    });
    if (warning !== undefined) log.warn(warning);
  }

  /** Reads the newest events, so that the window is whole and clients that come back are served from memory. */
  async #warmUp(): Promise<void> {
    const { first, last } = await this.#log.state();
    let folded = 0;
    for (let seq = Math.max(first, last - WARM_UP_EVENTS + 1); seq <= last; seq += WARM_UP_PAGE) {
      const page = await this.#log.range(seq, Math.min(last, seq + WARM_UP_PAGE - 1), WARM_UP_PAGE);
      this.#take(page);
      folded += page.length;
    }
    this.#context.log.info({ events: folded, position: this.#hub.id }, 'read the newest events');
  }

  async #follow(): Promise<void> {
    const { config, log, health, stopping } = this.#context;
    const options: GroupOptions = {
      from: this.#hub.position === undefined ? 'start' : formatPosition(this.#hub.position),
      ephemeral: true,
      leaseTtlMs: config.LEASE_TTL_MS,
      signal: stopping,
      onStatus: (status) => health.set('log', status === 'owner', status),
      onGap: (gap) => {
        log.error(gap, 'events were trimmed before this gateway had them; its clients are told');
        this.#sockets.sendAway();
        this.#streams.sendAway();
      },
      onEpoch: (epoch, previous) => log.error({ epoch, previous }, 'the log began anew; clients are told'),
    };
    for await (const { events } of this.#log.group(`gateway:${this.#instance}`, options)) {
      this.#take(events);
      for (const event of events) this.#paper.observe(event);
      traceEvents(this.#context.log, events, 'handed to clients', { clients: this.#clients });
      this.#metrics.onEvents(events.length);
      this.#time(events);
    }
  }

  #take(events: readonly Event[]): void {
    for (const event of events) this.#window.fold(event);
    this.#hub.publish(events);
  }

  #time(events: readonly Event[]): void {
    const now = Date.now();
    for (const event of events) {
      if (!isLive(event)) continue;
      const latency = Math.max(0, now - event.timestamp);
      this.#latencies.add(latency);
      this.#metrics.onDelivered(latency);
    }
  }

  get #lag(): number {
    return Math.max(0, this.#observer.latest.log.last - (this.#hub.position?.seq ?? 0));
  }

  get #clients(): number {
    return this.#sockets.size + this.#streams.size;
  }

  #state(): GatewayState {
    const [p50 = null, p95 = null, p99 = null] = this.#latencies.at(0.5, 0.95, 0.99);
    const latencyMs = { p50, p95, p99 };
    return { clients: this.#clients, latencyMs, position: this.#hub.position?.seq ?? 0 };
  }

  #health(): HealthReport {
    const { config } = this.#context;
    return assess({
      observation: this.#observer.latest,
      gateway: this.#state(),
      expectedServices: config.GATEWAY_EXPECTED_SERVICES,
      requiredGroups: config.REQUIRED_GROUPS,
      redis: safeUrl(config.REDIS_URL),
      now: Date.now(),
    });
  }
}

/** A backfilled tick's age says nothing of the way it took. */
function isLive(event: Event): boolean {
  return event.type !== 'game.tick' || event.data.backfilled === undefined;
}

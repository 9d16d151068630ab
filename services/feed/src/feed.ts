import type { EventOf, Source } from '@vectra/protocol';
import { FencedError, type EventLog, type Publisher } from '@vectra/stream';
import type { Switch } from './choice.js';
import { Leadership } from './leadership.js';
import { Meters } from './meters.js';
import { tellStored } from './moments.js';
import { Monitors, type Assessment } from './monitors/monitors.js';
import { RawCapture } from './rawCapture.js';
import type { FeedContext } from './service.js';
import type { StatusChange } from './source.js';
import { Sources, type MakeSource, type Use } from './sources.js';
import { trimRegularly } from './trimming.js';
import type { UpstreamEvent } from './wire.js';

/** How often it is looked whether anything still comes. */
const WATCH_MS = 1_000;

export interface FeedParts {
  context: FeedContext;
  log: EventLog;
  /** What events of the public connection say of their source. */
  source: Source;
  /** The connections to the game, the preferred one first. */
  sources: readonly [MakeSource, ...MakeSource[]];
}

/**
 * The feed's life: it listens to upstream all the time, and by turns stands by and fills the log, until stopped. What it
 * heard in the last minute it holds: when it takes over, the log gets what it lacks of that.
 */
export class Feed {
  readonly #context: FeedContext;
  readonly #log: EventLog;
  readonly #source: Source;
  readonly #sources: Sources;
  readonly #meters: Meters;
  readonly #monitors: Monitors;
  #assessed: Assessment | undefined;
  /** Undefined when nothing is to be kept as it was received. */
  readonly #capture: RawCapture | undefined;
  /** Unix ms; null for a feed that found the log free. */
  #standbySince: number | null = null;
  #leadership: Leadership | undefined;
  /** Why the log does not take events; null while it does. */
  #logProblem: string | null = null;

  constructor({ context, log, source, sources }: FeedParts) {
    this.#context = context;
    this.#log = log;
    this.#source = source;
    this.#sources = new Sources(sources, {
      onEvent: (event, use) => this.#receive(event, use),
      onStatus: (change, blind) => this.#changeConnection(change, blind),
      onSwitch: (change, heard) => this.#switch(change, heard),
    });
    this.#meters = new Meters(context.metrics, {
      leader: () => this.#leadership !== undefined,
      held: () => this.#sources.heldEvents,
      waiting: () => this.#leadership?.publisher.waiting ?? 0,
      sources: () => this.#sources.all,
      followed: () => this.#sources.active,
      illegalTransitions: () => this.#leadership?.games.illegalTransitions ?? 0,
      tickRegressions: () => this.#leadership?.games.tickRegressions ?? 0,
    });
    this.#monitors = new Monitors({
      metrics: context.metrics,
      limitPerSecond: context.config.FEED_LIMIT_PER_SECOND,
      condition: () => ({
        connections: this.#sources.all.filter(({ present }) => present),
        preferred: this.#sources.preferred,
        followed: this.#sources.active,
        logProblem: this.#logProblem,
        waiting: this.#leadership?.publisher.waiting ?? 0,
        p99: this.#meters.latency()?.p99 ?? null,
      }),
    });
    const { RECORDER_RAW_CAPTURE: captures, RAW_CAPTURE_MAX_MB: megabytes } = context.config;
    if (captures)
      this.#capture = new RawCapture({ log, maxBytes: megabytes * 2 ** 20, metrics: context.metrics });
    this.#showHealth();
  }

  /** Resolves after a clean stop. Rejects when the feed cannot go on. */
  async run(): Promise<void> {
    this.#sources.open();
    const watch = setInterval(() => this.#watch(), WATCH_MS);
    try {
      while (!this.#context.stopping.aborted) await this.#lead(await this.#standBy());
    } finally {
      clearInterval(watch);
      await this.#sources.close();
    }
  }

  /** The newest ticks of the log, oldest first; none while another feed writes it. */
  newestTicks(): EventOf<'game.tick'>[] {
    return this.#leadership?.ticks ?? [];
  }

  /** What the heartbeat tells, and with it the gateway's `/health`. */
  status(): Record<string, unknown> {
    const latencyMs = this.#meters.latency();
    const games = this.#leadership?.games;
    const standsBy = this.#leadership === undefined;
    return {
      role: standsBy ? 'standby' : 'leader',
      status: standsBy ? 'standby' : (this.#sources.state?.status ?? 'connecting'),
      followed: this.#sources.active,
      sources: this.#sources.all
        .filter(({ present }) => present)
        .map(({ name, connected, reconnects, lastEventAt }) => ({
          source: name,
          connected,
          reconnects,
          lastEventAt,
          latencyMs: name === this.#sources.active ? latencyMs : null,
        })),
      ...this.#gameStatus(games),
      ...this.#condition(),
      waiting: this.#leadership?.publisher.waiting ?? 0,
      held: this.#sources.heldEvents,
      upstreamEvents: this.#meters.totals,
    };
  }

  #gameStatus(games: Leadership['games'] | undefined): Record<string, unknown> {
    return {
      phase: games?.phase ?? 'UNKNOWN',
      gameId: games?.currentId ?? null,
      illegalTransitions: games?.illegalTransitions ?? 0,
      tickRegressions: games?.tickRegressions ?? 0,
    };
  }

  #condition(): Record<string, unknown> {
    const { mode, reasons, data } = this.#monitors.assess(Date.now());
    const { limited, transitions } = this.#monitors.counts;
    return { mode, reasons, dataAgeMs: data.ageMs, latencySpikes: this.#meters.spikes, limited, transitions };
  }

  /** Waits until the log is this feed's to write. */
  async #standBy(): Promise<Publisher> {
    const { config, log, stopping } = this.#context;
    const publisher = await this.#log.publisher({
      folder: config.FEED_DATA_DIR,
      maxEvents: config.LOG_MAX_EVENTS,
      requiredGroups: config.REQUIRED_GROUPS,
      leaseTtlMs: config.LEASE_TTL_MS,
      signal: stopping,
      onStandby: () => {
        log.info({}, 'another feed writes the log; standing by');
        this.#standbySince ??= Date.now();
      },
      onStored: (events) => {
        this.#meters.stored(events);
        tellStored(log, events);
      },
      onProblem: (problem) => this.#tellLog(problem),
    });
    log.info({ epoch: publisher.epoch, last: publisher.last }, 'writing the log');
    return publisher;
  }

  /** Fills the log until stopped, or until another feed does. */
  async #lead(publisher: Publisher): Promise<void> {
    const { log } = this.#context;
    const ended = new AbortController();
    // From the beginning: what waits to be stored may wait for room.
    const trimming = trimRegularly(this.#context, this.#log, publisher, ended.signal);
    try {
      const leadership = await this.#takeOver(publisher);
      await leadership.last();
      const told = this.#sources.states;
      await this.#sources.close();
      this.#signOff(leadership, told);
      await leadership.flush();
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      log.warn({ reason: error.message }, 'another feed writes the log; standing by');
      this.#tellLog(null);
    } finally {
      this.#standbySince = Date.now();
      this.#leadership = undefined;
      this.#showHealth();
      ended.abort();
      // While no other feed has begun to.
      await this.#capture?.end();
      await trimming;
      await publisher.close();
    }
  }

  async #takeOver(publisher: Publisher): Promise<Leadership> {
    this.#sources.keepAll = true;
    try {
      const parts = { context: this.#context, log: this.#log, source: this.#source, publisher };
      const leadership = await Leadership.begin(parts);
      // From here to the end in one turn: nothing that is heard is left out or taken twice.
      leadership.takeOver(this.#connectionSoFar(), this.#sources.heard());
      this.#capture?.begin(this.#sources.heard());
      this.#leadership = leadership;
      this.#standbySince = null;
      this.#showHealth();
      return leadership;
    } finally {
      this.#sources.keepAll = false;
    }
  }

  /** What the log is to be told of the connections: that this feed stood by, and how they are now; or all there was. */
  #connectionSoFar(): StatusChange[] {
    const now = Date.now();
    const since = this.#standbySince;
    if (since === null) return this.#sources.changes;
    const reason = `stood by since ${new Date(since).toISOString()}`;
    const standby: StatusChange = { status: 'standby', attempt: 0, reason, receivedAt: now };
    return [standby, ...this.#sources.states.map((state) => ({ ...state, receivedAt: now }))];
  }

  /** Tells the log that the connections which were there are given up. */
  #signOff(leadership: Leadership, told: readonly StatusChange[]): void {
    const receivedAt = Date.now();
    for (const { via = 'public' } of told) {
      const change = {
        status: 'disconnected',
        attempt: 0,
        reason: 'the feed stops',
        receivedAt,
        via,
      } as const;
      leadership.connection(change, via === this.#sources.active);
    }
  }

  #receive(event: UpstreamEvent, use: Use): void {
    if (use === 'followed') this.#monitors.heard(event);
    if (!this.#monitors.admits(event)) {
      this.#meters.upstream(event, { drafts: [], noise: 'limited' });
      return;
    }
    const outcome = this.#leadership?.receive(event, use) ?? { drafts: [], noise: 'standby' };
    this.#monitors.logged(outcome.drafts);
    this.#meters.upstream(event, outcome);
    this.#capture?.receive(event, use);
  }

  #switch({ from, to, reason }: Switch, heard: readonly UpstreamEvent[]): void {
    this.#context.log.info({ from, to, reason }, 'another connection is followed');
    this.#leadership?.cross(heard);
    this.#capture?.cross(heard);
    this.#meters.switched(to);
    this.#showHealth();
  }

  #changeConnection(change: StatusChange, blind: boolean): void {
    const { status, attempt, reason, via = 'public' } = change;
    this.#context.log.info({ source: via, status, attempt, reason }, 'upstream');
    this.#leadership?.connection(change, blind);
    if (via === this.#sources.active) this.#capture?.connection(change);
    this.#monitors.connected(this.#sources.connected, change.receivedAt);
    this.#showHealth();
  }

  /** What is not told by any event: that none comes. */
  #watch(): void {
    const before = this.#assessed;
    const now = this.#monitors.assess(Date.now());
    this.#assessed = now;
    const { mode, reasons, data } = now;
    this.#context.health.set('data', data.ok, data.problem ?? undefined);
    if (before !== undefined && before.mode !== mode)
      this.#context.log[mode === 'normal' ? 'info' : 'warn'](
        { mode, before: before.mode, reasons: reasons.map(({ message }) => message) },
        'operating mode',
      );
    if (before === undefined || before.data.ok === data.ok || !this.#sources.connected) return;
    const status = data.ok ? 'connected' : 'degraded';
    const change = { status, attempt: 0, reason: data.problem, receivedAt: Date.now() } as const;
    this.#leadership?.connection({ ...change, via: this.#sources.active }, false);
  }

  #tellLog(problem: string | null): void {
    this.#logProblem = problem;
    this.#context.health.set('log', problem === null, problem ?? undefined);
  }

  #showHealth(): void {
    const { health } = this.#context;
    const { status, reason } = this.#sources.state ?? { status: 'not connected yet', reason: null };
    const leads = this.#leadership !== undefined;
    health.set('upstream', this.#sources.connected, `${leads ? '' : 'standby: '}${reason ?? status}`);
    health.set('role', true, leads ? 'leader' : 'standby');
  }
}

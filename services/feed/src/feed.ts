import type { EventOf, Source } from '@vectra/protocol';
import { FencedError, type EventLog, type Publisher } from '@vectra/stream';
import { Held } from './held.js';
import { Leadership } from './leadership.js';
import { Meters } from './meters.js';
import type { FeedContext } from './service.js';
import { PublicSource, type StatusChange } from './source.js';
import { trimRegularly } from './trimming.js';
import { sourceOf } from './upstream.js';
import type { UpstreamEvent } from './wire.js';

/**
 * The feed's life: it listens to upstream all the time, and by turns stands by and fills the log, until stopped. What it
 * heard in the last minute it holds: when it takes over, the log gets what it lacks of that.
 */
export class Feed {
  readonly #context: FeedContext;
  readonly #log: EventLog;
  readonly #source: Source;
  readonly #upstream: PublicSource;
  readonly #meters: Meters;
  readonly #held = new Held();
  /** Unix ms; null for a feed that found the log free. */
  #standbySince: number | null = null;
  /** The log is ours, but not read yet: what is held must not expire. */
  #takingOver = false;
  #leadership: Leadership | undefined;
  #connection: StatusChange | undefined;

  constructor(context: FeedContext, log: EventLog, upstream: string) {
    const { config, metrics } = context;
    this.#context = context;
    this.#log = log;
    this.#source = sourceOf(upstream);
    this.#upstream = new PublicSource({
      url: upstream,
      origin: config.UPSTREAM_ORIGIN,
      onEvent: (event) => this.#receive(event),
      onStatus: (change) => this.#changeConnection(change),
    });
    this.#meters = new Meters(metrics, {
      leader: () => this.#leadership !== undefined,
      held: () => this.#held.size,
      waiting: () => this.#leadership?.publisher.waiting ?? 0,
      connected: () => this.#upstream.connected,
      reconnects: () => this.#upstream.reconnects,
      illegalTransitions: () => this.#leadership?.games.illegalTransitions ?? 0,
    });
    this.#showHealth();
  }

  /** Resolves after a clean stop. Rejects when the feed cannot go on. */
  async run(): Promise<void> {
    this.#upstream.open();
    try {
      while (!this.#context.stopping.aborted) await this.#lead(await this.#standBy());
    } finally {
      this.#upstream.close();
    }
  }

  /** The newest ticks of the log, oldest first; none while another feed writes it. */
  newestTicks(): EventOf<'game.tick'>[] {
    return this.#leadership?.ticks ?? [];
  }

  /** What the heartbeat tells, and with it the gateway's `/health`. */
  status(): Record<string, unknown> {
    const { connected, reconnects, lastEventAt } = this.#upstream;
    const games = this.#leadership?.games;
    const standsBy = this.#leadership === undefined;
    return {
      role: standsBy ? 'standby' : 'leader',
      status: standsBy ? 'standby' : (this.#connection?.status ?? 'connecting'),
      sources: [{ source: 'public', connected, reconnects, lastEventAt, latencyMs: this.#meters.latency() }],
      phase: games?.phase ?? 'UNKNOWN',
      gameId: games?.currentId ?? null,
      illegalTransitions: games?.illegalTransitions ?? 0,
      waiting: this.#leadership?.publisher.waiting ?? 0,
      held: this.#held.size,
      upstreamEvents: this.#meters.totals,
    };
  }

  /** Waits until the log is this feed's to write. */
  async #standBy(): Promise<Publisher> {
    const { config, health, log, stopping } = this.#context;
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
      onStored: (events) => this.#meters.stored(events),
      onProblem: (problem) => health.set('log', problem === null, problem ?? undefined),
    });
    log.info({ epoch: publisher.epoch, last: publisher.last }, 'writing the log');
    return publisher;
  }

  /** Fills the log until stopped, or until another feed does. */
  async #lead(publisher: Publisher): Promise<void> {
    const { log, health } = this.#context;
    const ended = new AbortController();
    // From the beginning: what waits to be stored may wait for room.
    const trimming = trimRegularly(this.#context, this.#log, publisher, ended.signal);
    try {
      const leadership = await this.#takeOver(publisher);
      await leadership.last();
      this.#upstream.close();
      const receivedAt = Date.now();
      leadership.connection({ status: 'disconnected', attempt: 0, reason: 'the feed stops', receivedAt });
      await leadership.flush();
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      log.warn({ reason: error.message }, 'another feed writes the log; standing by');
      health.set('log', true);
    } finally {
      this.#standbySince = Date.now();
      this.#leadership = undefined;
      this.#showHealth();
      ended.abort();
      await trimming;
      await publisher.close();
    }
  }

  async #takeOver(publisher: Publisher): Promise<Leadership> {
    this.#takingOver = true;
    try {
      const parts = { context: this.#context, log: this.#log, source: this.#source, publisher };
      const leadership = await Leadership.begin(parts);
      // From here to the end in one turn: nothing that is heard is left out or taken twice.
      leadership.takeOver(this.#connectionSoFar(), this.#held.heard);
      this.#leadership = leadership;
      this.#standbySince = null;
      this.#showHealth();
      return leadership;
    } finally {
      this.#takingOver = false;
    }
  }

  /** What the log is to be told of the connection: that this feed stood by, and how it is now; or all there was. */
  #connectionSoFar(): StatusChange[] {
    const now = Date.now();
    const since = this.#standbySince;
    if (since === null) return this.#held.heard.filter((heard) => 'status' in heard);
    const reason = `stood by since ${new Date(since).toISOString()}`;
    const standby: StatusChange = { status: 'standby', attempt: 0, reason, receivedAt: now };
    return this.#connection === undefined ? [standby] : [standby, { ...this.#connection, receivedAt: now }];
  }

  #receive(event: UpstreamEvent): void {
    this.#hold(event);
    this.#meters.upstream(event, this.#leadership?.receive(event) ?? { drafts: [], noise: 'standby' });
  }

  #changeConnection(change: StatusChange): void {
    const { status, attempt, reason } = change;
    this.#context.log.info({ status, attempt, reason }, 'upstream');
    this.#connection = change;
    this.#hold(change);
    this.#leadership?.connection(change);
    this.#showHealth();
  }

  #hold(heard: UpstreamEvent | StatusChange): void {
    this.#held.push(heard);
    if (!this.#takingOver) this.#held.expire(heard.receivedAt);
  }

  #showHealth(): void {
    const { health } = this.#context;
    const { status, reason } = this.#connection ?? { status: 'not connected yet', reason: null };
    const leads = this.#leadership !== undefined;
    health.set('upstream', status === 'connected', `${leads ? '' : 'standby: '}${reason ?? status}`);
    health.set('role', true, leads ? 'leader' : 'standby');
  }
}

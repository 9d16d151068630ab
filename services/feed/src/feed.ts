import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Draft, EventOf, Source } from '@vectra/protocol';
import type { EventLog, Publisher } from '@vectra/stream';
import { Meters } from './meters.js';
import { Normalizer } from './normalizer.js';
import { Ring } from './ring.js';
import type { FeedContext } from './service.js';
import { PublicSource, type ConnectionStatus } from './source.js';
import { sourceOf } from './upstream.js';
import type { UpstreamEvent } from './wire.js';

const TRIM_INTERVAL_MS = 10_000;
const HOUR_MS = 3_600_000;
/** How much of the log is read at the start to know its games again: about twenty of them. */
const RESTORED_EVENTS = 20_000;
const PAGE = 1_000;
/** How long events may wait for Redis when the feed is asked to stop. */
const FLUSH_MS = 5_000;

/** The feed's life: waits for its turn to write, then connects upstream and fills the log until stopped. */
export class Feed {
  readonly ticks: Ring<EventOf<'game.tick'>>;
  readonly #context: FeedContext;
  readonly #log: EventLog;
  readonly #source: Source;
  readonly #normalizer: Normalizer;
  readonly #upstream: PublicSource;
  readonly #meters: Meters;
  #publisher: Publisher | undefined;

  constructor(context: FeedContext, log: EventLog, upstream: string) {
    const { config, metrics, health } = context;
    this.#context = context;
    this.#log = log;
    this.ticks = new Ring(config.FEED_RING_TICKS);
    this.#source = sourceOf(upstream);
    this.#normalizer = new Normalizer({ source: this.#source, rawEvents: config.FEED_RAW_EVENTS });
    this.#upstream = new PublicSource({
      url: upstream,
      origin: config.UPSTREAM_ORIGIN,
      onEvent: (event) => this.#receive(event),
      onStatus: (status) => this.#connection(status),
    });
    this.#meters = new Meters(metrics, {
      waiting: () => this.#publisher?.waiting ?? 0,
      connected: () => this.#upstream.connected,
      reconnects: () => this.#upstream.reconnects,
      illegalTransitions: () => this.#normalizer.games.illegalTransitions,
    });
    health.set('upstream', false, 'not connected yet');
  }

  /** Resolves after a clean stop. Rejects when the feed cannot go on. */
  async run(): Promise<void> {
    const { stopping } = this.#context;
    const publisher = await this.#openPublisher();
    this.#publisher = publisher;
    try {
      // What an earlier feed wrote ahead comes first.
      await publisher.flush();
      await this.#restore(publisher.last);
      this.#upstream.open();
      const stopped = stopping.aborted ? Promise.resolve() : once(stopping, 'abort');
      await Promise.race([stopped, publisher.ended, this.#trimRegularly()]);
      this.#upstream.close();
      this.#connection({ status: 'disconnected', attempt: 0, reason: 'the feed stops' });
      await this.#flush(publisher);
    } finally {
      this.#upstream.close();
      await publisher.close();
    }
  }

  /** What the heartbeat tells, and with it the gateway's `/health`. */
  status(): Record<string, unknown> {
    const { games } = this.#normalizer;
    const { connected, reconnects, lastEventAt } = this.#upstream;
    const latencyMs = this.#meters.latency();
    return {
      role: this.#publisher === undefined ? 'standby' : 'leader',
      sources: [{ source: 'public', connected, reconnects, lastEventAt, latencyMs }],
      phase: games.phase,
      gameId: games.currentId,
      illegalTransitions: games.illegalTransitions,
      waiting: this.#publisher?.waiting ?? 0,
      upstreamEvents: this.#meters.totals,
    };
  }

  async #openPublisher(): Promise<Publisher> {
    const { config, health, log, stopping } = this.#context;
    const publisher = await this.#log.publisher({
      folder: config.FEED_DATA_DIR,
      requiredGroups: config.REQUIRED_GROUPS,
      leaseTtlMs: config.LEASE_TTL_MS,
      signal: stopping,
      onStandby: () => {
        log.info({}, 'another feed writes the log; standing by');
        health.set('upstream', true, 'standing by');
      },
      onStored: (events) => this.#meters.stored(events),
      onProblem: (problem) => health.set('log', problem === null, problem ?? undefined),
    });
    log.info({ epoch: publisher.epoch, last: publisher.last }, 'writing the log');
    return publisher;
  }

  /** Learns from the log which games run and which still lack their seed. */
  async #restore(last: number): Promise<void> {
    for (let seq = Math.max(1, last - RESTORED_EVENTS + 1); seq <= last; seq += PAGE) {
      const page = await this.#log.range(seq, Math.min(last, seq + PAGE - 1), PAGE);
      for (const event of page) this.#normalizer.restore(event);
    }
  }

  #receive(event: UpstreamEvent): void {
    const outcome = this.#normalizer.ingest(event);
    this.#meters.upstream(event, outcome);
    const { problem } = outcome;
    // Those that reach the log are the ones worth a line; the rest of a flood is counted.
    if (problem !== undefined && outcome.drafts.length > 0) {
      this.#context.log.warn({ problem }, 'an upstream event cannot be used');
    }
    this.#publish(outcome.drafts);
  }

  #connection({ status, attempt, reason }: ConnectionStatus): void {
    const timestamp = Date.now();
    this.#context.log.info({ status, attempt, reason }, 'upstream');
    this.#context.health.set('upstream', status === 'connected', reason ?? status);
    const lost = status === 'disconnected' ? this.#normalizer.games.connectionLost(timestamp) : [];
    const data = { status, source: 'public', attempt, reason };
    this.#publish([
      ...lost,
      { type: 'connection.status', timestamp, gameId: null, source: this.#source, data },
    ]);
  }

  #publish(drafts: readonly Draft[]): void {
    for (const event of this.#publisher?.publish(drafts) ?? []) {
      if (event.type === 'game.tick') this.ticks.push(event);
    }
  }

  async #trimRegularly(): Promise<void> {
    const { config, log, stopping } = this.#context;
    let absent: string | null = null;
    for (;;) {
      const due = await sleep(TRIM_INTERVAL_MS, true, { signal: stopping }).catch(() => false); // stopped
      if (!due) return;
      const before = Date.now() - config.LOG_RETENTION_HOURS * HOUR_MS;
      try {
        const { absentGroup, floor } = await this.#log.trim(before, config.REQUIRED_GROUPS);
        await this.#publisher?.forget(floor);
        if (absentGroup !== null && absentGroup !== absent) {
          log.warn({ group: absentGroup }, 'a required group does not exist: the log is not trimmed');
        }
        absent = absentGroup;
      } catch (error) {
        log.warn(
          { reason: error instanceof Error ? error.message : String(error) },
          'trimming failed; it is tried again',
        );
      }
    }
  }

  async #flush(publisher: Publisher): Promise<void> {
    const timer = new AbortController();
    const late = sleep(FLUSH_MS, true, { signal: timer.signal }).catch(() => false);
    const flushed = publisher.flush().then(() => false);
    if (await Promise.race([late, flushed])) {
      this.#context.log.error(
        { events: publisher.waiting },
        'Redis does not take the last events: the next feed stores them from the write-ahead file',
      );
    }
    timer.abort();
  }
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { EVENT_TYPES, type Event, type EventData } from '@vectra/protocol';
import { gauge } from '@vectra/service-kit';
import { LatencyMonitor, type Latency } from './monitors/latency.js';
import type { Outcome } from './normalizer.js';
import type { UpstreamSource } from './source.js';
import type { SourceName, UpstreamEvent } from './wire.js';

/** From the start at 0, so that the first mismatch counts as an increase. */
const VERDICTS: readonly EventData<'game.sealed'>['verdict'][] = ['verified', 'mismatch', 'hash-only'];

/** Upstream chooses its events' names: beyond this many, further ones are counted together. */
const NAMED_EVENTS = 64;

interface Gauges {
  leader: () => boolean;
  held: () => number;
  waiting: () => number;
  sources: () => readonly UpstreamSource[];
  followed: () => SourceName;
  illegalTransitions: () => number;
  tickRegressions: () => number;
}

/** What the feed counts. Every upstream event is counted as received, and then once more as logged or as noise. */
export class Meters {
  readonly #received: Counter<'event'>;
  readonly #logged: Counter<'event'>;
  readonly #noise: Counter<'event' | 'reason'>;
  readonly #published: Counter<'type'>;
  readonly #sealed: Counter<'verdict'>;
  readonly #switches: Counter<'to'>;
  readonly #latency: Histogram;
  readonly #latencies = new LatencyMonitor();
  readonly #spikes: Counter;
  readonly #names = new Set<string>();
  readonly #totals = { received: 0, logged: 0, noise: 0, published: 0 };

  constructor(metrics: Registry, gauges: Gauges) {
    const registers = [metrics];
    this.#received = new Counter({
      name: 'feed_upstream_events_total',
      help: 'Events received from upstream; each is either logged or noise.',
      labelNames: ['event'],
      registers,
    });
    this.#logged = new Counter({
      name: 'feed_upstream_logged_total',
      help: 'Upstream events that gave at least one event of the log.',
      labelNames: ['event'],
      registers,
    });
    this.#noise = new Counter({
      name: 'feed_noise_total',
      help: 'Upstream events that gave none, by reason.',
      labelNames: ['event', 'reason'],
      registers,
    });
    this.#published = new Counter({
      name: 'feed_published_events_total',
      help: 'Events stored in the log, by type.',
      labelNames: ['type'],
      registers,
    });
    for (const type of EVENT_TYPES) this.#published.inc({ type }, 0);
    this.#sealed = new Counter({
      name: 'feed_sealed_games_total',
      help: 'Games whose seed was revealed, by what checking them with it gave.',
      labelNames: ['verdict'],
      registers,
    });
    for (const verdict of VERDICTS) this.#sealed.inc({ verdict }, 0);
    this.#latency = new Histogram({
      name: 'feed_publish_latency_seconds',
      help: 'From the arrival of an upstream event to its storage in the log.',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#spikes = new Counter({
      name: 'feed_latency_spikes_total',
      help: 'Events that took at least 100 ms to be stored, and ten times as long as half of those before.',
      registers,
    });
    gauge(metrics, 'feed_leader', '1 while this feed writes the log, 0 while it stands by.', () =>
      Number(gauges.leader()),
    );
    gauge(
      metrics,
      'feed_held_events',
      'Upstream events of the last minute, held for a takeover.',
      gauges.held,
    );
    gauge(metrics, 'feed_waiting_events', 'Events that wait to be stored.', gauges.waiting);
    count(
      metrics,
      'feed_illegal_phase_transitions_total',
      'Phase changes the game does not allow, since this feed writes the log.',
      gauges.illegalTransitions,
    );
    count(
      metrics,
      'feed_tick_regressions_total',
      'Frames in play that were older than the one before, since this feed writes the log.',
      gauges.tickRegressions,
    );
    sourceGauges(metrics, gauges);
    this.#switches = new Counter({
      name: 'feed_source_switches_total',
      help: 'How often another connection to the game was followed from then on.',
      labelNames: ['to'],
      registers,
    });
  }

  /** Upstream events since the start: `received` = `logged` + `noise`. */
  get totals(): Readonly<{ received: number; logged: number; noise: number; published: number }> {
    return this.#totals;
  }

  upstream({ name }: UpstreamEvent, { noise }: Outcome): void {
    const event = this.#label(name);
    this.#received.inc({ event });
    this.#totals.received++;
    if (noise === undefined) {
      this.#logged.inc({ event });
      this.#totals.logged++;
    } else {
      this.#noise.inc({ event, reason: noise });
      this.#totals.noise++;
    }
  }

  switched(to: SourceName): void {
    this.#switches.inc({ to });
  }

  stored(events: readonly Event[]): void {
    const now = Date.now();
    for (const event of events) {
      const { type, timestamp } = event;
      this.#published.inc({ type });
      if (event.type === 'game.sealed') this.#sealed.inc({ verdict: event.data.verdict });
      this.#latency.observe((now - timestamp) / 1000);
      if (this.#latencies.add(now - timestamp, now)) this.#spikes.inc();
    }
    this.#totals.published += events.length;
  }

  /** From arrival to storage, over the last minute (of more than 1,000 events the newest); null when nothing was stored in it. */
  latency(): Latency | null {
    return this.#latencies.quantiles(Date.now());
  }

  get spikes(): number {
    return this.#latencies.spikes;
  }

  #label(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= NAMED_EVENTS) return '(other)';
    this.#names.add(name);
    return name;
  }
}

/** A counter that is kept elsewhere. */
function count(metrics: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [metrics],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** How each connection to the game is. */
function sourceGauges(metrics: Registry, { sources, followed }: Pick<Gauges, 'sources' | 'followed'>): void {
  const bySource = (
    name: string,
    help: string,
    read: (source: ReturnType<typeof sources>[number]) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['source'],
      registers: [metrics],
      collect() {
        for (const source of sources()) this.set({ source: source.name }, read(source));
      },
    });
  bySource('feed_upstream_connected', '1 while the connection is open.', ({ connected }) =>
    Number(connected),
  );
  new Counter({
    name: 'feed_upstream_reconnects_total',
    help: 'How often the connection came back.',
    labelNames: ['source'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const { name, reconnects } of sources()) this.inc({ source: name }, reconnects);
    },
  });
  gauge(metrics, 'feed_chrome_sessions', 'Pages, frames and workers of Chrome that are listened to.', () =>
    sources().reduce((sum, { sessions = 0 }) => sum + sessions, 0),
  );
  bySource('feed_upstream_followed', '1 for the connection that is followed.', ({ name }) =>
    Number(name === followed()),
  );
}

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { UNRECOVERED_REASONS, type UnrecoveredReason } from '@vectra/protocol';
import { gauge } from '@vectra/service-kit';
import type { GroupState, LogFigures } from '@vectra/stream';
import type { Observation } from './health.js';

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Metrics are read in one go, which asks Redis once. */
const FRESH_MS = 500;

/** What clients came to. */
export interface ClientMeters {
  /** A client asked to go on where it was. */
  resumed(reason: UnrecoveredReason | undefined): void;
  /** A client was closed because of what it did. */
  closed(reason: 'slow' | 'too_many_messages'): void;
  /** A client was not let in. */
  turnedAway(): void;
}

interface ServingState {
  clients: () => number;
  /** By how many events this gateway is behind the log. */
  lag: () => number;
}

/** What a gateway tells of the clients that it serves, and the hooks that feed it. */
export function servingMetrics(registry: Registry, { clients, lag }: ServingState) {
  const registers = [registry];
  const events = new Counter({
    name: 'gateway_events_total',
    help: 'Events handed to the clients.',
    registers,
  });
  const latency = new Histogram({
    name: 'gateway_delivery_latency_seconds',
    help: 'From the receipt of an upstream event by the feed to its having been sent to every client.',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const resumes = new Counter({
    name: 'gateway_resumes_total',
    help: 'Clients that asked to go on where they were, by what they were told.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['recovered', ...UNRECOVERED_REASONS]) resumes.inc({ outcome }, 0);
  const closed = new Counter({
    name: 'gateway_clients_closed_total',
    help: 'Clients that were closed because of what they did.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of ['slow', 'too_many_messages']) closed.inc({ reason }, 0);
  const turnedAway = new Counter({
    name: 'gateway_clients_turned_away_total',
    help: 'Clients that were not let in because there were as many as are allowed.',
    registers,
  });
  gauge(registry, 'gateway_clients', 'Connected clients: WebSockets and event streams.', clients);
  gauge(registry, 'gateway_lag_events', 'By how many events this gateway is behind the log.', lag);
  const meters: ClientMeters = {
    resumed: (reason) => resumes.inc({ outcome: reason ?? 'recovered' }),
    closed: (reason) => closed.inc({ reason }),
    turnedAway: () => turnedAway.inc(),
  };
  return {
    meters,
    onEvents: (count: number) => events.inc(count),
    onDelivered: (ms: number) => latency.observe(ms / 1_000),
  };
}

export interface LogMetricsOptions {
  registry: Registry;
  /** What Redis said last. */
  observation: () => Observation;
  /** What only metrics need; asked when they are read. */
  figures: (groups: readonly GroupState[]) => Promise<LogFigures>;
  requiredGroups: readonly string[];
  /** Told when `figures` fails. */
  onFailure: (error: unknown) => void;
}

/**
 * What a gateway knows of the log and its readers. Each gateway tells the same: take the highest. While Redis does not answer there
 * are no figures but that one.
 */
export function logMetrics({ registry, observation, figures, requiredGroups, onFailure }: LogMetricsOptions) {
  const answers = (): boolean => observation().failure === null;
  const known = (read: () => number) => (): number => (answers() ? read() : NaN);
  gauge(registry, 'log_redis_up', '1 while Redis answers.', () => Number(answers()));
  gauge(
    registry,
    'log_events',
    'Events that the log holds.',
    known(() => observation().log.last - observation().log.first + 1),
  );
  gauge(
    registry,
    'log_newest_seq',
    'Place of the newest event.',
    known(() => observation().log.last),
  );

  let asked: { at: number; answer: Promise<LogFigures | undefined> } | undefined;
  const ask = async (): Promise<LogFigures | undefined> => {
    if (!answers()) return undefined;
    if (asked === undefined || performance.now() - asked.at > FRESH_MS) {
      const answer = figures(observation().groups).catch((error: unknown) => {
        onFailure(error);
        return undefined;
      });
      asked = { at: performance.now(), answer };
    }
    return asked.answer;
  };
  const figure = (name: string, help: string, read: (figures: LogFigures) => number | null): void =>
    gauge(registry, name, help, async () => {
      const known = await ask();
      return (known === undefined ? null : read(known)) ?? NaN;
    });
  figure('log_redis_memory_used_bytes', 'Memory that Redis uses.', ({ memory }) => memory.usedBytes);
  figure(
    'log_redis_memory_limit_bytes',
    'Memory that Redis may use; NaN without a limit.',
    ({ memory }) => memory.limitBytes,
  );
  figure('log_stream_bytes', 'Memory of Redis that the events of the log take.', (of) => of.streamBytes);

  const groups = (): readonly GroupState[] => (answers() ? observation().groups : []);
  const byGroup = (
    name: string,
    help: string,
    read: (group: GroupState) => number | Promise<number>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: ['group'],
      registers: [registry],
      async collect() {
        const values = new Map<string, number>();
        for (const group of groups()) {
          const label = labelOf(group);
          values.set(label, Math.max(values.get(label) ?? 0, await read(group)));
        }
        this.reset();
        for (const [group, value] of values) this.set({ group }, value);
      },
    });
  };
  byGroup('log_group_lag_events', 'Events that a group has not acknowledged.', ({ lag }) => lag);
  byGroup('log_group_pending_events', 'Those of them that were handed to it.', ({ pending }) => pending);
  byGroup('log_group_dead_letters', 'Entries that a group could not process.', (of) => of.deadLetters);
  byGroup(
    'log_group_oldest_age_seconds',
    'How old the oldest event is that a group has not acknowledged; 0 when it has all.',
    async ({ name }) => {
      const known = await ask();
      if (known === undefined) return NaN;
      const received = known.oldest.get(name) ?? null;
      return received === null ? 0 : Math.max(0, Date.now() - received) / 1_000;
    },
  );
  new Gauge({
    name: 'log_required_group_missing',
    help: '1 for a required group that does not exist, so that nothing is trimmed.',
    labelNames: ['group'],
    registers: [registry],
    collect() {
      this.reset();
      const { log } = observation();
      if (!answers() || log.epoch === null) return;
      for (const group of requiredGroups)
        this.set({ group }, Number(!groups().some(({ name }) => name === group)));
    },
  });
}

/** A group that ends with its consumer has a name that never comes again: it counts under what stands before it. */
function labelOf({ name, ephemeral }: GroupState): string {
  return ephemeral ? (name.split(':')[0] ?? name) : name;
}

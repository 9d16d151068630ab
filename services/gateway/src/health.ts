import { z } from 'zod';
import type { GroupState, LogState, ServiceState } from '@vectra/stream';
import { recordersIn } from './recorderApi.js';

/** A service whose last sign of life is older counts as gone (one is due every 2 s). */
export const FRESH_MS = 15_000;
/** A required group further behind than this is not keeping up: some ten minutes of the live game. */
export const LAG_LIMIT = 5_000;

/** Any other group that far behind is probably not consumed any more, and holds up trimming. */
export const FORGOTTEN_LAG = 100_000;

/** What Redis said last, and whether it still answers. */
export interface Observation {
  /** Why the newest question was not answered; null when it was. */
  failure: string | null;
  /** Unix ms of the newest answer; null before the first. */
  answeredAt: number | null;
  log: LogState;
  groups: readonly GroupState[];
  services: readonly ServiceState[];
}

export interface GatewayState {
  clients: number;
  /** From an event's receipt by the feed to its having been sent to every client. null before the first event. */
  latencyMs: { p50: number | null; p95: number | null; p99: number | null };
  /** Seq of the newest event handed to clients. */
  position: number;
}

export interface HealthQuestion {
  observation: Observation;
  gateway: GatewayState;
  expectedServices: readonly string[];
  requiredGroups: readonly string[];
  /** Redis as it may be shown. */
  redis: string;
  /** Unix ms. */
  now: number;
}

export interface Problem {
  /** What it is about: `redis`, `service feed`, `source public`, `group recorder`, `gateway`. */
  part: string;
  message: string;
  /** What the operator can do. */
  remedy: string;
}

const sourceState = z.looseObject({
  source: z.string(),
  connected: z.boolean(),
  reconnects: z.number(),
  lastEventAt: z.number().nullable(),
});
export type SourceState = z.infer<typeof sourceState> & { service: string; instance: string };

export interface HealthReport {
  status: 'ok' | 'degraded' | 'down';
  problems: Problem[];
  /** What is as somebody wished it, and should still be known. */
  notes: Problem[];
  services: Record<string, { ok: boolean; instances: (ServiceState & { fresh: boolean })[] }>;
  sources: SourceState[];
  log: LogState & { reachable: boolean };
  groups: { name: string; lag: number; pending: number; deadLetters: number; required: boolean }[];
  gateway: GatewayState;
  /** Unix ms. */
  at: number;
}

/** Judges the system by what is known of it. `down`: nothing can arrive. `degraded`: something needs attention. */
export function assess(question: HealthQuestion): HealthReport {
  const { observation, gateway, requiredGroups, now } = question;
  const services = listServices(question);
  const sources = observation.services.filter((service) => isFresh(service, now)).flatMap(sourcesOf);
  const reachable = observation.failure === null;
  const problems = reachable
    ? [
        ...serviceProblems(services, question),
        ...sourceProblems(sources),
        ...modeProblems(observation.services.filter((service) => isFresh(service, now))),
        ...groupProblems(question),
        ...slotProblems(question),
        ...deadLetterProblems(question),
        ...gatewayProblems(question),
      ]
    : [redisProblem(question)];
  return {
    status: !reachable ? 'down' : problems.length > 0 ? 'degraded' : 'ok',
    problems,
    notes: recorderNotes(question),
    services,
    sources,
    log: { ...observation.log, reachable },
    groups: observation.groups.map(({ name, lag, pending, deadLetters }) => ({
      name,
      lag,
      pending,
      deadLetters,
      required: requiredGroups.includes(name),
    })),
    gateway,
    at: now,
  };
}

function isFresh({ at }: ServiceState, now: number): boolean {
  return now - at <= FRESH_MS;
}

function listServices({ observation, expectedServices, now }: HealthQuestion): HealthReport['services'] {
  const names = new Set([...expectedServices, ...observation.services.map(({ name }) => name)]);
  const entries = [...names].map((name) => {
    const instances = observation.services
      .filter((service) => service.name === name)
      .map((service) => ({ ...service, fresh: isFresh(service, now) }));
    const ok = instances.some((instance) => instance.fresh && instance.ok);
    return [name, { ok, instances }] as const;
  });
  return Object.fromEntries(entries);
}

function redisProblem({ observation, redis, now }: HealthQuestion): Problem {
  const { answeredAt, failure } = observation;
  const since =
    answeredAt === null ? 'has not answered yet' : `has not answered for ${seconds(now - answeredAt)}`;
  return {
    part: 'redis',
    message: `Redis at ${redis} ${since} (${failure ?? 'no reason known'}).`,
    remedy: 'Start Redis, or set REDIS_URL to where it is. Every service reconnects and continues by itself.',
  };
}

function serviceProblems(
  services: HealthReport['services'],
  { expectedServices, now }: HealthQuestion,
): Problem[] {
  return expectedServices.flatMap((name) => {
    const { ok, instances } = services[name] ?? { ok: false, instances: [] };
    if (ok) return [];
    const part = `service ${name}`;
    const fresh = instances.find((instance) => instance.fresh);
    if (fresh !== undefined) {
      const message = `${name} (process ${fresh.pid} on ${fresh.host}) says it is not well${reasonIn(fresh.detail)}.`;
      return [{ part, message, remedy: `Look at its log, and at its /readyz, which names the condition.` }];
    }
    const newest = Math.max(...instances.map(({ at }) => at));
    const message =
      instances.length === 0
        ? `${name} has not reported: it is not running, or uses another Redis or STREAM.`
        : `${name} has not reported for ${seconds(now - newest)}.`;
    return [
      { part, message, remedy: `Start ${name}; if it runs, look at its log. It continues where it stopped.` },
    ];
  });
}

const checksOf = z.object({
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

/** The failed conditions a service reports of itself, if it does. */
function reasonIn(detail: Record<string, unknown>): string {
  const parsed = checksOf.safeParse(detail);
  if (!parsed.success) return '';
  const failed = Object.entries(parsed.data.checks).filter(([, check]) => !check.ok);
  return failed.length === 0
    ? ''
    : `: ${failed.map(([name, check]) => `${name} ${check.detail ?? ''}`.trim()).join('; ')}`;
}

/** A recorder that was told not to record is well. */
function recorderNotes({ observation, now }: HealthQuestion): Problem[] {
  const recorders = recordersIn(observation.services.filter((service) => isFresh(service, now)));
  return recorders
    .filter(({ state }) => state !== 'recording' && state !== 'standby')
    .map(({ says }) => ({
      part: 'service recorder',
      message: `The recorder is ${says}.`,
      remedy: '`recorder resume`, or POST /api/recorder/resume with an operator token, has it record again.',
    }));
}

function sourcesOf({ name, instance, detail }: ServiceState): SourceState[] {
  const parsed = z.object({ sources: z.array(sourceState) }).safeParse(detail);
  return parsed.success ? parsed.data.sources.map((source) => ({ ...source, service: name, instance })) : [];
}

/** A source counts as connected while any instance has it. */
function sourceProblems(sources: readonly SourceState[]): Problem[] {
  const names = [...new Set(sources.map(({ source }) => source))];
  return names
    .filter((name) => !sources.some(({ source, connected }) => source === name && connected))
    .map((name) => ({
      part: `source ${name}`,
      message: `The feed's connection "${name}" to the game is down.`,
      remedy:
        'It reconnects by itself. If it stays down, check the network and UPSTREAM_URL, and the log of the feed.',
    }));
}

const feedMode = z.object({
  role: z.literal('leader'),
  mode: z.enum(['normal', 'degraded', 'minimal']),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
});

/** Reasons that the connections and the checks of the feed do not tell already. */
const MODE_REMEDIES: Readonly<Record<string, string>> = {
  waiting:
    'Look at the load of Redis and its disk. What waits is in the file of the feed, and nothing is lost.',
  latency: 'Look at the load of this machine, of Redis and of its disk.',
};

function modeProblems(services: readonly ServiceState[]): Problem[] {
  return services.flatMap(({ name, detail }) => {
    const parsed = feedMode.safeParse(detail);
    if (!parsed.success) return [];
    const { mode, reasons } = parsed.data;
    return reasons.flatMap(({ code, message }) => {
      const remedy = MODE_REMEDIES[code];
      return remedy === undefined
        ? []
        : [{ part: name, message: `The ${name} is in ${mode} mode: ${message}.`, remedy }];
    });
  });
}

function groupProblems({ observation, requiredGroups }: HealthQuestion): Problem[] {
  const forgotten = observation.groups
    .filter(({ name, lag, ephemeral }) => !requiredGroups.includes(name) && !ephemeral && lag > FORGOTTEN_LAG)
    .map(({ name, lag }) => ({
      part: `group ${name}`,
      message: `The group ${name} is ${lag} events behind, which the log keeps for it.`,
      remedy: `Start its consumer. If it is not used any more: XGROUP DESTROY on the stream, for ${name}.`,
    }));
  const required = requiredGroups.flatMap((name) => {
    const part = `group ${name}`;
    const group = observation.groups.find((candidate) => candidate.name === name);
    if (group === undefined) {
      if (observation.log.epoch === null) return [];
      const message = `The required group ${name} does not exist, so nothing is trimmed and Redis keeps growing.`;
      return [{ part, message, remedy: `Start its service, or take ${name} out of REQUIRED_GROUPS.` }];
    }
    if (group.lag <= LAG_LIMIT) return [];
    const message = `The group ${name} is ${group.lag} events behind (more than ${LAG_LIMIT}); they are kept until it has them.`;
    return [{ part, message, remedy: `Check that its service runs and keeps up: its log, CPU and disk.` }];
  });
  return [...required, ...forgotten];
}

/** The slots of a service that runs: groups named `<service>:<slot>`. Those of one that does not are judged like all other groups. */
function slotProblems({ observation, requiredGroups, now }: HealthQuestion): Problem[] {
  const running = observation.services.filter((service) => isFresh(service, now)).map(({ name }) => name);
  return [...new Set(running)].flatMap((name) => {
    const behind = observation.groups.filter(
      ({ name: group, lag, ephemeral }) =>
        group.startsWith(`${name}:`) &&
        !ephemeral &&
        !requiredGroups.includes(group) &&
        lag > LAG_LIMIT &&
        lag <= FORGOTTEN_LAG,
    );
    if (behind.length === 0) return [];
    const most = Math.max(...behind.map(({ lag }) => lag));
    const message = `${behind.length} slots of ${name} (${behind.map(({ name: group }) => group).join(', ')}) are up to ${most} events behind, so it acts on the past.`;
    return [
      { part: `service ${name}`, message, remedy: `Check its CPU and its log, or run another ${name}.` },
    ];
  });
}

function deadLetterProblems({ observation }: HealthQuestion): Problem[] {
  return observation.groups
    .filter(({ deadLetters }) => deadLetters > 0)
    .map(({ name, deadLetters }) => ({
      part: `group ${name}`,
      message: `${deadLetters} entries of the log could not be processed by ${name}; they are among its dead letters.`,
      remedy: `\`npx vectra-log dead-letters list ${name}\` lists them with the reason; replay them when it is mended, or discard them.`,
    }));
}

function gatewayProblems({ observation, gateway }: HealthQuestion): Problem[] {
  const behind = observation.log.last - gateway.position;
  if (behind <= LAG_LIMIT) return [];
  const message = `This gateway is ${behind} events behind the log, so browsers see the past.`;
  return [
    {
      part: 'gateway',
      message,
      remedy: 'Check its CPU and its connection to Redis; restart it if that persists.',
    },
  ];
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

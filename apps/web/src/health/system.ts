import type { GroupHealth, Health, LatencyMs, Problem, ServiceInstance, SourceHealth } from '@vectra/client';
import { duration } from '../app/words.js';
import { count, isStandby, numberIn, recordIn, textIn } from './told.js';

/** `unknown`: what there is to know comes by way of something that does not answer. */
export type PartState = 'well' | 'note' | 'problem' | 'unknown';

/** `at` is Unix ms by the gateway's clock, and shown as an age. */
export type Figure = { label: string } & ({ value: string } | { at: number });

/** A box of the drawing. */
export interface Part {
  /** As in the address: `source public`, `feed`, `log`, `service recorder`, `group my-bot`. */
  id: string;
  kind: 'source' | 'feed' | 'log' | 'service' | 'group';
  name: string;
  state: PartState;
  /** How it is, in a few words. */
  says: string;
  figures: Figure[];
  /** What is said of it at the top. */
  told: Problem[];
  instances: ServiceInstance[];
  groups: GroupHealth[];
  sources: SourceHealth[];
}

/** The system in the direction in which events flow through it. */
export interface System {
  sources: Part[];
  feed: Part;
  log: Part;
  consumers: Part[];
}

export const STATE_WORDS: Record<PartState, string> = {
  well: 'Well',
  note: 'Note',
  problem: 'Problem',
  unknown: 'Not known',
};

const SOURCE_NAMES: Readonly<Record<string, string>> = { public: 'Public socket', chrome: 'Chrome (CDP)' };
/** Consumers are drawn in this order, further ones after them by name. */
const ORDER = ['recorder', 'paper', 'gateway'];

/** Arranges what the gateway tells. */
export function systemOf(health: Health): System {
  return {
    sources: sourceParts(health),
    feed: feedPart(health),
    log: logPart(health),
    consumers: consumerParts(health),
  };
}

export function partsOf({ sources, feed, log, consumers }: System): Part[] {
  return [...sources, feed, log, ...consumers];
}

/** The part that a problem is about. */
export function partOf(system: System, { part }: Problem): Part | undefined {
  return partsOf(system).find(({ told }) => told.some((about) => about.part === part));
}

const NOTHING = { told: [], instances: [], groups: [], sources: [] };

function sourceParts(health: Health): Part[] {
  const names = [...new Set(health.sources.map(({ source }) => source))];
  if (names.length > 0) return names.map((name) => sourcePart(health, name));
  const says = health.log.reachable ? 'No feed tells of a connection' : WITHOUT_REDIS;
  return [
    { ...NOTHING, id: 'source', kind: 'source', name: 'The game', state: 'unknown', says, figures: [] },
  ];
}

function sourcePart(health: Health, name: string): Part {
  const sources = health.sources.filter(({ source }) => source === name);
  const connected = sources.filter((source) => source.connected).length;
  const told = aboutIn(health, [`source ${name}`]);
  const times = sources.flatMap(({ lastEventAt }) => lastEventAt ?? []);
  const reconnects = sources.reduce((sum, source) => sum + source.reconnects, 0);
  return {
    ...NOTHING,
    id: `source ${name}`,
    kind: 'source',
    name: SOURCE_NAMES[name] ?? name,
    state: stateIn(health, told, connected < sources.length ? 'note' : 'well'),
    says: sourceWords(health, connected, sources.length),
    figures: [
      { label: 'Reconnects', value: count(reconnects) },
      times.length === 0
        ? { label: 'Last event', value: 'none yet' }
        : { label: 'Last event', at: Math.max(...times) },
    ],
    told,
    sources,
  };
}

function sourceWords(health: Health, connected: number, all: number): string {
  if (!health.log.reachable) return WITHOUT_REDIS;
  if (connected === 0) return 'Not connected';
  return connected === all ? 'Connected' : `Connected at ${connected} of ${all} feeds`;
}

function feedPart(health: Health): Part {
  const instances = health.services.feed?.instances ?? [];
  const leader = instances.find((instance) => instance.fresh && !isStandby(instance));
  const mode = textIn(leader?.detail.mode) ?? 'normal';
  const told = aboutIn(health, ['service feed', 'feed']);
  const latency = health.sources.find(
    ({ service, instance, latencyMs }) =>
      service === 'feed' && instance === leader?.instance && latencyMs != null,
  )?.latencyMs;
  return {
    ...NOTHING,
    id: 'feed',
    kind: 'feed',
    name: 'Feed',
    state: stateIn(health, told, leader !== undefined && mode !== 'normal' ? 'note' : 'well'),
    says: feedWords(health, leader, mode),
    figures: [
      { label: 'Instances', value: instanceWords(instances) },
      ...latencyFigures(latency),
      ...waitingFigures(leader),
      ...heardFigures(instances),
    ],
    told,
    instances,
  };
}

function feedWords(health: Health, leader: ServiceInstance | undefined, mode: string): string {
  if (leader === undefined) return silenceWords(health, 'feed');
  if (mode === 'normal') return 'Writes the log';
  const reasons = Array.isArray(leader.detail.reasons) ? leader.detail.reasons : [];
  const messages = reasons.flatMap((reason) => textIn(recordIn(reason).message) ?? []);
  return [`In ${mode} mode`, ...messages].join(': ');
}

function waitingFigures(leader: ServiceInstance | undefined): Figure[] {
  const waiting = numberIn(leader?.detail.waiting);
  return waiting === null ? [] : [{ label: 'Waiting', value: events(waiting) }];
}

function logPart(health: Health): Part {
  const { epoch, first, last, reachable } = health.log;
  const told = aboutIn(health, ['redis']);
  const kept: Figure[] = [
    { label: 'Kept', value: events(Math.max(0, last - first + 1)) },
    { label: 'From', value: count(first) },
    { label: 'Newest', value: count(last) },
  ];
  return {
    ...NOTHING,
    id: 'log',
    kind: 'log',
    name: 'Log (Redis)',
    state: reachable ? stateIn(health, told, 'well') : 'problem',
    says: reachable ? 'Redis answers' : 'Redis does not answer',
    figures: [{ label: 'Epoch', value: epoch ?? 'none yet' }, ...(last === 0 ? [] : kept)],
    told,
    groups: health.groups,
  };
}

function consumerParts(health: Health): Part[] {
  const services = Object.keys(health.services).filter((name) => name !== 'feed');
  const families = [...new Set(health.groups.map(({ name }) => familyOf(name)))];
  const alone = families.filter((family) => !services.includes(family));
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  services.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  return [
    ...services.map((name) => servicePart(health, name)),
    ...alone.sort().map((name) => groupPart(health, name)),
  ];
}

function servicePart(health: Health, name: string): Part {
  const { ok, instances } = health.services[name] ?? { ok: false, instances: [] };
  const groups = health.groups.filter((group) => familyOf(group.name) === name);
  const told = aboutIn(health, [name, `service ${name}`, ...groups.map((group) => `group ${group.name}`)]);
  // The gateway that answers knows itself, also while Redis does not answer.
  const gateway = name === 'gateway' ? health.gateway : undefined;
  const silent = instances.some((instance) => !instance.fresh);
  return {
    ...NOTHING,
    id: `service ${name}`,
    kind: 'service',
    name: name.charAt(0).toUpperCase() + name.slice(1),
    state: stateIn(health, told, !ok ? 'problem' : silent ? 'note' : 'well'),
    says: serviceWords(health, name, instances),
    figures: [
      { label: 'Instances', value: instanceWords(instances) },
      ...lagFigures(groups),
      ...sumFigures(instances, 'clients'),
      ...sumFigures(instances, 'sessions'),
      ...latencyFigures(gateway?.latencyMs),
      ...heardFigures(instances),
    ],
    told,
    instances,
    groups,
  };
}

function serviceWords(health: Health, name: string, instances: ServiceInstance[]): string {
  if (name === 'gateway' && !health.log.reachable) return 'This one answers';
  const fresh = instances.filter((instance) => instance.fresh);
  if (fresh.length === 0) return silenceWords(health, name);
  const active = fresh.find((instance) => !isStandby(instance)) ?? fresh[0];
  const recording = textIn(recordIn(active?.detail.recording).says);
  if (recording !== null) return recording.charAt(0).toUpperCase() + recording.slice(1);
  return fresh.some((instance) => instance.ok) ? 'Runs' : 'Says that it is not well';
}

/** Somebody's own service, which need not tell of itself. */
function groupPart(health: Health, name: string): Part {
  const groups = health.groups.filter((group) => familyOf(group.name) === name);
  const told = aboutIn(
    health,
    groups.map((group) => `group ${group.name}`),
  );
  return {
    ...NOTHING,
    id: `group ${name}`,
    kind: 'group',
    name,
    state: stateIn(health, told, 'well'),
    says: health.log.reachable ? 'A consumer group' : WITHOUT_REDIS,
    figures: lagFigures(groups),
    told,
    groups,
  };
}

const WITHOUT_REDIS = 'Redis would have to tell';

function silenceWords(health: Health, name: string): string {
  if (!health.log.reachable) return WITHOUT_REDIS;
  return (health.services[name]?.instances.length ?? 0) === 0 ? 'Not heard of' : 'Silent';
}

function aboutIn({ problems, notes }: Health, parts: readonly string[]): Problem[] {
  return [...problems, ...notes].filter(({ part }) => parts.includes(part));
}

/** @param otherwise what its own figures say, where the gateway says nothing of it. */
function stateIn(health: Health, told: readonly Problem[], otherwise: PartState): PartState {
  if (!health.log.reachable) return 'unknown';
  if (told.some((about) => health.problems.includes(about))) return 'problem';
  if (told.length > 0 && otherwise === 'well') return 'note';
  return otherwise;
}

function familyOf(group: string): string {
  return group.split(':', 1)[0] ?? group;
}

function instanceWords(instances: readonly ServiceInstance[]): string {
  const fresh = instances.filter((instance) => instance.fresh);
  const standbys = fresh.filter(isStandby).length;
  const silent = instances.length - fresh.length;
  const rest = [standbys > 0 ? `${standbys} on standby` : '', silent > 0 ? `${silent} silent` : ''];
  const words = rest.filter((text) => text !== '').join(', ');
  return words === '' ? String(fresh.length) : `${fresh.length} (${words})`;
}

function lagFigures(groups: readonly GroupHealth[]): Figure[] {
  if (groups.length === 0) return [];
  const letters = groups.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  return [
    { label: 'Lag', value: events(Math.max(...groups.map(({ lag }) => lag))) },
    ...(letters > 0 ? [{ label: 'Dead letters', value: count(letters) }] : []),
  ];
}

function sumFigures(instances: readonly ServiceInstance[], what: 'clients' | 'sessions'): Figure[] {
  const told = instances
    .filter((instance) => instance.fresh)
    .flatMap(({ detail }) => numberIn(detail[what]) ?? []);
  if (told.length === 0) return [];
  const label = what === 'clients' ? 'Clients' : 'Sessions';
  return [{ label, value: count(told.reduce((sum, value) => sum + value, 0)) }];
}

function heardFigures(instances: readonly ServiceInstance[]): Figure[] {
  if (instances.length === 0) return [];
  return [{ label: 'Last heard', at: Math.max(...instances.map(({ at }) => at)) }];
}

function latencyFigures(latency: LatencyMs | null | undefined): Figure[] {
  if (latency?.p50 == null) return [];
  const entries = [
    ['p50', latency.p50],
    ['p95', latency.p95],
    ['p99', latency.p99],
  ] as const;
  return entries.map(([name, ms]) => ({
    label: `Latency ${name}`,
    value: ms === null ? '–' : duration(ms),
  }));
}

function events(number: number): string {
  return `${count(number)} ${number === 1 ? 'event' : 'events'}`;
}

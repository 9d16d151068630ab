import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const FOLDER = join(ROOT, 'deploy', 'kubernetes');
/** By their folders. */
export const COMPONENTS = readdirSync(join(FOLDER, 'components')).sort();

export interface KeyRef {
  name: string;
  key: string;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { configMapKeyRef?: KeyRef; secretKeyRef?: KeyRef };
}

export interface Probe {
  httpGet?: { path: string; port: string };
  exec?: { command: string[] };
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: { configMapRef?: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources?: object;
  securityContext?: object;
  volumeMounts?: { name: string; mountPath: string }[];
}

export interface PodSpec {
  containers: Container[];
  terminationGracePeriodSeconds?: number;
  securityContext?: object;
  volumes?: {
    name: string;
    persistentVolumeClaim?: { claimName: string };
    secret?: { secretName: string; items: { key: string; path: string }[] };
  }[];
}

export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}

export interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
}

/** What the tests read of an object; which of it there is depends on the kind. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: {
    replicas?: number;
    minReplicas?: number;
    selector?: Selector | Record<string, string>;
    serviceName?: string;
    template?: { metadata: { labels: Record<string, string> }; spec: PodSpec };
    volumeClaimTemplates?: { metadata: { name: string } }[];
    ports?: { name: string; port: number; targetPort: string }[];
    scaleTargetRef?: { kind: string; name: string };
    podSelector?: Selector;
    policyTypes?: string[];
    ingress?: { from?: Peer[]; ports?: { port: number | string }[] }[];
    rules?: {
      http: { paths: { backend: { service: { name: string; port: { name: string } } } }[] };
    }[];
  };
}

interface Kustomization {
  resources?: string[];
  patches?: { target: { kind: string; name: string }; patch: string }[];
}

interface Operation {
  op: 'add' | 'replace';
  path: string;
  value: unknown;
}

/** The objects of the base with these components, as kustomize gives them but for the names that it makes unique. */
export function manifests(components: readonly string[] = []): Manifest[] {
  const objects = resourcesOf('base');
  for (const component of components) {
    const folder = join('components', component);
    objects.push(...resourcesOf(folder));
    for (const { target, patch } of kustomizationOf(folder).patches ?? []) {
      const object = objects.find(
        ({ kind, metadata }) => kind === target.kind && metadata.name === target.name,
      );
      if (object === undefined) throw new Error(`${component} patches what is not there: ${target.name}`);
      for (const operation of parse(patch) as Operation[]) apply(object, operation);
    }
  }
  return objects;
}

/** Lines of the form NAME=value. */
export function variablesIn(file: string): Record<string, string> {
  const lines = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  const assignments = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    assignments.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Everything in the folder, of YAML. */
function resourcesOf(folder: string): Manifest[] {
  return (kustomizationOf(folder).resources ?? []).flatMap((file) =>
    parseAllDocuments(readFileSync(join(FOLDER, folder, file), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  );
}

function kustomizationOf(folder: string): Kustomization {
  return parse(readFileSync(join(FOLDER, folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
}

/** One step of a JSON patch (RFC 6902). */
function apply(object: object, { op, path, value }: Operation): void {
  const steps = path.split('/').slice(1);
  const last = steps.pop() ?? '';
  let place = object as Record<string, unknown>;
  for (const step of steps) {
    const next = place[step];
    if (typeof next !== 'object' || next === null) throw new Error(`${path} leads nowhere`);
    place = next as Record<string, unknown>;
  }
  if (op === 'add' && Array.isArray(place) && last === '-') place.push(value);
  else if (op === 'replace' && last in place) place[last] = value;
  else throw new Error(`expected add to the end of a list or replace of what is there, was ${op} ${path}`);
}

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variables } from '@vectra/service-kit';
import {
  COMPONENTS,
  FOLDER,
  ROOT,
  manifests,
  variablesIn,
  type Container,
  type Manifest,
  type PodSpec,
  type Probe,
  type Selector,
} from './manifests.js';
import { againstSchema, againstTypes } from './schema.js';

interface ComposeService {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
}

const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
};
const all = manifests(COMPONENTS);
const config = variablesIn('base/config.env');
const secrets = variablesIn('secrets.env.example');

const ofKind = (...kinds: string[]): Manifest[] => all.filter(({ kind }) => kinds.includes(kind));
const workloads = ofKind('Deployment', 'StatefulSet');

interface Workload {
  name: string;
  labels: Record<string, string>;
  pod: PodSpec;
  container: Container;
  manifest: Manifest;
}

const pods: Workload[] = workloads.map((manifest) => {
  const { template } = manifest.spec;
  const [container] = template?.spec.containers ?? [];
  if (template === undefined || container === undefined) throw new Error('expected a container');
  return {
    name: manifest.metadata.name,
    labels: template.metadata.labels,
    ...{ pod: template.spec, container, manifest },
  };
});
const ours = pods.filter(({ name }) => name !== 'redis');

/** Of the pods, those that a selector takes. */
function selected(selector: Selector = {}): string[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const fits = (labels: Record<string, string>): boolean =>
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));
  return pods.filter(({ labels }) => fits(labels)).map(({ name }) => name);
}

const probesOf = ({ startupProbe, livenessProbe, readinessProbe }: Container): (Probe | undefined)[] => [
  startupProbe,
  livenessProbe,
  readinessProbe,
];

describe('the objects for Kubernetes', () => {
  it('fit its schemas, and hold no field that it does not know', async () => {
    expect((await Promise.all(all.map(againstSchema))).flat()).toEqual([]);
    expect(againstTypes(all)).toEqual([]);
  });

  it('would not fit with a field that is misspelt or of another type', async () => {
    const [deployment] = ofKind('Deployment');
    const { replicas, ...spec } = deployment?.spec ?? {};
    const misspelt = { ...deployment, spec: { ...spec, replicaz: replicas ?? 1 } } as unknown as Manifest;
    expect(againstTypes([misspelt]).join()).toMatch(/'"?replicaz"?' does not exist/);
    const wrong = { ...deployment, spec: { ...spec, replicas: 'two' } } as unknown as Manifest;
    expect((await againstSchema(wrong)).join()).toContain('must be integer');
  });

  it('are the services of Compose, by the same images and commands', () => {
    // The proxy's work is the Ingress's, clusters have their own monitoring; the others are commands to run now and then.
    const absent = ['grafana', 'log', 'novnc', 'prometheus', 'proxy'];
    const expected = Object.keys(compose.services).filter((name) => !absent.includes(name));
    expect(pods.map(({ name }) => name).sort()).toEqual(expected.sort());
    for (const { name, container } of pods) {
      const { image, command } = compose.services[name] ?? { image: '' };
      expect(container.image, name).toBe(image.replace(':${VECTRA_VERSION:-local}', ''));
      if (name !== 'redis') expect(container.command, name).toEqual(command);
    }
  });

  it('start Redis with the settings of Compose, and a password for each of its users', () => {
    const redis = pods.find(({ name }) => name === 'redis');
    const script = redis?.container.args?.join() ?? '';
    const dockerfile = readFileSync(join(ROOT, 'services', 'redis', 'Dockerfile'), 'utf8');
    for (const [folder, file] of [
      ['/etc/vectra', 'redis.conf'],
      ['/usr/local/lib/vectra', 'users.sh'],
    ] as const) {
      expect(script).toContain(`${folder}/${file}`);
      expect(dockerfile).toMatch(new RegExp(`COPY .*${file}.* ${folder}/`));
    }
    const users = /for user in ([\w ]+);/.exec(dockerfile)?.[1]?.split(' ');
    const items = redis?.pod.volumes?.flatMap(({ secret }) => secret?.items ?? []);
    expect(items?.map(({ path }) => path)).toEqual(users?.map((user) => `${user}/password`));
    for (const { key } of items ?? []) expect(Object.keys(secrets)).toContain(key);
  });

  it('set variables only that their service reads, to values that it takes', () => {
    const values = { ...config, ...secrets };
    for (const { name, container } of ours) {
      const env = container.env ?? [];
      const used = env.map(({ value = '' }) => value).join(' ');
      const inCompose = Object.keys(compose.services[name]?.environment ?? {});
      const isRead = (variable: string): boolean =>
        variable in variables || inCompose.includes(variable) || used.includes(`$(${variable})`);
      expect(
        env.filter((variable) => !isRead(variable.name)),
        name,
      ).toEqual([]);
      for (const { name: variable, value } of env) {
        if (value === undefined || !(variable in variables)) continue;
        const { schema } = variables[variable as keyof typeof variables];
        const filled = value.replace(/\$\((\w+)\)/g, (_, key: string) =>
          values[key] === '' ? 'secret' : (values[key] ?? ''),
        );
        expect(schema.safeParse(filled).success, `${variable}=${filled}`).toBe(true);
      }
    }
    for (const [variable, value] of Object.entries(config)) {
      expect(Object.keys(variables)).toContain(variable);
      const { schema } = variables[variable as keyof typeof variables];
      if (value !== '') expect(schema.safeParse(value).success, `${variable}=${value}`).toBe(true);
    }
  });

  it('refer to settings and secrets that there are', () => {
    const references = pods.flatMap(({ container }) => [
      ...(container.envFrom ?? []).map(({ configMapRef }) => ({
        ...configMapRef,
        from: config,
        key: undefined,
      })),
      ...(container.env ?? []).flatMap(({ valueFrom }) => [
        { ...valueFrom?.configMapKeyRef, from: config },
        { ...valueFrom?.secretKeyRef, from: secrets },
      ]),
    ]);
    const made = references.filter(({ name }) => name !== undefined);
    expect(made.length).toBeGreaterThan(ours.length);
    for (const { name, key, from } of made) {
      expect(name).toBe('vectra');
      if (key !== undefined) expect(Object.keys(from)).toContain(key);
    }
  });

  it('mount volumes that there are', () => {
    const claims = ofKind('PersistentVolumeClaim').map(({ metadata }) => metadata.name);
    for (const { name, pod, container, manifest } of pods) {
      const volumes = pod.volumes ?? [];
      const claimed = volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
      expect(claims, name).toEqual(expect.arrayContaining(claimed));
      const templates = manifest.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
      const mountable = [...volumes.map((volume) => volume.name), ...templates];
      const mounted = (container.volumeMounts ?? []).map((mount) => mount.name);
      expect(mountable.sort(), name).toEqual(mounted.sort());
    }
  });

  it('offer as services the ports that their pods have', () => {
    const services = ofKind('Service');
    for (const { metadata, spec } of services) {
      const matched = selected({ matchLabels: spec.selector as Record<string, string> });
      expect(matched, metadata.name).toEqual([metadata.name]);
      const ports = pods.find(({ name }) => name === metadata.name)?.container.ports ?? [];
      for (const { port, targetPort } of spec.ports ?? [])
        expect(ports).toContainEqual({ name: targetPort, containerPort: port });
    }
    const names = services.map(({ metadata }) => metadata.name);
    const headless = workloads.flatMap(({ spec }) => spec.serviceName ?? []);
    expect(names).toEqual(expect.arrayContaining(headless));
    const rules = ofKind('Ingress').flatMap(({ spec }) => spec.rules ?? []);
    expect(rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend))).toEqual([
      { service: { name: 'gateway', port: { name: 'http' } } },
    ]);
  });

  it('select their own pods, and budgets and autoscalers the workloads they are of', () => {
    for (const { name, manifest } of pods)
      expect(selected(manifest.spec.selector as Selector)).toEqual([name]);
    const scaled = new Map(
      ofKind('HorizontalPodAutoscaler').map(({ spec }) => [spec.scaleTargetRef?.name, spec.minReplicas ?? 1]),
    );
    expect([...scaled.keys()]).toEqual(['gateway']);
    for (const { metadata, spec } of ofKind('PodDisruptionBudget')) {
      const [workload, ...others] = selected(spec.selector);
      expect([workload, ...others]).toEqual([metadata.name]);
      // A budget for one alone would let no node be drained.
      const { manifest } = pods.find(({ name }) => name === workload) ?? {};
      expect(scaled.get(workload) ?? manifest?.spec.replicas, metadata.name).toBeGreaterThanOrEqual(2);
    }
  });

  it('ask the paths that services have, on the port that they listen on', () => {
    const kit = readFileSync(join(ROOT, 'packages', 'service-kit', 'src', 'service.ts'), 'utf8');
    for (const { name, container } of ours) {
      const http = container.ports?.find((port) => port.name === 'http')?.containerPort;
      const own = container.env?.find(({ name: variable }) => variable === `${name.toUpperCase()}_PORT`);
      expect(own?.value, name).toBe(String(http));
      const paths = probesOf(container).map((probe) => probe?.httpGet);
      expect(paths.map((asked) => asked?.path)).toEqual(['/healthz', '/healthz', '/readyz']);
      for (const asked of paths) {
        expect(asked?.port).toBe('http');
        expect(kit).toContain(`http.get('${asked?.path}'`);
      }
    }
  });

  it('give everybody the time to stop, and no right that it does not need', () => {
    const stop = Number(variables.SHUTDOWN_TIMEOUT_MS.fallback) / 1_000;
    for (const { name, pod, container } of pods) {
      expect(pod.terminationGracePeriodSeconds, name).toBeGreaterThan(stop);
      expect(pod.securityContext, name).toMatchObject({ runAsNonRoot: true });
      expect(pod).toMatchObject({ automountServiceAccountToken: false });
      expect(container.securityContext, name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const profile = name === 'chrome' ? 'Localhost' : 'RuntimeDefault';
      expect(pod.securityContext, name).toMatchObject({ seccompProfile: { type: profile } });
      expect(container.resources, name).toMatchObject({ requests: {}, limits: {} });
    }
  });

  it('let everybody reach the gateway, and nobody but the services Redis', () => {
    const policies = ofKind('NetworkPolicy');
    const everything = policies.find(({ spec }) => Object.keys(spec.podSelector ?? {}).length === 0);
    expect(everything?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const open = policies.filter(({ spec }) => spec.ingress?.some(({ from }) => from === undefined));
    expect(open.flatMap(({ spec }) => selected(spec.podSelector))).toEqual(['gateway']);
    const users = pods.filter(({ container }) => container.env?.some(({ name }) => name === 'REDIS_URL'));
    const toRedis = policies
      .filter(({ spec }) => spec.ingress !== undefined && selected(spec.podSelector).includes('redis'))
      .flatMap(({ spec }) => spec.ingress ?? []);
    expect(toRedis.flatMap(({ from = [] }) => from.flatMap((peer) => selected(peer.podSelector)))).toEqual(
      users.map(({ name }) => name),
    );
    expect(toRedis.flatMap(({ from = [] }) => from.filter((peer) => 'namespaceSelector' in peer))).toEqual(
      [],
    );
  });
});

const kubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
if (!kubectl) process.stderr.write('There is no kubectl: what kustomize makes of it is not looked at.\n');

describe.skipIf(!kubectl)('kustomize', () => {
  it.each([[[]], [COMPONENTS]])('builds the same objects, with the components %j', async (components) => {
    const dir = await mkdtemp(join(tmpdir(), 'vectra-kustomize-'));
    try {
      await cp(FOLDER, dir, { recursive: true });
      await cp(join(dir, 'secrets.env.example'), join(dir, 'secrets.env'));
      const file = join(dir, 'kustomization.yaml');
      const top = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      top.components = components.map((component) => `components/${component}`);
      await writeFile(file, JSON.stringify(top));
      const text = execFileSync('kubectl', ['kustomize', dir], { encoding: 'utf8' });
      const built = parseAllDocuments(plain(text)).map((document) => document.toJS() as Manifest);
      const generated = ['ConfigMap', 'Secret'];
      const byName = (a: Manifest, b: Manifest): number =>
        `${a.kind} ${a.metadata.name}`.localeCompare(`${b.kind} ${b.metadata.name}`);
      const others = built.filter(({ kind }) => !generated.includes(kind));
      expect(others.sort(byName)).toEqual(manifests(components).sort(byName));
      expect(built.filter(({ kind }) => generated.includes(kind))).toHaveLength(2);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

/** Without what kustomize adds: the namespace, the tag of the images, and what makes a name unique. */
function plain(text: string): string {
  return text
    .replace(/^ *namespace: vectra\n/gm, '')
    .replace(/^( *image: vectra(?:-[a-z]+)?):local$/gm, '$1')
    .replace(/^( *(?:name|secretName): vectra)-\w{10}$/gm, '$1');
}

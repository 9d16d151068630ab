import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@vectra/launcher';
import { containers as containersOf, docker, engineAnswers, follow, idsOf, ROOT } from './containers.js';
import { cleanEnvironment, eventually, getJson } from './harness.js';
import { alerts } from './observability/files.js';
import { loadedAlerts, prometheusImage, untilScraped } from './observability/prometheus.js';

const PROJECT = `vectra-test-${process.pid}`;
/** Images of this test's own: others are built meanwhile, with other labels. */
const VERSION = `test-${process.pid}`;
const SERVICES = ['feed', 'gateway', 'paper', 'proxy', 'recorder', 'redis', 'simulator'];
const BUILD_MS = 900_000;
const REPLICAS = 3;
const CLIENTS = 20;
const PROFILES = ['--profile', 'demo', '--profile', 'observability'];

/** What a replica tells of itself in /health. */
interface Replica {
  /** In a container: the short form of its id. */
  host: string;
  ok: boolean;
  startedAt: number;
  detail: { clients?: number; slots?: number };
}

interface Health {
  problems: { part: string }[];
  log: { last: number };
  services: Record<string, { instances: Replica[] }>;
}

/** What the engine says of a container. */
interface Inspected {
  Name: string;
  HostConfig: { SecurityOpt: string[]; Memory: number; PidsLimit: number };
}

interface ImageConfig {
  Labels: Record<string, string>;
}

const PROMETHEUS_IMAGE = engineAnswers ? prometheusImage() : undefined;

const containers = (format: string): string[] => containersOf(PROJECT, format);
const idOf = (service: string): string => idsOf(PROJECT, service)[0] ?? '';

/** The status of the answer to a request with such headers, `host` among them, and how many more its sender may make. */
function ask(url: string, headers: Record<string, string>): Promise<{ status?: number; remaining: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, (response) => {
      response.resume();
      resolve({
        ...(response.statusCode === undefined ? {} : { status: response.statusCode }),
        remaining: Number(response.headers['x-ratelimit-remaining']),
      });
    });
    asked.on('error', reject).end();
  });
}

describe.skipIf(!engineAnswers)('./start.sh --demo --docker', () => {
  let shell: ChildProcess;
  let address: string;
  let output = '';
  let env: Record<string, string | undefined>;

  const health = (): Promise<Partial<Health>> => getJson(`${address}/health`);
  /** Whether a busy machine's disk is slow, of which the feed complains, is not for a test to decide. */
  const isWell = async (): Promise<boolean> =>
    (await health()).problems?.every(({ part }) => part === 'feed') === true;
  /** Those of a service that are well; of one that was started again, what it says since then. */
  const replicas = async (service: string): Promise<Replica[]> => {
    const instances = (await health()).services?.[service]?.instances ?? [];
    const newest = instances.toSorted((a, b) => a.startedAt - b.startedAt);
    return [...new Map(newest.map((replica) => [replica.host, replica])).values()].filter(({ ok }) => ok);
  };

  beforeAll(async () => {
    const port = String(await freePort());
    address = `http://127.0.0.1:${port}`;
    env = {
      ...cleanEnvironment(),
      COMPOSE_PROJECT_NAME: PROJECT,
      GATEWAY_PORT: port,
      SIMULATOR_SPEED: '10',
      VECTRA_REVISION: 'a-revision',
      VECTRA_VERSION: VERSION,
    };
    shell = spawn('./start.sh', ['--demo', '--docker'], {
      cwd: ROOT,
      detached: true,
      env,
    });
    shell.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    shell.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const started = (): boolean => {
      if (shell.exitCode !== null) throw new Error(`start.sh ended:\n${output.slice(-3_000)}`);
      return output.includes(`Watching generated games: ${address}`);
    };
    await eventually('the containers are up', started, BUILD_MS);
  }, BUILD_MS + 10_000);

  afterAll(() => {
    spawnSync('docker', ['compose', ...PROFILES, 'down', '--volumes'], {
      cwd: ROOT,
      env,
    });
    docker('rmi', ...['vectra', 'vectra-proxy', 'vectra-redis'].map((image) => `${image}:${VERSION}`));
  });

  it('brings up every container healthy, and /health is well', async () => {
    const services = containers('{{.Label "com.docker.compose.service"}}');
    expect(services).toEqual(SERVICES);
    const healthy = (): boolean => containers('{{.Status}}').every((status) => status.includes('(healthy)'));
    await eventually('all are healthy', healthy);
    await eventually('/health is well', isWell);
    expect((await fetch(address)).headers.get('content-type')).toContain('text/html');
  });

  it('records games that were played in the simulator', async () => {
    const games = async (): Promise<{ source?: string }[]> =>
      ((await (await fetch(`${address}/api/games`)).json()) as { games: { source?: string }[] }).games;
    await eventually('a game is recorded', async () => (await games()).length > 0);
  });

  it('runs nothing as root', () => {
    const ids = containers('{{.ID}}');
    const users = ids.map((id) =>
      execFileSync('docker', ['exec', id, 'id', '-u'], { encoding: 'utf8' }).trim(),
    );
    expect(users).toHaveLength(SERVICES.length);
    expect(users).not.toContain('0');
  });

  it('lets none of them change its image, gain rights or take more than its share, and starts it again', () => {
    for (const id of containers('{{.ID}}')) {
      const [{ Name, HostConfig }] = JSON.parse(docker('inspect', id)) as [Inspected];
      expect(HostConfig, Name).toMatchObject({
        ...{ ReadonlyRootfs: true, Privileged: false, CapAdd: null, CapDrop: ['ALL'], Init: true },
        ...{ RestartPolicy: { Name: 'unless-stopped' }, LogConfig: { Config: { 'max-file': '3' } } },
      });
      expect(HostConfig.SecurityOpt, Name).toContain('no-new-privileges:true');
      expect(HostConfig.Memory, Name).toBeGreaterThan(0);
      expect(HostConfig.PidsLimit, Name).toBeGreaterThan(0);
    }
  });

  it('publishes the proxy only, which is in no network with Redis', () => {
    const published = containers('{{.Label "com.docker.compose.service"}} {{.Ports}}').filter((line) =>
      line.includes('->'),
    );
    expect(published).toEqual([`proxy ${address.replace('http://', '')}->8080/tcp`]);
    const networks = containers('{{.Label "com.docker.compose.service"}} {{.Networks}}');
    expect(networks.find((line) => line.startsWith('proxy '))).not.toContain('internal');
  });

  it('runs three gateways, and three of paper trading that share its slots', async () => {
    const scales = ['gateway', 'paper'].flatMap((service) => ['--scale', `${service}=${REPLICAS}`]);
    const up = ['compose', '--profile', 'demo', 'up', '--detach', '--no-recreate', ...scales];
    execFileSync('docker', up, { cwd: ROOT, env, stdio: 'pipe' });
    await eventually(
      'the gateways are well',
      async () => (await replicas('gateway')).length === REPLICAS && (await isWell()),
    );
    const slots = async (): Promise<string> =>
      (await replicas('paper'))
        .map(({ detail }) => detail.slots)
        .toSorted()
        .join();
    await eventually('eight slots are spread over three', async () => (await slots()) === '2,3,3');
  });

  it.skipIf(PROMETHEUS_IMAGE === undefined)('is scraped by Prometheus, every replica of it', async () => {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const observed = { ...env, PROMETHEUS_IMAGE, PROMETHEUS_PORT: port };
    const compose = (...args: string[]): void => {
      execFileSync('docker', ['compose', ...PROFILES, ...args], { cwd: ROOT, env: observed, stdio: 'pipe' });
    };
    compose('up', '--detach', '--no-deps', 'prometheus');
    try {
      await eventually(
        'Prometheus answers',
        async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok,
      );
      await untilScraped(url, { feed: 1, recorder: 1, gateway: REPLICAS, paper: REPLICAS, prometheus: 1 });
      expect(await loadedAlerts(url)).toEqual(alerts().map(({ name }) => name));
      await eventually('its container is healthy', () =>
        containers('{{.Label "com.docker.compose.service"}} {{.Status}}').some(
          (line) => line.startsWith('prometheus ') && line.includes('(healthy)'),
        ),
      );
    } finally {
      compose('rm', '--stop', '--force', 'prometheus');
    }
  });

  it('takes the address and the name of a client from nobody but the connection', async () => {
    const games = `${address}/api/games`;
    const remaining: number[] = [];
    for (let count = 0; count < 4 * REPLICAS; count++)
      remaining.push((await ask(games, { 'x-forwarded-for': `203.0.113.${count}` })).remaining);
    // Each of the gateways counts for itself; were the headers believed, each count would begin anew.
    expect(Math.max(...remaining) - Math.min(...remaining)).toBeGreaterThanOrEqual(3);
    expect(await ask(games, { host: 'page.example', 'x-forwarded-host': 'localhost' })).toMatchObject({
      status: 403,
    });
  });

  it(`moves ${CLIENTS} clients between gateways that are killed and restarted, without loss`, async () => {
    const clients = Array.from({ length: CLIENTS }, () => follow(address));
    const connections = (): number => clients.reduce((sum, { told }) => sum + told.connections, 0);
    const areLive = (): boolean => clients.every(({ connection }) => connection.status.state === 'live');
    try {
      await eventually('the clients are connected', areLive);
      const waiting = new Set((await replicas('gateway')).map(({ host }) => host));
      while (waiting.size > 0) {
        // One that has not had its turn, and serves clients.
        const [host, served] = await eventually('everybody is told of', async () => {
          const told = await replicas('gateway');
          const counts = told.map(({ host, detail }) => [host, detail.clients ?? 0] as const);
          const total = counts.reduce((sum, [, count]) => sum + count, 0);
          if (told.length < REPLICAS || total !== CLIENTS) return undefined;
          return counts.find(([name, count]) => waiting.has(name) && count > 0);
        });
        const before = connections();
        const isKilled = waiting.size !== 2;
        docker(isKilled ? 'kill' : 'restart', host);
        await eventually('its clients are served', () => connections() >= before + served && areLive());
        if (isKilled) docker('start', host);
        waiting.delete(host);
      }
      await eventually(
        '/health is well again',
        async () => (await replicas('gateway')).length === REPLICAS && (await isWell()),
      );
      const last = (await health()).log?.last ?? 0;
      await eventually('everybody is told the newest', () =>
        clients.every(({ told }) => (told.seqs.at(-1) ?? 0) >= last),
      );
    } finally {
      for (const { connection } of clients) connection.close();
    }
    for (const { told } of clients) {
      const [first = 0] = told.seqs;
      expect(told.seqs.length).toBeGreaterThan(100);
      expect(told.seqs).toEqual(told.seqs.map((_, index) => first + index));
      expect(told.missed).toBe(0);
    }
    // Everybody at least once on average: each of the three had its share.
    expect(connections()).toBeGreaterThanOrEqual(2 * CLIENTS);
  });

  it('shows the operator how the log is', () => {
    const state = JSON.parse(
      execFileSync('docker', ['compose', 'run', '--rm', 'log', '--json', 'state'], {
        ...{ cwd: ROOT, env, encoding: 'utf8', stdio: 'pipe' },
      }),
    ) as { groups: { name: string }[] };
    expect(state.groups.map(({ name }) => name)).toContain('recorder');
  });

  it('refuses no service what it asks of Redis, and tells no password', () => {
    expect(docker('exec', idOf('redis'), 'operator-cli', 'acl', 'log')).toBe('\n');
    const passwords =
      docker('exec', idOf('redis'), 'sh', '-c', 'cat /secrets/*/password').match(/[0-9a-f]{48}/g) ?? [];
    expect(new Set(passwords).size).toBe(6);
    for (const id of containers('{{.ID}}')) {
      const { stdout, stderr } = spawnSync('docker', ['logs', id], { encoding: 'utf8', maxBuffer: 2 ** 28 });
      const told = stdout + stderr + docker('inspect', id);
      for (const password of passwords) expect(told.includes(password)).toBe(false);
    }
  });

  it('has images with version and revision, and without an environment of somebody', () => {
    const images = containers('{{.ID}}').map((id) => docker('inspect', '--format', '{{.Image}}', id).trim());
    for (const image of new Set(images)) {
      const [{ Config }] = JSON.parse(docker('image', 'inspect', image)) as [{ Config: ImageConfig }];
      expect(Config.Labels, image).toMatchObject({
        'org.opencontainers.image.version': VERSION,
        'org.opencontainers.image.revision': 'a-revision',
      });
      const asRoot = ['run', '--rm', '--user', '0', '--entrypoint', 'find'];
      const settings = docker(...asRoot, image, '/', '-xdev', '-name', '.env*', '-type', 'f');
      expect(settings, image).toBe('');
    }
  });

  it('says in JSON that no gateway answers', async () => {
    docker('kill', ...idsOf(PROJECT, 'gateway'));
    await eventually('the proxy says so', async () => {
      // While it does not know yet that they are gone, it may end a connection that was used before.
      const response = await fetch(`${address}/health`).catch(() => undefined);
      return response?.status === 503 && (await response.text()).includes('"code":"no_gateway"');
    });
  });

  it('stops cleanly on Ctrl-C, leaving no container, however many there were', async () => {
    // What a terminal does: the signal goes to the whole foreground group.
    process.kill(-(shell.pid ?? 0), 'SIGINT');
    const status = await new Promise((resolve) => shell.once('exit', resolve));
    expect(status).toBe(0);
    expect(containers('{{.ID}}')).toEqual([]);
  });
});

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@vectra/launcher';
import { cleanEnvironment, eventually } from './harness.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROJECT = `vectra-test-${process.pid}`;
const SERVICES = ['feed', 'gateway', 'paper', 'recorder', 'redis', 'simulator'];
const BUILD_MS = 900_000;

const engineAnswers = spawnSync('docker', ['info']).status === 0;
if (!engineAnswers)
  process.stderr.write('No Docker engine answers: the tests of the containers are skipped.\n');

/** A line for each container of this test, running or not. */
function containers(format: string): string[] {
  const filter = `label=com.docker.compose.project=${PROJECT}`;
  const output = execFileSync('docker', ['ps', '--all', '--filter', filter, '--format', format], {
    encoding: 'utf8',
  });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe.skipIf(!engineAnswers)('./start.sh --demo --docker', () => {
  let shell: ChildProcess;
  let address: string;
  let output = '';

  beforeAll(async () => {
    const port = String(await freePort());
    address = `http://127.0.0.1:${port}`;
    shell = spawn('./start.sh', ['--demo', '--docker'], {
      cwd: ROOT,
      detached: true,
      env: {
        ...cleanEnvironment(),
        COMPOSE_PROJECT_NAME: PROJECT,
        GATEWAY_PORT: port,
        SIMULATOR_SPEED: '10',
      },
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
    spawnSync('docker', ['compose', '--profile', 'demo', 'down', '--volumes'], {
      cwd: ROOT,
      env: { ...cleanEnvironment(), COMPOSE_PROJECT_NAME: PROJECT },
    });
  });

  it('brings up every container healthy, and /health is well', async () => {
    const services = containers('{{.Label "com.docker.compose.service"}}');
    expect(services).toEqual(SERVICES);
    const healthy = (): boolean => containers('{{.Status}}').every((status) => status.includes('(healthy)'));
    await eventually('all are healthy', healthy);
    const response = await fetch(`${address}/health`);
    expect(await response.json()).toMatchObject({ status: 'ok', problems: [] });
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

  it('stops cleanly on Ctrl-C, leaving no container', async () => {
    // What a terminal does: the signal goes to the whole foreground group.
    process.kill(-(shell.pid ?? 0), 'SIGINT');
    const status = await new Promise((resolve) => shell.once('exit', resolve));
    expect(status).toBe(0);
    expect(containers('{{.ID}}')).toEqual([]);
  });
});

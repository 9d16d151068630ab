import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect } from '@vectra/client';
import { WebSocket } from 'ws';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Whether there is an engine to run containers with; says so when there is none. */
export const engineAnswers = spawnSync('docker', ['info']).status === 0;
if (!engineAnswers)
  process.stderr.write('No Docker engine answers: the tests of the containers are skipped.\n');

/** @throws Error with what Docker said when it fails. */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, {
    ...{ cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 },
  });
}

/** A line for each container of a Compose project, running or not. */
export function containers(project: string, format: string): string[] {
  const filter = `label=com.docker.compose.project=${project}`;
  return docker('ps', '--all', '--filter', filter, '--format', format)
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** The containers of one service. */
export function idsOf(project: string, service: string): string[] {
  return containers(project, '{{.Label "com.docker.compose.service"}} {{.ID}}')
    .filter((line) => line.startsWith(`${service} `))
    .map((line) => line.slice(service.length + 1));
}

/** A client of all events, and what it was told. */
export function follow(url: string) {
  const connection = connect({ url, channels: ['*'], WebSocket });
  const told = { seqs: [] as number[], missed: 0, connections: 0 };
  connection.on('event', ({ seq }) => told.seqs.push(seq));
  connection.on('unrecovered', () => told.missed++);
  connection.on('status', ({ state }) => {
    if (state === 'live') told.connections++;
  });
  return { connection, told };
}

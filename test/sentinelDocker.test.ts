import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { freePort } from '@vectra/launcher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../services/recorder/src/journal.js';
import { flawless, tally } from './faults/tally.js';
import { engineAnswers, follow, ROOT } from './containers.js';
import { cleanEnvironment, eventually, getJson } from './harness.js';

const PROJECT = `vectra-sentinel-test-${process.pid}`;
const FILES = ['docker-compose.yml', 'deploy/sentinel/docker-compose.yml'].flatMap((file) => ['-f', file]);
/** Of this test's own, beside that of another run. */
const NETWORK = `10.84.${process.pid % 256}`;
const START_MS = 300_000;
const FAILOVERS = 2;
/** More come between two failovers. */
const EVENTS = 200;

describe.skipIf(!engineAnswers)('a primary of Redis that is killed in its container', () => {
  let dir: string;
  let address: string;
  let env: Record<string, string | undefined>;

  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { cwd: ROOT, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const compose = (...args: string[]): string =>
    run('docker', 'compose', ...FILES, '--profile', 'demo', ...args);
  const container = (service: string): string =>
    run(
      ...(['docker', 'ps', '--all', '--quiet'] as const),
      ...['--filter', `label=com.docker.compose.project=${PROJECT}`],
      ...['--filter', `label=com.docker.compose.service=${service}`],
    ).trim();
  const ask = (service: string, ...command: string[]): string =>
    run('docker', 'exec', container(service), 'redis-cli', ...command);
  const asOperator = (service: string, ...command: string[]): string =>
    run('docker', 'exec', container(service), 'operator-cli', '--raw', ...command);
  /** The service that the Sentinels call the primary. */
  const primary = (): string => {
    const [ip = ''] = ask(
      ...(['sentinel-1', '-p', '26379'] as const),
      ...['SENTINEL', 'get-master-addr-by-name', 'events'],
    ).split('\n');
    return { 11: 'redis', 12: 'redis-2', 13: 'redis-3' }[ip.replace(`${NETWORK}.`, '')] ?? `nobody (${ip})`;
  };
  const replicas = (): number =>
    (asOperator(primary(), 'INFO', 'replication').match(/^slave\d+:.*state=online/gm) ?? []).length;
  const lastInLog = async (): Promise<number> =>
    (await getJson<{ log?: { last: number } }>(`${address}/health`).catch(() => undefined))?.log?.last ?? 0;
  /** What is stored now; /health is up to a second older. */
  const lastStored = (): number =>
    Number.parseInt(asOperator(primary(), 'XREVRANGE', '{rugs}:events', '+', '-', 'COUNT', '1'), 10);

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vectra-sentinel-'));
    const port = String(await freePort());
    address = `http://127.0.0.1:${port}`;
    env = {
      ...cleanEnvironment(),
      VECTRA_VERSION: process.env.VECTRA_VERSION,
      COMPOSE_PROJECT_NAME: PROJECT,
      GATEWAY_PORT: port,
      REDIS_NETWORK: NETWORK,
      SIMULATOR_SPEED: '10',
    };
    compose('up', '--detach');
    await eventually('both replicas are in step', () => replicas() === 2);
    await eventually('the log fills', async () => (await lastInLog()) > 0);
  }, START_MS);

  afterAll(async () => {
    spawnSync('docker', ['compose', ...FILES, '--profile', 'demo', 'down', '--volumes', '--timeout', '5'], {
      ...{ cwd: ROOT, env },
    });
    await rm(dir, { recursive: true, force: true });
  });

  it(`is followed by a replica, ${FAILOVERS} times: clients and the journal have every event once`, async () => {
    const { connection, told } = follow(address);
    const growsBy = (events: number): Promise<boolean> => {
      const before = told.seqs.length;
      return eventually(`${events} more events come`, () => told.seqs.length > before + events);
    };
    try {
      await growsBy(EVENTS);
      for (let failover = 0; failover < FAILOVERS; failover++) {
        const killed = primary();
        run('docker', 'kill', container(killed));
        await eventually('another is the primary', () => primary() !== killed);
        await growsBy(EVENTS);
        run('docker', 'start', container(killed));
        await eventually('what was the primary is a replica in step', () => replicas() === 2);
        await growsBy(EVENTS);
      }
      run('docker', 'stop', container('feed'));
      const last = lastStored();
      expect(last).toBeGreaterThan(EVENTS * (1 + 2 * FAILOVERS));
      await eventually('the client is told the newest', () => told.seqs.at(-1) === last);
      const [first = 0] = told.seqs;
      expect(told.seqs).toEqual(told.seqs.map((_, index) => first + index));
      expect(told.missed).toBe(0);
      const recorded = await eventually('the journal has the newest', async () => {
        const found = await journal();
        return found.seqs.at(-1) === last ? found : undefined;
      });
      expect(tally(recorded.seqs, last)).toEqual(flawless(last));
      // The log went on under its name: nothing was begun anew.
      expect(recorded.epochs.size).toBe(1);
    } finally {
      connection.close();
    }
  });

  async function journal(): Promise<{ seqs: number[]; epochs: Set<string> }> {
    run('docker', 'cp', `${container('recorder')}:/data/journal`, dir);
    const seqs: number[] = [];
    const epochs = new Set<string>();
    for await (const line of readJournal(join(dir, 'journal'), pino({ level: 'silent' }))) {
      if (line.kind !== 'event') continue;
      seqs.push(line.event.seq);
      epochs.add(line.event.id.slice(0, line.event.id.indexOf(':')));
    }
    return { seqs, epochs };
  }
});

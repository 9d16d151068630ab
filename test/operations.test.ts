import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import { strategy, type PaperSession } from '@vectra/protocol';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../services/recorder/src/journal.js';
import { docker, engineAnswers, follow, idsOf, ROOT } from './containers.js';
import { tally } from './faults/tally.js';
import { cleanEnvironment, eventually, getJson } from './harness.js';

const PROJECT = `vectra-operations-${process.pid}`;
const START_MS = 900_000;
/** Those that hold or pass on events. */
const SERVICES = ['paper', 'recorder', 'feed', 'gateway', 'redis', 'proxy'];
const CLIENTS = 5;

interface Health {
  log?: { epoch: string; last: number };
  problems?: { part: string; message: string }[];
}

describe.skipIf(!engineAnswers)('who runs the system on Docker Compose', () => {
  let env: Record<string, string | undefined>;
  let address: string;
  let dir: string;

  /** @throws Error with what the command printed when it fails. */
  const run = (command: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const up = (): string => run('docker', 'compose', '--profile', 'demo', 'up', '--detach');
  const down = (...more: string[]): string => run('docker', 'compose', '--profile', 'demo', 'down', ...more);
  const health = (): Promise<Health> => getJson<Health>(`${address}/health`).catch(() => ({}));
  const last = async (): Promise<number> => (await health()).log?.last ?? 0;
  const epoch = async (): Promise<string | undefined> => (await health()).log?.epoch;
  /** Whether a busy machine's disk is slow, of which the feed complains, is not for a test to decide. */
  const untilWell = async (when: string): Promise<void> => {
    const problems = async (): Promise<unknown> =>
      (await health()).problems?.filter(({ part }) => part !== 'feed');
    let wrong: unknown;
    await eventually(
      'nothing is wrong',
      async () => JSON.stringify((wrong = await problems())) === '[]',
    ).catch(() => {
      throw new Error(`what is wrong ${when}: ${JSON.stringify(wrong)}`);
    });
  };
  const untilMore = async (events: number): Promise<void> => {
    const goal = (await last()) + events;
    await eventually(`event ${goal} is published`, async () => (await last()) >= goal);
  };
  const followers = () => Array.from({ length: CLIENTS }, () => follow(address));

  /** Ends the clients once they have heard all that there is. @returns what they were told. */
  const heard = async (clients: ReturnType<typeof followers>) => {
    const newest = await eventually('the log is read', last);
    await eventually('everybody is told the newest', () =>
      clients.every(({ told }) => (told.seqs.at(-1) ?? 0) >= newest),
    );
    for (const { connection } of clients) connection.close();
    return clients.map(({ told }) => told);
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vectra-operations-'));
    const port = String(await freePort());
    address = `http://127.0.0.1:${port}`;
    env = {
      ...cleanEnvironment(),
      ...{ COMPOSE_PROJECT_NAME: PROJECT, GATEWAY_PORT: port, SIMULATOR_SPEED: '10' },
      ...(process.env.VECTRA_VERSION === undefined ? {} : { VECTRA_VERSION: process.env.VECTRA_VERSION }),
    };
    run('docker', 'compose', '--profile', 'demo', 'build');
    up();
    await untilWell('after the start');
  }, START_MS);

  afterAll(async () => {
    down('--volumes');
    await rm(dir, { recursive: true, force: true });
  });

  it('restarts every service, one after the other, and loses nothing', async () => {
    const clients = followers();
    await eventually('the clients are connected', () => clients.every(({ told }) => told.connections > 0));
    for (const service of SERVICES) {
      run('docker', 'compose', 'restart', service);
      await untilWell(`after a restart of the ${service}`);
      await untilMore(20);
    }
    for (const told of await heard(clients)) {
      const [first = 0] = told.seqs;
      expect(tally(told.seqs, told.seqs.at(-1) ?? 0, first)).toMatchObject({
        lost: 0,
        duplicated: 0,
        outOfOrder: 0,
      });
      expect(told.missed).toBe(0);
      expect(told.connections).toBeGreaterThan(1);
    }
  });

  it('goes on after `down` and `up`, where it was', async () => {
    const before = await epoch();
    const clients = followers();
    await untilMore(20);
    down();
    up();
    await untilWell('after down and up');
    await untilMore(20);
    expect(await epoch()).toBe(before);
    for (const told of await heard(clients)) {
      expect(tally(told.seqs, told.seqs.at(-1) ?? 0, told.seqs[0])).toMatchObject({ lost: 0, duplicated: 0 });
      expect(told.missed).toBe(0);
    }
  });

  it('copies Redis and the recordings while the system runs, and loses nothing', async () => {
    const clients = followers();
    await eventually('the clients are connected', () => clients.every(({ told }) => told.connections > 0));
    const session = strategy.parse({ name: 'kept', kind: 'observer', initial_balance: 7 });
    await clients[0]?.connection.joinLive('kept', session);
    const file = join(dir, 'copy.tar.gz');
    expect(run('make', '--no-print-directory', 'backup', `FILE=${file}`)).toContain(
      `in ${file}; Redis goes on`,
    );
    // Recordings of an account are nobody else's.
    expect(statSync(file).mode & 0o077).toBe(0);
    await untilWell('after the copy');
    await untilMore(20);
    for (const told of await heard(clients)) {
      expect(tally(told.seqs, told.seqs.at(-1) ?? 0, told.seqs[0])).toMatchObject({ lost: 0, duplicated: 0 });
      expect(told.missed).toBe(0);
    }
    expect(() => run('scripts/backup.sh', file)).toThrow('exists already');
  });

  it('has recorded each event once, through all of that', async () => {
    const [recorder = ''] = idsOf(PROJECT, 'recorder');
    const { epoch: current, last: newest } = (await health()).log ?? { epoch: '', last: 0 };
    await eventually('the recorder has all of them', () => {
      const { groups } = JSON.parse(run('docker', 'compose', 'run', '--rm', 'log', '--json', 'state')) as {
        groups: { name: string; delivered: number; pending: number }[];
      };
      return groups.some(
        ({ name, delivered, pending }) => name === 'recorder' && delivered >= newest && pending === 0,
      );
    });
    docker('cp', `${recorder}:/data/journal`, join(dir, 'journal'));
    const seqs: number[] = [];
    for await (const line of readJournal(join(dir, 'journal'), pino({ level: 'silent' })))
      if (line.kind === 'event' && line.event.id.startsWith(`${current}:`)) seqs.push(line.event.seq);
    const through = seqs.at(-1) ?? 0;
    expect(through).toBeGreaterThanOrEqual(newest);
    expect(tally(seqs, through)).toMatchObject({ events: through, lost: 0, duplicated: 0, outOfOrder: 0 });
  });

  it('brings the copy back where everything was lost; a new epoch tells every reader', async () => {
    const before = await epoch();
    const file = join(dir, 'copy.tar.gz');
    expect(existsSync(file)).toBe(true);
    expect(() => run('scripts/restore.sh', file)).toThrow('the system runs: stop it first');
    const clients = followers();
    await eventually('the clients are connected', () => clients.every(({ told }) => told.connections > 0));
    down('--volumes');
    expect(run('make', '--no-print-directory', 'restore', `FILE=${file}`)).toContain(
      'is restored: start the system',
    );
    expect(() => run('scripts/restore.sh', file)).toThrow('--replace drops it');
    up();
    const complaints = async (): Promise<string[] | undefined> =>
      (await health()).problems?.filter(({ part }) => part !== 'feed').map(({ message }) => message);
    await eventually('only the recorder says that the log began anew', async () => {
      const said = (await complaints()) ?? [];
      return said.length === 1 && said[0]?.includes('the log began anew');
    });
    run('docker', 'compose', 'restart', 'recorder');
    await untilWell('after the restore');
    expect(await epoch()).not.toBe(before);
    const { games } = await getJson<{ games: unknown[] }>(`${address}/api/games`);
    expect(games.length).toBeGreaterThan(0);
    const { session } = await getJson<{ session: PaperSession }>(`${address}/api/live/sessions/kept`);
    expect(session).toMatchObject({ session_id: 'kept', wallet: '7' });
    await untilMore(20);
    for (const told of await heard(clients)) expect(told.missed).toBeGreaterThan(0);
  });
});

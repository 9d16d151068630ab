import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { strategy, type PaperSession } from '@vectra/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeSystem } from './composeSystem.js';
import { engineAnswers } from './containers.js';
import { eventually, getJson } from './harness.js';

const START_MS = 900_000;
/** Those that hold or pass on events. */
const SERVICES = ['paper', 'recorder', 'feed', 'gateway', 'redis', 'proxy'];
const CLIENTS = 5;

describe.skipIf(!engineAnswers)('who runs the system on Docker Compose', () => {
  let system: ComposeSystem;

  beforeAll(async () => {
    system = await ComposeSystem.create('operations');
    system.up();
    await system.untilWell('after the start');
  }, START_MS);

  afterAll(() => system.end());

  it('restarts every service, one after the other, and loses nothing', async () => {
    const clients = await system.followers(CLIENTS);
    for (const service of SERVICES) {
      system.run('docker', 'compose', 'restart', service);
      await system.untilWell(`after a restart of the ${service}`);
      await system.untilMore(20);
    }
    await system.expectWhole(clients);
    for (const { told } of clients) expect(told.connections).toBeGreaterThan(1);
  });

  it('goes on after `down` and `up`, where it was', async () => {
    const before = await system.epoch();
    const clients = await system.followers(CLIENTS);
    await system.untilMore(20);
    system.down();
    system.up();
    await system.untilWell('after down and up');
    await system.untilMore(20);
    expect(await system.epoch()).toBe(before);
    await system.expectWhole(clients);
  });

  it('copies Redis and the recordings while the system runs, and loses nothing', async () => {
    const clients = await system.followers(CLIENTS);
    const session = strategy.parse({ name: 'kept', kind: 'observer', initial_balance: 7 });
    await clients[0]?.connection.joinLive('kept', session);
    const file = join(system.dir, 'copy.tar.gz');
    expect(system.run('make', '--no-print-directory', 'backup', `FILE=${file}`)).toContain(
      `in ${file}; Redis goes on`,
    );
    // Recordings of an account are nobody else's.
    expect(statSync(file).mode & 0o077).toBe(0);
    await system.untilWell('after the copy');
    await system.untilMore(20);
    await system.expectWhole(clients);
    expect(() => system.run('scripts/backup.sh', file)).toThrow('exists already');
  });

  it('has recorded each event once, through all of that', async () => {
    await system.expectAllRecorded(await system.epoch());
  });

  it('brings the copy back where everything was lost; a new epoch tells every reader', async () => {
    const before = await system.epoch();
    const file = join(system.dir, 'copy.tar.gz');
    expect(existsSync(file)).toBe(true);
    expect(() => system.run('scripts/restore.sh', file)).toThrow('the system runs: stop it first');
    const clients = await system.followers(CLIENTS);
    system.down('--volumes');
    expect(system.run('make', '--no-print-directory', 'restore', `FILE=${file}`)).toContain(
      'is restored: start the system',
    );
    expect(() => system.run('scripts/restore.sh', file)).toThrow('--replace drops it');
    system.up();
    await system.untilOnly('the log began anew');
    system.run('docker', 'compose', 'restart', 'recorder');
    await system.untilWell('after the restore');
    expect(await system.epoch()).not.toBe(before);
    const { games } = await getJson<{ games: unknown[] }>(`${system.address}/api/games`);
    expect(games.length).toBeGreaterThan(0);
    const { session } = await getJson<{ session: PaperSession }>(`${system.address}/api/live/sessions/kept`);
    expect(session).toMatchObject({ session_id: 'kept', wallet: '7' });
    await system.untilMore(20);
    await eventually('every client is told', () => clients.every(({ told }) => told.missed > 0));
    for (const { connection } of clients) connection.close();
  });
});

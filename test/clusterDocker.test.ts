import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeSystem } from './composeSystem.js';
import { docker, engineAnswers } from './containers.js';

const START_MS = 900_000;
const CLIENTS = 3;
const EVENTS = 200;

describe.skipIf(!engineAnswers)('a Cluster of Redis on Docker Compose', () => {
  let system: ComposeSystem;

  beforeAll(async () => {
    system = await ComposeSystem.create('cluster', {
      COMPOSE_FILE: 'docker-compose.yml:deploy/cluster/docker-compose.yml',
      // Of this test's own, beside that of another run.
      REDIS_NETWORK: `10.86.${process.pid % 256}`,
    });
    system.up();
    await system.untilWell('after the start');
  }, START_MS);

  afterAll(() => system.end());

  it('has the log on one of its masters; when that is killed and comes back, nothing is lost or doubled', async () => {
    const clients = await system.followers(CLIENTS);
    const epoch = await system.epoch();
    await system.untilMore(EVENTS);
    const [master = expect.fail('no server has the log')] = ['redis', 'redis-2', 'redis-3'].filter(hasLog);
    docker('kill', system.idOf(master));
    await system.untilWrong('has not answered');
    docker('start', system.idOf(master));
    await system.untilWell('after the master came back');
    await system.untilMore(EVENTS);
    await system.expectAllRecorded(epoch);
    await system.expectWhole(clients);
  });

  const hasLog = (server: string): boolean =>
    system.run(
      'docker',
      'exec',
      system.idOf(server),
      'operator-cli',
      '--scan',
      '--pattern',
      '{rugs}:events',
    ) !== '';
});

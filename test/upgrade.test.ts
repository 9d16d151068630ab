import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeSystem } from './composeSystem.js';
import { docker, engineAnswers, ROOT } from './containers.js';
import { eventually, getJson } from './harness.js';

const START_MS = 900_000;
const CLIENTS = 5;
/** Enough for some games. */
const EVENTS = 600;

/** The version of the images that every test of containers runs. */
const VERSION = process.env.VECTRA_VERSION ?? 'local';

/** A revision of the project whose images are to be upgraded to these; they are built first. */
const { UPGRADE_FROM } = process.env;

/** This version as if it were the next one: it speaks another layout of the log. */
const nextVersionOf = (image: string): string => `
FROM ${image}
USER root
RUN sed -i "s/SCHEMA_VERSION = '1'/SCHEMA_VERSION = '2'/" packages/stream/dist/checks.js \
  && grep -q "SCHEMA_VERSION = '2'" packages/stream/dist/checks.js
USER node
`;

describe.skipIf(!engineAnswers)('an upgrade to a version with another schema of the log', () => {
  const next = `${VERSION}-next-${process.pid}`;
  let system: ComposeSystem;
  let before: { epoch: string; last: number };

  const moveTo = async (version: string, stream: string): Promise<void> => {
    system.down();
    system.use({ VECTRA_VERSION: version, STREAM: stream });
    system.up();
    await system.untilWell(`with the log ${stream}`);
    expect(await system.epoch()).toBe(before.epoch);
  };
  const games = async (): Promise<string[]> => {
    const { games } = await getJson<{ games: { gameId: string }[] }>(`${system.address}/api/games`);
    return games.map(({ gameId }) => gameId);
  };

  beforeAll(async () => {
    system = await ComposeSystem.create('upgrade');
    execFileSync('docker', ['build', '--tag', `vectra:${next}`, '-'], {
      input: nextVersionOf(`vectra:${VERSION}`),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const image of ['vectra-proxy', 'vectra-redis'])
      docker('tag', `${image}:${VERSION}`, `${image}:${next}`);
    system.up();
    await system.untilWell('after the start');
    await system.untilMore(EVENTS);
  }, START_MS);

  afterAll(async () => {
    await system.end();
    docker('rmi', ...['vectra', 'vectra-proxy', 'vectra-redis'].map((image) => `${image}:${next}`));
  });

  it('is refused on a log of the old one, which goes on untouched with the old version', async () => {
    const clients = await system.followers(CLIENTS);
    const epoch = await system.epoch();
    system.use({ VECTRA_VERSION: next });
    system.up();
    await eventually('each service says why it does not run', () =>
      ['feed', 'recorder', 'paper', 'gateway'].every((service) =>
        system
          .compose('logs', '--no-color', service)
          .includes(
            'has schema version 1, this program speaks 2: use the program of that version, or another STREAM',
          ),
      ),
    );
    system.use({ VECTRA_VERSION: VERSION });
    system.up();
    await system.untilWell('after going back');
    await system.untilMore(20);
    expect(await system.epoch()).toBe(epoch);
    await system.expectWhole(clients);
  });

  it('has every event of the old log recorded before it, once', async () => {
    system.compose('stop', 'feed');
    before = await eventually('the log is read', async () => (await system.health()).log);
    system.compose('run', '--rm', 'log', 'drain');
    await system.expectRecorded(before.epoch, before.last);
  });

  it('goes on in a log of the new one, which the feed fills from its file: clients and recordings miss nothing', async () => {
    const recorded = await games();
    expect(recorded.length).toBeGreaterThan(0);
    const clients = await system.followers(CLIENTS);
    await moveTo(next, 'rugs2');
    await system.untilMore(EVENTS);
    await eventually('another game is recorded', async () => (await games()).length > recorded.length);
    expect(await games()).toEqual(expect.arrayContaining(recorded));
    await system.expectWhole(clients);
  });

  it('can be taken back in the same way', async () => {
    const clients = await system.followers(CLIENTS);
    system.compose('stop', 'feed');
    await moveTo(VERSION, 'rugs');
    await system.untilMore(EVENTS);
    await system.expectAllRecorded(before.epoch);
    await system.expectWhole(clients);
  });
});

describe.skipIf(!engineAnswers || UPGRADE_FROM === undefined)('an upgrade from another revision', () => {
  const revision = UPGRADE_FROM ?? '';
  let system: ComposeSystem;

  beforeAll(async () => {
    system = await ComposeSystem.create('revision');
    const old = join(system.dir, 'old');
    mkdirSync(old);
    const archive = execFileSync('git', ['archive', revision], { cwd: ROOT, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', old], { input: archive });
    system.use({ VECTRA_VERSION: `upgrade-${process.pid}` }, old);
    system.build();
    system.up();
    await system.untilWell('after the start');
    await system.untilMore(EVENTS);
  }, START_MS);

  afterAll(() => system.end());

  it(`(${revision}), under load, loses nothing and doubles nothing`, async () => {
    const clients = await system.followers(CLIENTS);
    const epoch = await system.epoch();
    system.use({ VECTRA_VERSION: VERSION }, ROOT);
    system.compose('up', '--detach', '--build');
    await system.untilWell('after the upgrade');
    await system.untilMore(EVENTS);
    await system.expectAllRecorded(epoch);
    await system.expectWhole(clients);
  });
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child, freePort } from '@vectra/launcher';
import { EventLog } from '@vectra/stream';

const ROUNDS = 5;
/** A new standby is up by then. */
const SETTLE_MS = 4_000;
const GIVEN_UP_MS = 30_000;
const STREAM = 'takeover';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * From the `kill -9` of the owner until its standby's first effect, in ms, round by round: an event published by a feed,
 * acknowledged by a recorder. Default lease (4 s), a generated game as upstream.
 */
export async function benchTakeovers(
  redisUrl: string,
  dir: string,
): Promise<{ feed: number[]; recorder: number[] }> {
  const simulatorPort = await freePort();
  const children: Child[] = [];
  const start = (service: string, instance = 0): Child => {
    const child = new Child({
      command: process.execPath,
      args: [join(ROOT, 'services', service, 'dist', 'main.js')],
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        REDIS_URL: redisUrl,
        STREAM,
        SIMULATOR_PORT: String(simulatorPort),
        UPSTREAM_URL: `http://127.0.0.1:${simulatorPort}`,
        RUGS_DATA_DIR: dir,
        FEED_DATA_DIR: join(dir, `feed-${instance}`),
        RECORDER_PORT: '0',
        FEED_PORT: '0',
      },
    });
    children.push(child);
    return child;
  };
  const log = await EventLog.open({ url: redisUrl, stream: STREAM });
  const effects = {
    feed: async () => (await log.state()).last,
    recorder: async () => {
      const group = (await log.groups()).find(({ name }) => name === 'recorder');
      return (group?.delivered ?? 0) - (group?.pending ?? 0);
    },
  };
  const measure = async (service: 'feed' | 'recorder', first: Child): Promise<number[]> => {
    const times: number[] = [];
    for (let owner = first, round = 1; round <= ROUNDS; round++) {
      const standby = start(service, round);
      await sleep(SETTLE_MS);
      owner.signal('SIGKILL');
      await owner.exited;
      const killed = performance.now();
      await exceeds(effects[service], await effects[service]());
      times.push(performance.now() - killed);
      owner = standby;
    }
    return times;
  };
  try {
    start('simulator');
    const [feed, recorder] = [start('feed'), start('recorder')];
    await exceeds(effects.recorder, 0);
    return { feed: await measure('feed', feed), recorder: await measure('recorder', recorder) };
  } finally {
    await Promise.all(children.map((child) => child.stop(5_000)));
    await log.close();
  }
}

async function exceeds(effect: () => Promise<number>, before: number): Promise<void> {
  const deadline = performance.now() + GIVEN_UP_MS;
  while ((await effect()) <= before) {
    if (performance.now() > deadline) throw new Error(`no takeover within ${GIVEN_UP_MS / 1000} s`);
    await sleep(10);
  }
}

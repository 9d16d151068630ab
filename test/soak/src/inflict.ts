import { setTimeout as sleep } from 'node:timers/promises';
import { insist } from './docker.js';
import type { Fault, Kind } from './faults.js';

type Networks = Record<string, { Aliases: string[] | null }>;

/** What is done to a container, by its id. Each is over when it returns: the container runs again, with all its networks. */
const DOINGS: Record<Kind, (id: string, ms: number) => Promise<void>> = {
  async killed(id, ms) {
    await insist(['kill', '--signal', 'KILL', id]);
    await sleep(ms);
    // An engine does not restart what was killed through it.
    await insist(['start', id]);
  },
  async restarted(id) {
    await insist(['restart', id]);
  },
  async paused(id, ms) {
    await insist(['pause', id]);
    await sleep(ms);
    await insist(['unpause', id]);
  },
  async 'cut off'(id, ms) {
    const text = await insist(['inspect', '--format', '{{json .NetworkSettings.Networks}}', id]);
    const networks = Object.entries(JSON.parse(text) as Networks);
    for (const [network] of networks) await insist(['network', 'disconnect', '--force', network, id]);
    await sleep(ms);
    for (const [network, { Aliases }] of networks) {
      const aliases = (Aliases ?? []).flatMap((alias) => ['--alias', alias]);
      await insist(['network', 'connect', ...aliases, network, id]);
    }
  },
};

/** Does faults at the same time, and waits until all are over. @param ids of the containers, by name. */
export async function inflict(faults: readonly Fault[], ids: ReadonlyMap<string, string>): Promise<void> {
  await Promise.all(
    faults.map(async ({ container, kind, ms }) => {
      const id = ids.get(container);
      if (id === undefined) throw new Error(`there is no container ${container}`);
      await DOINGS[kind](id, ms);
    }),
  );
}

import type { ServiceContext, ServiceDefinition } from '@vectra/service-kit';
import { startGames } from './games.js';
import { servePage } from './page.js';
import { startReplay } from './replay.js';

const VARIABLES = ['SIMULATOR_PORT', 'SIMULATOR_SEED', 'SIMULATOR_SPEED', 'SIMULATOR_CAPTURE'] as const;

export type SimulatorContext = ServiceContext<(typeof VARIABLES)[number]>;

/** The stand-in for the game's server. `GET /api/simulator` tells what it plays; `/page` is a page that watches it. */
export const simulatorService: ServiceDefinition<(typeof VARIABLES)[number]> = {
  name: 'simulator',
  about: "Speaks the game server's protocol: generated games, or a captured session replayed.",
  variables: VARIABLES,
  port: 'SIMULATOR_PORT',
  start: async (context) => {
    const { SIMULATOR_CAPTURE: path } = context.config;
    await servePage(context.http);
    const stop = path === undefined ? startGames(context) : await startReplay(context, path);
    return () => {
      stop();
      return Promise.resolve();
    };
  },
};

import { freePort } from '@vectra/launcher';
import { containersOf, docker, type Container } from './docker.js';

/** How many containers of a service there are, where there is more than one. */
const REPLICAS = { feed: 2, recorder: 2, paper: 2, gateway: 2 };
const SOURCES = ['simulator', 'feed'];
const READERS = ['redis', 'recorder', 'paper', 'gateway', 'proxy'];
const STOP_SECONDS = '15';

/** The system on Docker Compose with the simulator, as a project of its own: its containers, volumes and port. */
export class Stack {
  readonly url: string;
  readonly #project: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(project: string, port: number, speed: number) {
    this.#project = project;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: project,
      ...{ GATEWAY_ADDRESS: '127.0.0.1', GATEWAY_PORT: String(port) },
      ...{ GATEWAY_TOKENS: '', GATEWAY_HOSTS: '', GATEWAY_RATE_LIMIT: '1000000' },
      GATEWAY_EXPECTED_SERVICES: 'feed,recorder,paper',
      // Nothing may be trimmed before it was counted, nor left out for being late.
      ...{ LOG_MAX_EVENTS: '10000000', LOG_RETENTION_HOURS: '1000' },
      ...{ PAPER_MAX_LAG_MS: '600000', PAPER_HISTORY_MAX: '1000000', PAPER_SLOTS: '8' },
      ...{ RECORDER_RETENTION_DAYS: '', RECORDER_RETENTION_GB: '', RECORDER_STORE_SECONDS: '5' },
      ...{ STREAM: 'rugs', REQUIRED_GROUPS: 'recorder', LEASE_TTL_MS: '4000', FEED_SOURCE: 'public' },
      // One that is killed begins other games than it had played: a seed would repeat them.
      ...{ SIMULATOR_SEED: '', SIMULATOR_SPEED: String(speed) },
    };
  }

  static async create(speed: number): Promise<Stack> {
    return new Stack(`vectra-soak-${process.pid}`, await freePort(), speed);
  }

  build(): Promise<string> {
    return this.#compose('build');
  }

  /** Starts all that reads the log: as no feed runs, the log is still empty. */
  startReaders(): Promise<string> {
    return this.#up(READERS);
  }

  /** Starts the simulator and the feeds. */
  startSources(): Promise<string> {
    return this.#up(SOURCES);
  }

  containers(): Promise<Container[]> {
    return containersOf(this.#project);
  }

  /** Stops the containers of a service for good, all at once. */
  async stop(service: string): Promise<void> {
    const ids = (await this.containers()).filter((one) => one.service === service).map(({ id }) => id);
    await docker(['stop', ...ids]);
  }

  /** Runs a command in the first container of a service, and gives what it printed. */
  async exec(service: string, ...command: string[]): Promise<string> {
    return docker(['exec', (await this.#first(service)).id, ...command]);
  }

  /** Copies a folder out of the first container of a service. */
  async copy(service: string, from: string, to: string): Promise<void> {
    await docker(['cp', `${(await this.#first(service)).id}:${from}`, to]);
  }

  /** What all of them have written, with the name of each. */
  logs(): Promise<string> {
    return this.#compose('logs', '--no-color', '--timestamps');
  }

  /** Removes containers, networks and volumes, in whatever state they are. */
  async remove(): Promise<void> {
    const frozen = await docker([
      ...['ps', '--quiet', '--filter', `label=com.docker.compose.project=${this.#project}`],
      ...['--filter', 'status=paused'],
    ]);
    const ids = frozen.split('\n').filter((id) => id !== '');
    if (ids.length > 0) await docker(['unpause', ...ids]);
    await this.#compose('down', '--volumes', '--timeout', STOP_SECONDS);
  }

  async #first(service: string): Promise<Container> {
    const found = (await this.containers()).find((one) => one.service === service);
    if (found === undefined) throw new Error(`there is no container of ${service}`);
    return found;
  }

  #up(services: readonly string[]): Promise<string> {
    const scales = Object.entries(REPLICAS)
      .filter(([service]) => services.includes(service))
      .flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
    return this.#compose('up', '--detach', '--no-recreate', ...scales, ...services);
  }

  #compose(...args: string[]): Promise<string> {
    return docker(['compose', '--profile', 'demo', ...args], this.#env);
  }
}

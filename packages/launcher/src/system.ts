import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig, type Config } from '@vectra/service-kit';
import type { StdioOptions } from 'node:child_process';
import { Child, type Exit } from './child.js';
import { expectFree } from './ports.js';
import { startRedis, type LocalRedis } from './redis.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const RESTART_MS = 1_000;
/** A service gets this much longer than its own bound before it is ended. */
const EXTRA_GRACE_MS = 2_000;

/** Services in the order they start; they stop in the opposite order, the feed before those that read what it wrote. */
const SERVICES = ['simulator', 'gateway', 'recorder', 'paper', 'feed'] as const;
export type ServiceName = (typeof SERVICES)[number];

const PORTS = {
  simulator: 'SIMULATOR_PORT',
  gateway: 'GATEWAY_PORT',
  recorder: 'RECORDER_PORT',
  paper: 'PAPER_PORT',
  feed: 'FEED_PORT',
} as const;

const NAMES = [
  ...Object.values(PORTS),
  'REDIS_SERVER',
  'RUGS_DATA_DIR',
  'SHUTDOWN_TIMEOUT_MS',
  'STANDALONE_REDIS_PORT',
] as const;

export interface SystemOptions {
  /** The simulator is the feed's upstream. */
  demo: boolean;
  env: Record<string, string | undefined>;
  /** The services to start; all by default. */
  services?: readonly ServiceName[];
  /** Told what happens, a line each. */
  say(line: string): void;
  stdio?: StdioOptions;
  /** Restarts a service when its compiled code changes. */
  watch?: boolean;
  /** Gives up the start. */
  signal?: AbortSignal;
}

/** The whole system as processes of this machine, with a Redis of its own unless `REDIS_URL` names one. */
export class LocalSystem {
  readonly #options: SystemOptions;
  readonly #config: Config<(typeof NAMES)[number]>;
  readonly #env: Record<string, string | undefined>;
  readonly #children = new Map<ServiceName, Child>();
  #redis: LocalRedis | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(options: SystemOptions) {
    this.#options = options;
    this.#config = loadConfig(NAMES, options.env);
    this.#env = { ...options.env };
  }

  /**
   * Starts everything and waits until each service is ready.
   *
   * @throws Error when a part does not come up; what was started is stopped then.
   */
  static async start(options: SystemOptions): Promise<LocalSystem> {
    const system = new LocalSystem(options);
    try {
      await system.#startRedis();
      if (options.demo) system.#env.UPSTREAM_URL = system.url('simulator');
      for (const name of SERVICES) {
        if (!(options.services ?? SERVICES).includes(name)) continue;
        if (name === 'simulator' && !options.demo) continue;
        // Else whatever listens there would be taken for it.
        await expectFree(system.#config[PORTS[name]], `the ${name}`, PORTS[name]);
        await system.startService(name);
      }
    } catch (error) {
      await system.stop();
      throw error;
    }
    system.#superviseAll();
    return system;
  }

  url(name: ServiceName): string {
    return `http://127.0.0.1:${this.#config[PORTS[name]]}`;
  }

  get redisUrl(): string {
    return this.#redis?.url ?? this.#env.REDIS_URL ?? '';
  }

  /** The process that runs a service now. */
  child(name: ServiceName): Child {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`${name} was not started`);
    return child;
  }

  /** Stops one service for good. */
  async stopService(name: ServiceName): Promise<void> {
    const child = this.child(name);
    this.#children.delete(name);
    await child.stop(this.#config.SHUTDOWN_TIMEOUT_MS + EXTRA_GRACE_MS);
  }

  /** Starts a service that was not started, or has been stopped. */
  async startService(name: ServiceName, env: Record<string, string | undefined> = {}): Promise<void> {
    this.#run(name, env);
    await this.#untilReady(name);
  }

  /** Stops the services in order, then Redis. Safe to call twice. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stopAll());
  }

  async #stopAll(): Promise<void> {
    const grace = this.#config.SHUTDOWN_TIMEOUT_MS + EXTRA_GRACE_MS;
    for (const name of SERVICES.toReversed()) await this.#children.get(name)?.stop(grace);
    await this.#redis?.stop();
  }

  async #startRedis(): Promise<void> {
    if (this.#env.REDIS_URL) return;
    this.#redis = await startRedis({
      port: this.#config.STANDALONE_REDIS_PORT,
      dir: resolve(this.#config.RUGS_DATA_DIR, 'redis'),
      program: this.#config.REDIS_SERVER,
    });
    this.#env.REDIS_URL = this.#redis.url;
  }

  #run(name: ServiceName, env: Record<string, string | undefined> = {}): void {
    const { stdio, watch } = this.#options;
    const main = join(ROOT, 'services', name, 'dist', 'main.js');
    const child = new Child({
      command: process.execPath,
      args: watch === true ? ['--watch', '--watch-preserve-output', main] : [main],
      env: { ...this.#env, ...env },
      cwd: ROOT,
      ...(stdio === undefined ? {} : { stdio }),
    });
    this.#children.set(name, child);
  }

  async #untilReady(name: ServiceName): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady(`${this.url(name)}/readyz`))) {
      this.#options.signal?.throwIfAborted();
      if (!this.child(name).running) {
        throw new Error(
          `${name} did not start (${describeExit(await this.child(name).exited)}): its last line says why`,
        );
      }
      if (Date.now() > deadline) throw new Error(`${name} was not ready within ${READY_TIMEOUT_MS / 1000} s`);
      await sleep(50);
    }
  }

  #superviseAll(): void {
    for (const name of this.#children.keys()) void this.#supervise(name);
  }

  #isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Starts a service again when it ends unasked, as a container engine would. */
  async #supervise(name: ServiceName): Promise<void> {
    for (let child = this.#children.get(name); child !== undefined; child = this.#children.get(name)) {
      const exit = await child.exited;
      if (this.#isStopping() || this.#children.get(name) !== child) return;
      this.#options.say(`${name} ended (${describeExit(exit)}); starting it again`);
      await sleep(RESTART_MS);
      if (this.#isStopping()) return;
      this.#run(name);
    }
  }
}

function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit status ${code}`;
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

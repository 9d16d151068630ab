import { hostname } from 'node:os';
import { z } from 'zod';
import type { RedisClient } from './connection.js';
import type { LogKeys } from './keys.js';

const INTERVAL_MS = 2_000;
/** A service that has been silent for this long is not listed any more. */
const FORGOTTEN_MS = 60_000;

const serviceState = z.object({
  name: z.string(),
  instance: z.string(),
  host: z.string(),
  pid: z.int(),
  /** Unix ms. */
  startedAt: z.int(),
  /** Unix ms of this heartbeat. */
  at: z.int(),
  ok: z.boolean(),
  detail: z.record(z.string(), z.unknown()),
});

/** What a service last said of itself. */
export type ServiceState = z.infer<typeof serviceState>;

interface HeartbeatOptions {
  service: string;
  instance: string;
  status: () => { ok: boolean; detail: Record<string, unknown> };
}

/** Writes a service's state to Redis every 2 s, and takes it away when the service stops. */
export class Heartbeat {
  readonly #redis: RedisClient;
  readonly #keys: LogKeys;
  readonly #options: HeartbeatOptions;
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> = Promise.resolve();

  constructor(redis: RedisClient, keys: LogKeys, options: HeartbeatOptions) {
    this.#redis = redis;
    this.#keys = keys;
    this.#options = options;
    this.#timer = setInterval(() => this.beat(), INTERVAL_MS);
    this.beat();
  }

  /** Tells how the service is, out of turn. */
  beat(): void {
    this.#beating = this.#beating.then(() => this.#beat());
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#redis.hdel(this.#keys.services, this.#field).catch(() => undefined); // else it is forgotten in time
  }

  get #field(): string {
    return `${this.#options.service}:${this.#options.instance}`;
  }

  async #beat(): Promise<void> {
    const state: ServiceState = {
      name: this.#options.service,
      instance: this.#options.instance,
      host: hostname(),
      pid: process.pid,
      startedAt: this.#startedAt,
      at: Date.now(),
      ...this.#options.status(),
    };
    // Redis being away is told by the connection; the next beat tries again.
    await this.#redis.hset(this.#keys.services, this.#field, JSON.stringify(state)).catch(() => undefined);
  }
}

/** The services heard of lately, by name. */
export async function readServices(redis: RedisClient, keys: LogKeys): Promise<ServiceState[]> {
  const fields = Object.values(await redis.hgetall(keys.services));
  const states = fields.flatMap((json) => {
    const state = parseState(json);
    return state !== undefined && Date.now() - state.at < FORGOTTEN_MS ? [state] : [];
  });
  return states.sort((a, b) => a.name.localeCompare(b.name) || a.startedAt - b.startedAt);
}

function parseState(json: string): ServiceState | undefined {
  try {
    return serviceState.parse(JSON.parse(json));
  } catch {
    return undefined; // written by something else: no service of ours
  }
}

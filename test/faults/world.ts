import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import { EventLog } from '@vectra/stream';
import { expect } from 'vitest';
import { eventually } from '../harness.js';
import { chance, type Chance } from './chance.js';
import { tallyBot, tallyFiles, tallyJournal, tallyLog } from './invariants.js';
import { Program } from './program.js';
import { TcpProxy } from './proxy.js';
import { RedisServer } from './server.js';
import { flawless } from './tally.js';

/** Short, so that many owners can be lost in a test; the shortest a service accepts is 500. */
export const LEASE_MS = 1_000;
const SETTLE_TIMEOUT_MS = 30_000;
const BOT_BATCH = 50;

/** A program and the proxy through which alone it reaches Redis. */
export interface Actor {
  program: Program;
  proxy: TcpProxy;
}

export interface Bot extends Actor {
  group: string;
  file: string;
  /** Its place is its own file's end, so that nothing is ever written twice. */
  cursor: boolean;
}

export interface Service extends Actor {
  url: string;
}

type Arguments = Record<string, string | number | boolean>;

/** A Redis, and programs around it, of a test's own: free ports, a temporary folder, everything ended at the end. */
export class World {
  readonly dir: string;
  readonly server: RedisServer;
  /** Straight to Redis: faults on links are the programs' only. */
  readonly log: EventLog;
  readonly chance: Chance;
  /** What was done to this world, in order. */
  readonly faults: string[] = [];
  readonly #actors: Actor[] = [];
  readonly #writers: Actor[] = [];
  readonly #bots: Bot[] = [];
  #records = false;

  private constructor(parts: { dir: string; server: RedisServer; log: EventLog }) {
    this.dir = parts.dir;
    this.server = parts.server;
    this.log = parts.log;
    this.chance = chance();
  }

  static async create(): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'vectra-faults-'));
    const server = await RedisServer.start(await freePort(), join(dir, 'redis'));
    const log = await EventLog.open({ url: server.url, name: 'test' });
    return new World({ dir, server, log });
  }

  get dataDir(): string {
    return join(this.dir, 'data');
  }

  /** A writer of the story; those with the same folder share a write-ahead file, as replicas on one volume do. */
  writer(name = 'writer', { folder = 'wal', ...args }: Arguments & { folder?: string } = {}): Promise<Actor> {
    return this.#actor(name, async (proxy, outputFile) => {
      const options = { redis: proxy.url, folder: join(this.dir, folder), lease: LEASE_MS, ...args };
      const writer = { main: 'test/processes/dist/writer.js', args: flags(options), outputFile };
      return Promise.resolve(new Program(name, writer));
    }).then((actor) => {
      this.#writers.push(actor);
      return actor;
    });
  }

  /** A recorder; all of a world share its data folder. */
  async recorder(name = 'recorder'): Promise<Service> {
    this.#records = true;
    await mkdir(this.dataDir, { recursive: true });
    return this.#service(name, 'recorder', 'RECORDER_PORT');
  }

  gateway(name = 'gateway'): Promise<Service> {
    return this.#service(name, 'gateway', 'GATEWAY_PORT');
  }

  async bot(group: string, { cursor = true, ...args }: Arguments & { cursor?: boolean } = {}): Promise<Bot> {
    const file = join(this.dir, `${group}.seen`);
    const actor = await this.worker(group, { group, file, cursor, batch: BOT_BATCH, ...args });
    const bot = { ...actor, group, file, cursor };
    this.#bots.push(bot);
    return bot;
  }

  /** A consumer whose file is checked by the test itself. */
  worker(name: string, args: Arguments): Promise<Actor> {
    return this.#actor(name, (proxy, outputFile) => {
      const options = { redis: proxy.url, lease: LEASE_MS, file: join(this.dir, `${name}.seen`), ...args };
      const bot = { main: 'test/processes/dist/bot.js', args: flags(options), outputFile };
      return Promise.resolve(new Program(name, bot));
    });
  }

  /** Does something harmful, and remembers it for the report of a failure. */
  async harm<T>(what: string, act: () => Promise<T> | T): Promise<T> {
    this.faults.push(what);
    return act();
  }

  /** Has the writers write until the log has grown by so many events. */
  async write(events: number): Promise<number> {
    for (const { program } of this.#writers) program.tell('write');
    const { last } = await this.#within('Redis answers', () => this.log.state());
    await this.#within(`the log reaches event ${last + events}`, async () => {
      return (await this.log.state()).last >= last + events;
    });
    return last + events;
  }

  /** Has the writers go on meanwhile. */
  writing<T>(during: () => Promise<T>): Promise<T> {
    for (const { program } of this.#writers) program.tell('write');
    return during();
  }

  /** The log grows by so many events more, and every reader follows: whatever was done, nothing stands still. */
  async flows(events = 50): Promise<void> {
    await this.#followed(await this.write(events), false);
  }

  /** However long a stranger's entry or a lost stream confuses the log's end: a writer stores more, and readers follow. */
  async recovers(events = 20): Promise<void> {
    for (const { program } of this.#writers) program.tell('write');
    const placed = (): number => Math.max(0, ...this.#said('progress').map(({ stored }) => Number(stored)));
    const wanted = placed() + events;
    await this.#within(`a writer stores event ${wanted}`, () => Promise.resolve(placed() >= wanted));
    await this.#followed(wanted, false);
    if (this.#epochs.size !== 1) throw this.#report(new Error('the log began anew'));
  }

  /** Writers stop writing, and everything arrives everywhere. */
  async settle(): Promise<{ epoch: string; last: number }> {
    for (const { program } of this.#writers) program.tell('quiet');
    const settled = await this.#within('the writers have stored all they have', async () => {
      const { epoch, last } = await this.log.state();
      const quiet = this.#writers.some(({ program }) => {
        const said = program.said('progress').at(-1);
        return program.running && said?.writing === false && said.waiting === 0 && said.last === last;
      });
      return quiet && epoch !== null ? { epoch, last } : undefined;
    });
    await this.#followed(settled.last, true);
    return settled;
  }

  /**
   * Everything published is in the log, in the recorder's journal and files, and in each bot's file: once, in order,
   * unaltered. @param first the oldest that was not trimmed.
   */
  async verify(first = 1): Promise<number> {
    try {
      const { epoch, last } = await this.settle();
      expect([...this.#epochs], 'the epochs of the log').toEqual([epoch]);
      const stored = Math.max(...this.#said('progress').map((said) => Number(said.stored)));
      expect(last, 'the newest event that was ever stored').toBeGreaterThanOrEqual(stored);
      const published = { epoch, last, first, marks: new Map<number, number>() };
      expect(await tallyLog(this.server.admin, published), 'the log').toEqual(flawless(last - first + 1));
      if (this.#records) {
        expect(await tallyJournal(this.dataDir, published), 'the journal').toEqual(flawless(last));
        const files = await tallyFiles(this.dataDir, last);
        expect(files, 'the games').toEqual(flawless(files.events + files.lost));
      }
      for (const { group, file, cursor } of this.#bots) {
        const found = tallyBot(file, epoch, last, cursor ? 0 : BOT_BATCH);
        expect(found, group).toEqual(flawless(last));
      }
      return last;
    } catch (error) {
      throw this.#report(error);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#actors.map(({ program }) => program.kill()));
    for (const { proxy } of this.#actors) await proxy.stop();
    await this.log.close();
    await this.server.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  async #actor(
    name: string,
    make: (proxy: TcpProxy, outputFile: string) => Promise<Program>,
  ): Promise<Actor> {
    const proxy = await TcpProxy.start(() => this.server.port);
    const program = await make(proxy, join(this.dir, `${name}.out`));
    program.start();
    const actor = { program, proxy };
    this.#actors.push(actor);
    return actor;
  }

  async #service(name: string, service: 'recorder' | 'gateway', portVariable: string): Promise<Service> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const actor = await this.#actor(name, (proxy, outputFile) => {
      const env = {
        REDIS_URL: proxy.url,
        RUGS_DATA_DIR: this.dataDir,
        LEASE_TTL_MS: String(LEASE_MS),
        [portVariable]: String(port),
      };
      const main = `services/${service}/dist/main.js`;
      return Promise.resolve(new Program(name, { main, env, outputFile }));
    });
    await eventually(
      `${name} is ready`,
      async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok,
    );
    return { ...actor, url };
  }

  /** Those that the writers have named. */
  get #epochs(): Set<unknown> {
    return new Set([...this.#said('owner'), ...this.#said('progress')].map(({ epoch }) => epoch));
  }

  #said(kind: string): Record<string, unknown>[] {
    return this.#writers.flatMap(({ program }) => program.said(kind));
  }

  /** @param idle nothing is under way any more, either. */
  async #followed(to: number, idle: boolean): Promise<void> {
    const wanted = [...(this.#records ? ['recorder'] : []), ...this.#bots.map(({ group }) => group)];
    await this.#within(`${wanted.join(', ')} have processed event ${to}`, async () => {
      const [{ last }, groups] = await Promise.all([this.log.state(), this.log.groups()]);
      return (
        last >= to &&
        wanted.every((name) => {
          const group = groups.find((candidate) => candidate.name === name);
          return group !== undefined && group.lag <= (idle ? 0 : last - to);
        })
      );
    });
  }

  /** Redis being away counts as not yet. */
  async #within<T>(what: string, ready: () => Promise<T>): Promise<NonNullable<T>> {
    try {
      return await eventually(what, () => ready().catch(() => undefined), SETTLE_TIMEOUT_MS);
    } catch (error) {
      throw this.#report(error);
    }
  }

  /** The failure, how to repeat it, what had been done, and what the programs said last. */
  #report(error: unknown): unknown {
    if (!(error instanceof Error) || error.message.includes('FAULTS_SEED')) return error;
    const lines = [
      error.message,
      `repeat with FAULTS_SEED=${this.chance.seed}`,
      `faults: ${this.faults.slice(-30).join('; ')}`,
      ...this.#actors.map(({ program }) => `${program.name}:\n${lastWords(program.output())}`),
    ];
    error.message = lines.join('\n');
    return error;
  }
}

/** The newest lines: of those that come all the time only a few. */
function lastWords(output: string): string {
  const lines = output.split('\n');
  const often = (line: string): boolean => /^\{"kind":"(progress|wrote)"|game recorded/.test(line);
  const few = lines.filter(often).slice(-3);
  return lines
    .filter((line) => !often(line) || few.includes(line))
    .slice(-16)
    .join('\n');
}

function flags(args: Arguments): string[] {
  return Object.entries(args).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return value ? [`--${name}`] : [];
    return [`--${name}`, String(value)];
  });
}

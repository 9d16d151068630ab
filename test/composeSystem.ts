import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import { pino } from 'pino';
import { expect } from 'vitest';
import { readJournal } from '../services/recorder/src/journal.js';
import { docker, follow, idsOf, ROOT } from './containers.js';
import { tally } from './faults/tally.js';
import { cleanEnvironment, eventually, getJson } from './harness.js';

type Environment = Record<string, string | undefined>;
type Follower = ReturnType<typeof follow>;

interface Health {
  log?: { epoch: string; last: number };
  problems?: { part: string; message: string }[];
}

interface Group {
  name: string;
  delivered: number;
  pending: number;
}

/** The demo on Docker Compose as a project of its own, run by the commands that docs/operations.md gives. */
export class ComposeSystem {
  readonly address: string;
  /** For what a test wants to keep until its end. */
  readonly dir: string;
  readonly #project: string;
  readonly #env: Environment;
  /** Whose Compose file is run. */
  #root = ROOT;

  private constructor(parts: { project: string; dir: string; port: string; env: Environment }) {
    this.#project = parts.project;
    this.dir = parts.dir;
    this.address = `http://127.0.0.1:${parts.port}`;
    this.#env = {
      ...cleanEnvironment(),
      ...{ COMPOSE_PROJECT_NAME: parts.project, GATEWAY_PORT: parts.port, SIMULATOR_SPEED: '10' },
      ...(process.env.VECTRA_VERSION === undefined ? {} : { VECTRA_VERSION: process.env.VECTRA_VERSION }),
      ...parts.env,
    };
  }

  /** Nothing runs yet. */
  static async create(name: string, env: Environment = {}): Promise<ComposeSystem> {
    const project = `vectra-${name}-${process.pid}`;
    const dir = await mkdtemp(join(tmpdir(), `vectra-${name}-`));
    return new ComposeSystem({ project, dir, port: String(await freePort()), env });
  }

  /** From now on commands have these variables, and are run in this folder. */
  use(env: Environment, root = this.#root): void {
    Object.assign(this.#env, env);
    this.#root = root;
  }

  /** @throws Error with what the command printed when it fails. */
  run(command: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(command, args, {
      ...{ cwd: this.#root, env: this.#env, encoding: 'utf8', maxBuffer: 2 ** 28 },
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  compose(...args: string[]): string {
    return this.run('docker', 'compose', '--profile', 'demo', ...args);
  }

  build(): void {
    this.compose('build');
  }

  up(): void {
    this.compose('up', '--detach');
  }

  down(...more: string[]): void {
    this.compose('down', ...more);
  }

  /** Ends and removes everything. */
  async end(): Promise<void> {
    this.down('--volumes');
    await rm(this.dir, { recursive: true, force: true });
  }

  /** A service's container. */
  idOf(service: string): string {
    return idsOf(this.#project, service)[0] ?? '';
  }

  health(): Promise<Health> {
    return getJson<Health>(`${this.address}/health`).catch(() => ({}));
  }

  /** The newest event's seq, up to a second ago. */
  async last(): Promise<number> {
    return (await this.health()).log?.last ?? 0;
  }

  async epoch(): Promise<string | undefined> {
    return (await this.health()).log?.epoch;
  }

  /** What is wrong. Whether a busy machine's disk is slow, of which the feed complains, is not for a test to decide. */
  async #complaints(): Promise<string[] | undefined> {
    return (await this.health()).problems
      ?.filter(({ part }) => part !== 'feed')
      .map(({ message }) => message);
  }

  async untilWell(when: string): Promise<void> {
    await this.#until(`nothing is wrong ${when}`, (wrong) => wrong.length === 0);
  }

  /** Until that is all that is wrong. */
  async untilOnly(complaint: string): Promise<void> {
    await this.#until(
      `only "${complaint}" is wrong`,
      (wrong) => wrong.length === 1 && wrong[0]?.includes(complaint) === true,
    );
  }

  /** Until something like that is wrong. */
  async untilWrong(complaint: string): Promise<void> {
    await this.#until(`"${complaint}" is wrong`, (wrong) => wrong.some((one) => one.includes(complaint)));
  }

  async #until(what: string, isSo: (wrong: string[]) => boolean): Promise<void> {
    let wrong: string[] | undefined;
    await eventually(what, async () => {
      wrong = await this.#complaints();
      return wrong !== undefined && isSo(wrong);
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; what is wrong: ${JSON.stringify(wrong)}`);
    });
  }

  async untilMore(events: number): Promise<void> {
    const goal = (await this.last()) + events;
    await eventually(`event ${goal} is published`, async () => (await this.last()) >= goal);
  }

  /** So many clients, once they are connected. */
  async followers(count: number): Promise<Follower[]> {
    const clients = Array.from({ length: count }, () => follow(this.address));
    await eventually('the clients are connected', () => clients.every(({ told }) => told.connections > 0));
    return clients;
  }

  /** Ends the clients, and expects that each was told every event there is once, in order, from its first on. */
  async expectWhole(clients: readonly Follower[]): Promise<void> {
    const newest = await eventually('the log is read', () => this.last());
    await eventually('everybody is told the newest', () =>
      clients.every(({ told }) => (told.seqs.at(-1) ?? 0) >= newest),
    );
    for (const { connection } of clients) connection.close();
    for (const { seqs, missed } of clients.map(({ told }) => told)) {
      expect(tally(seqs, seqs.at(-1) ?? 0, seqs[0])).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0 });
      expect(missed).toBe(0);
    }
  }

  /** Expects that the recorder's journal has each event of an epoch once. @param through the newest that there must be. */
  async expectRecorded(epoch: string, through: number): Promise<void> {
    docker('cp', `${this.idOf('recorder')}:/data/journal`, this.dir);
    const folder = join(this.dir, 'journal');
    const seqs: number[] = [];
    for await (const line of readJournal(folder, pino({ level: 'silent' })))
      if (line.kind === 'event' && line.event.id.startsWith(`${epoch}:`)) seqs.push(line.event.seq);
    await rm(folder, { recursive: true });
    const newest = seqs.at(-1) ?? 0;
    expect(newest).toBeGreaterThanOrEqual(through);
    expect(tally(seqs, newest)).toMatchObject({ events: newest, lost: 0, duplicated: 0, outOfOrder: 0 });
  }

  /** Expects that the log is still in this epoch, and that the recorder's journal has each of its events once. */
  async expectAllRecorded(epoch = 'none'): Promise<void> {
    const last = await eventually('the log is read', () => this.last());
    expect(await this.epoch()).toBe(epoch);
    await this.#untilRecorded(last);
    await this.expectRecorded(epoch, last);
  }

  /** Until the recorder's group has processed this event. */
  async #untilRecorded(seq: number): Promise<void> {
    await eventually(`event ${seq} is recorded`, () => {
      const state = this.run('docker', 'compose', 'run', '--rm', 'log', '--json', 'state');
      const { groups } = JSON.parse(state) as { groups: Group[] };
      return groups.some(
        ({ name, delivered, pending }) => name === 'recorder' && delivered >= seq && pending === 0,
      );
    });
  }
}

import { open, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis, type LocalRedis } from '@vectra/launcher';
import { Redis } from 'ioredis';

/** A Redis that can be killed, frozen, and robbed of what it wrote. */
export class RedisServer {
  readonly port: number;
  readonly admin: Redis;
  readonly #dir: string;
  #running: LocalRedis;

  private constructor(port: number, dir: string, running: LocalRedis) {
    this.port = port;
    this.#dir = dir;
    this.#running = running;
    this.admin = new Redis({ port, maxRetriesPerRequest: null, retryStrategy: () => 50 });
    this.admin.on('error', () => undefined); // it is away because a test wants that
  }

  static async start(port: number, dir: string): Promise<RedisServer> {
    return new RedisServer(port, dir, await startRedis({ port, dir }));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** As a power cut: nothing is closed or flushed. */
  async kill(): Promise<void> {
    this.#running.child.signal('SIGKILL');
    await this.#running.child.exited;
  }

  async startAgain(): Promise<void> {
    this.#running = await startRedis({ port: this.port, dir: this.#dir });
  }

  /** The process stands still: links stay open, and nothing answers. */
  freeze(): void {
    this.#running.child.signal('SIGSTOP');
  }

  thaw(): void {
    this.#running.child.signal('SIGCONT');
  }

  /** While it is down: takes the newest bytes off the append-only file. */
  async rollBack(bytes: number): Promise<void> {
    const file = await this.#appendOnlyFile();
    const { size } = await stat(file);
    await truncate(file, Math.max(0, size - bytes));
  }

  /** While it is down: leaves the beginning of a command at the append-only file's end, as a power cut may. */
  async tear(): Promise<void> {
    const handle = await open(await this.#appendOnlyFile(), 'a');
    await handle.appendFile('*5\r\n$4\r\nXADD\r\n$13\r\n{rugs}:ev');
    await handle.close();
  }

  /** Bytes of the append-only file since it was last rewritten. */
  async size(): Promise<number> {
    return (await stat(await this.#appendOnlyFile())).size;
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    this.thaw();
    await this.#running.stop();
  }

  async #appendOnlyFile(): Promise<string> {
    const folder = join(this.#dir, 'appendonlydir');
    const increments = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
    const ordinal = (name: string): number => Number(/\.(\d+)\.incr/.exec(name)?.[1]);
    const newest = increments.sort((a, b) => ordinal(a) - ordinal(b)).at(-1);
    if (newest === undefined) throw new Error(`no append-only file in ${folder}`);
    return join(folder, newest);
  }
}

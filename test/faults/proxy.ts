import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Messages } from './resp.js';

/** Tells whether a command is meant by its bytes. */
export type CommandTest = (command: Buffer) => boolean;

/** Calls of one of the log's scripts, by hash or by text. */
export function script(name: 'publish' | 'ack' | 'renew' | 'begin' | 'acquire'): CommandTest {
  const path = new URL(`../../packages/stream/lua/${name}.lua`, import.meta.url);
  const lua = readFileSync(path, 'utf8');
  const hash = createHash('sha1').update(lua).digest('hex');
  return (command) => command.includes(hash) || command.includes(lua);
}

/** Commands by name. */
export function command(name: string): CommandTest {
  const token = `\r\n${name}\r\n`.toLowerCase();
  return (bytes) => bytes.toString('latin1', 0, 64).toLowerCase().includes(token);
}

const IN_TIME = Promise.resolve();

interface Link {
  client: Socket;
  server: Socket;
  /** Nothing passes any more, and neither end is told. */
  dead: boolean;
  /** Commands under way, oldest first: whether their reply is to be lost. */
  underWay: boolean[];
  /** The last reply that was delayed. */
  delayed: Promise<void>;
}

/** Stands between programs and a Redis, on a port of its own, and does to their links what networks do. */
export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #target: () => number;
  #swallowing = false;
  #delayMs = 0;
  #cut: { test: CommandTest; times: number } | undefined;
  #cuts = 0;
  #swallow: CommandTest | undefined;
  #swallowed = 0;
  #timers = new Set<NodeJS.Timeout>();

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param target the port of the Redis at the time of each connection. */
  static async start(target: () => number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Replies that were lost so far. */
  get cuts(): number {
    return this.#cuts;
  }

  /** The next so many commands that fit reach Redis and run; their reply is dropped, and the link reset. */
  cutReplies(test: CommandTest, times: number): void {
    this.#cut = { test, times };
  }

  /** Commands that fit never reach Redis, and their links are half-open from then on. */
  swallow(test: CommandTest): void {
    this.#swallow = test;
    this.#swallowed = 0;
  }

  /** Commands that were swallowed since `swallow`. */
  get swallowed(): number {
    return this.#swallowed;
  }

  /** Every link there is goes half-open: neither end is told, and nothing passes. New links work. */
  halfOpen(): void {
    for (const link of this.#links) link.dead = true;
  }

  /** For a time everything is swallowed, new links included; what was connected then stays half-open for ever. */
  blackHole(ms: number): void {
    this.#swallowing = true;
    this.halfOpen();
    this.#after(ms, () => (this.#swallowing = false));
  }

  /** Replies come this much later, in order. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Resets every link. */
  resetAll(): void {
    for (const link of this.#links) this.#reset(link);
  }

  /** Takes back what is still to happen. */
  heal(): void {
    this.#swallowing = false;
    this.#delayMs = 0;
    this.#cut = undefined;
    this.#swallow = undefined;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.resetAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const server = connect(this.#target(), '127.0.0.1');
    const link: Link = { client, server, dead: this.#swallowing, underWay: [], delayed: IN_TIME };
    this.#links.add(link);
    client.setNoDelay();
    server.setNoDelay();
    const commands = new Messages();
    const replies = new Messages();
    client.on('data', (chunk) => {
      for (const message of commands.push(chunk)) this.#pass(link, message);
    });
    server.on('data', (chunk) => {
      for (const message of replies.push(chunk)) this.#answer(link, message);
    });
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      end.on('error', () => end.destroy());
      end.on('close', () => {
        // The other end of a half-open link never learns of it.
        if (!link.dead) other.destroy();
        if (client.destroyed && server.destroyed) this.#links.delete(link);
      });
    }
  }

  #pass(link: Link, message: Buffer): void {
    if (link.dead) return;
    if (this.#swallow?.(message) === true) {
      this.#swallowed++;
      link.dead = true;
      return;
    }
    const lose = this.#cut !== undefined && this.#cut.times > 0 && this.#cut.test(message);
    if (lose && this.#cut !== undefined) this.#cut.times--;
    link.underWay.push(lose);
    if (!link.server.destroyed) link.server.write(message);
  }

  #answer(link: Link, message: Buffer): void {
    if (link.dead) return;
    const lose = link.underWay.shift() === true;
    // It did not run: the script is sent again in full.
    const unknown = lose && message.toString('latin1', 0, 9) === '-NOSCRIPT';
    if (unknown && this.#cut !== undefined) this.#cut.times++;
    if (lose && !unknown) {
      this.#cuts++;
      this.#reset(link);
    } else this.#write(link, message);
  }

  #write(link: Link, message: Buffer): void {
    const due = performance.now() + this.#delayMs;
    const write = (): void => {
      if (!link.dead && !link.client.destroyed) link.client.write(message);
    };
    if (this.#delayMs === 0 && link.delayed === IN_TIME) {
      write();
      return;
    }
    const written = link.delayed.then(() => sleep(due - performance.now())).then(write);
    link.delayed = written;
    void written.then(() => {
      if (link.delayed === written) link.delayed = IN_TIME;
    });
  }

  #reset(link: Link): void {
    link.dead = true;
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
    this.#links.delete(link);
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

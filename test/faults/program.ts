import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Child } from '@vectra/launcher';
import { cleanEnvironment, eventually } from '../harness.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a child program says of itself, a line of JSON each. */
export type Saying = { kind: string } & Record<string, unknown>;

export interface ProgramOptions {
  /** The compiled file to run, relative to the root. */
  main: string;
  args?: readonly string[];
  env?: Record<string, string>;
  /** Collects what it says, over all its lives. */
  outputFile: string;
}

/** A process that is killed, frozen and started again. */
export class Program {
  readonly name: string;
  readonly #options: ProgramOptions;
  #child: Child | undefined;
  #words: string[] = [];

  constructor(name: string, options: ProgramOptions) {
    this.name = name;
    this.#options = options;
  }

  get running(): boolean {
    return this.#child?.running === true;
  }

  start(): void {
    const { main, args = [], env = {}, outputFile } = this.#options;
    const fd = openSync(outputFile, 'a');
    const child = new Child({
      command: process.execPath,
      args: [`${ROOT}${main}`, ...args],
      env: { ...cleanEnvironment(), ...env },
      cwd: ROOT,
      stdio: ['pipe', fd, fd],
    });
    closeSync(fd);
    // It may be gone already when it is told something.
    child.process.stdin?.on('error', () => undefined);
    this.#child = child;
    for (const word of this.#words) child.process.stdin?.write(`${word}\n`);
  }

  /** Says a word on its standard input, now and, unless another takes its place, after each new start. */
  tell(word: string): void {
    this.#words = [word];
    if (this.running) this.#child?.process.stdin?.write(`${word}\n`);
  }

  async kill(): Promise<void> {
    this.#child?.signal('SIGKILL');
    await this.#child?.exited;
  }

  freeze(): void {
    this.#child?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#child?.signal('SIGCONT');
  }

  /** Asks it to stop. */
  async stop(): Promise<void> {
    this.thaw();
    await this.#child?.stop(10_000);
  }

  /** How it ended. */
  async exit(): Promise<number | null> {
    const exit = await this.#child?.exited;
    return exit?.code ?? null;
  }

  output(): string {
    return readFileSync(this.#options.outputFile, 'utf8');
  }

  /** What it has said, of one kind. */
  said(kind: string): Saying[] {
    return this.output()
      .split('\n')
      .filter((line) => line.startsWith(`{"kind":"${kind}"`) && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Saying);
  }

  /** Waits until it says something of a kind for which `fits` holds, beyond what it had said. */
  async says(kind: string, fits: (saying: Saying) => boolean = () => true): Promise<Saying> {
    const before = this.said(kind).length;
    return eventually(`${this.name} says ${kind}`, () => this.said(kind).slice(before).find(fits));
  }
}

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildOptions {
  command: string;
  args: readonly string[];
  env?: Record<string, string | undefined>;
  cwd?: string;
  stdio?: StdioOptions;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of ours, apart from the terminal's process group: Ctrl-C reaches it through us, in our order. */
export class Child {
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;

  constructor({ command, args, env, cwd, stdio }: ChildOptions) {
    this.process = spawn(command, args, {
      detached: true,
      stdio: stdio ?? ['ignore', 'inherit', 'inherit'],
      ...(env === undefined ? {} : { env }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.exited = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.exited.catch(() => undefined); // whoever waits for the child is told
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.process.spawnfile} did not start`);
    return this.process.pid;
  }

  get running(): boolean {
    return (
      this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null
    );
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.process.kill(name);
  }

  /** Asks it to stop, and ends it when it has not stopped within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    if (!this.running) return;
    this.signal('SIGTERM');
    const timer = new AbortController();
    const late = sleep(graceMs, undefined, { signal: timer.signal }).then(
      () => this.signal('SIGKILL'),
      () => undefined, // it stopped in time
    );
    await this.exited;
    timer.abort();
    await late;
  }
}

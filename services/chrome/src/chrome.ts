import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromeArguments, type LaunchSettings } from './arguments.js';
import { askDevTools, chosenPort, forgetPort } from './devtools.js';
import { ChromeError } from './errors.js';
import { freeProfile, type Lock } from './lock.js';
import { processesUsing } from './processes.js';
import { prepareProfile } from './profile.js';

/** Chrome takes this long to start on a slow machine with a large profile. */
const LAUNCH_MS = 45_000;
const POLL_MS = 50;
/** Its exit status when another Chrome has the profile. */
const PROFILE_IN_USE = 21;
const KEPT_LINES = 5;
/** Killed processes are gone by then. */
const GROUP_MS = 3_000;

export interface LaunchOptions extends LaunchSettings {
  program: string;
  /** Gives up the start. */
  signal?: AbortSignal;
  /** Told of a lock that was left behind and has been removed. */
  onStaleLock?: (lock: Lock) => void;
}

/** One run of Chrome: a process group of our own making. */
export class Chrome {
  /** Of its DevTools, on 127.0.0.1. */
  readonly port: number;
  /** As Chrome states it: `Chrome/156.0.8078.79`. */
  readonly version: string;
  readonly #run: Run;

  private constructor(run: Run, port: number, version: string) {
    this.#run = run;
    this.port = port;
    this.version = version;
  }

  /**
   * Starts Chrome and waits until its DevTools answer.
   *
   * @throws ChromeError when the profile is in use or cannot be written, the port is taken, or Chrome does not come up;
   * nothing is left running then.
   */
  static async launch(options: LaunchOptions): Promise<Chrome> {
    const { profileDir, cdpPort } = options;
    await prepareProfile(profileDir);
    const stale = await freeProfile(profileDir);
    if (stale !== undefined) options.onStaleLock?.(stale);
    if (cdpPort !== 0) await checkFree(cdpPort);
    await forgetPort(profileDir);
    const run = new Run(options.program, chromeArguments(options), profileDir);
    try {
      return await Chrome.#untilUp(run, options);
    } catch (error) {
      await run.stop(0);
      throw error;
    }
  }

  static async #untilUp(run: Run, { profileDir, cdpPort, signal }: LaunchOptions): Promise<Chrome> {
    const deadline = Date.now() + LAUNCH_MS;
    for (;;) {
      signal?.throwIfAborted();
      if (run.ended !== undefined) throw new ChromeError(describeEnd(run));
      const port = cdpPort === 0 ? await chosenPort(profileDir) : cdpPort;
      const version = port === undefined ? undefined : await askDevTools(port);
      if (port !== undefined && version !== undefined) return new Chrome(run, port, version);
      if (Date.now() > deadline) {
        throw new ChromeError(
          `the DevTools of Chrome did not answer within ${LAUNCH_MS / 1000} s. ${run.lastWords}`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  get pid(): number | undefined {
    return this.#run.pid;
  }

  /** Resolves when it and its processes have ended, with how: `exit status 0`, `SIGKILL`. */
  get exited(): Promise<string> {
    return this.#run.exited;
  }

  /** Whether its DevTools answer now. */
  async answers(): Promise<boolean> {
    return (await askDevTools(this.port)) !== undefined;
  }

  /** Asks it to end, and kills it and all its processes when it has not within `graceMs`. */
  stop(graceMs: number): Promise<void> {
    return this.#run.stop(graceMs);
  }
}

/** The process of Chrome, and those it started: they share a process group. */
class Run {
  readonly exited: Promise<string>;
  ended: { code: number | null; how: string } | undefined;
  readonly #process: ChildProcess;
  readonly #profileDir: string;
  #lines: string[] = [];

  constructor(program: string, args: readonly string[], profileDir: string) {
    this.#profileDir = profileDir;
    this.#process = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lines = [...this.#lines, ...text.split('\n').filter((line) => line !== '')].slice(-KEPT_LINES);
    });
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, how: string): void => {
        this.ended ??= { code, how };
        void this.#endGroup().then(() => resolve(how));
      };
      this.#process.once('error', (error) => end(null, error.message));
      this.#process.once('exit', (code, signal) => end(code, signal ?? `exit status ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get lastWords(): string {
    return this.#lines.length === 0 ? 'It said nothing.' : `It said: ${this.#lines.join(' | ')}`;
  }

  async stop(graceMs: number): Promise<void> {
    if (this.ended !== undefined) return;
    const timer = new AbortController();
    const late = sleep(graceMs, undefined, { signal: timer.signal }).then(
      () => this.#signal('SIGKILL'),
      () => undefined, // it ended in time
    );
    // At SIGTERM it takes the machine to be going down, and drops the cookies of the last half minute.
    if (graceMs > 0) this.#process.kill('SIGINT');
    await this.exited;
    timer.abort();
    await late;
  }

  /** Its helpers end with it; one that hangs would go on for ever, and one that is about to end still has the profile. */
  async #endGroup(): Promise<void> {
    this.#signal('SIGKILL');
    const deadline = Date.now() + GROUP_MS;
    while ((await processesUsing(this.#profileDir)).length > 0 && Date.now() < deadline) await sleep(POLL_MS);
  }

  /** To the whole group. */
  #signal(name: NodeJS.Signals): void {
    if (this.#process.pid === undefined) return; // it never started
    try {
      process.kill(-this.#process.pid, name);
    } catch (error) {
      // No process of the group is left.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

function describeEnd(run: Run): string {
  if (run.ended?.code === PROFILE_IN_USE) {
    return 'another Chrome, perhaps on another machine, has the profile: close it, or set CHROME_PROFILE_DIR to another folder';
  }
  const { lastWords } = run;
  const remedy = /display|DISPLAY|ozone/.test(lastWords)
    ? ' Without a display, set CHROME_HEADLESS=true.'
    : /sandbox/i.test(lastWords)
      ? ' Its sandbox needs a user other than root that may create user namespaces: see docs/chrome.md.'
      : '';
  return `Chrome ended as it started (${run.ended?.how}). ${lastWords}${remedy}`;
}

/** @throws ChromeError when something listens there: Chrome would run on, without DevTools. */
async function checkFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => server.close(() => resolve()));
  }).catch((cause: unknown) => {
    throw new ChromeError(
      `port ${port} for Chrome's DevTools is in use: end what listens there (another Chrome?), or set CHROME_CDP_PORT`,
      { cause },
    );
  });
}

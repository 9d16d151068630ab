import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ProcessFacts } from './lock.js';

/** Processes by number, where the system has such a folder (Linux). */
const FOLDER = '/proc';
/** Linux counts start times in hundredths of a second on every architecture Chrome runs on. */
const TICK_MS = 10;
const PROFILE_ARGUMENT = '--user-data-dir=';

/** Pids of the processes that were started with this profile; none where the system does not tell. */
export async function processesUsing(dir: string): Promise<number[]> {
  const names = await readdir(FOLDER).catch(() => []); // no such folder here
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const used = await Promise.all(pids.map(async (pid) => usesProfile(await argumentsOf(pid), dir)));
  return pids.filter((_, index) => used[index]);
}

/** The process with this pid; undefined when it is gone, or has ended and nobody has asked for its status. */
export async function describeProcess(pid: number, dir: string): Promise<ProcessFacts | undefined> {
  if (!exists(pid)) return undefined;
  const stat = await read(pid, 'stat');
  if (stat === undefined) return { usesProfile: false, startedAt: undefined };
  // The name, in brackets, may hold spaces and brackets; the state follows, and the start is the 20th from there.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  const startedAt = (await bootTime()) + Number(fields[19]) * TICK_MS;
  return { usesProfile: usesProfile(await argumentsOf(pid), dir), startedAt };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is a process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function usesProfile(args: readonly string[], dir: string): boolean {
  return args.some(
    (arg) => arg.startsWith(PROFILE_ARGUMENT) && resolve(arg.slice(PROFILE_ARGUMENT.length)) === resolve(dir),
  );
}

async function argumentsOf(pid: number): Promise<string[]> {
  return (await read(pid, 'cmdline'))?.split('\0') ?? [];
}

/** Unix ms. */
async function bootTime(): Promise<number> {
  const text = await readFile(`${FOLDER}/stat`, 'utf8');
  return Number(/^btime (\d+)$/m.exec(text)?.[1]) * 1000;
}

/** undefined when the process has gone meanwhile, is not ours to see, or the system has no such file. */
async function read(pid: number, file: string): Promise<string | undefined> {
  return readFile(`${FOLDER}/${pid}/${file}`, 'utf8').catch(() => undefined);
}

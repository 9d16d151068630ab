import { lstat, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ChromeError } from './errors.js';
import { describeProcess, processesUsing } from './processes.js';

/** Who holds a profile, as Chrome writes it into the link `SingletonLock`: `<host>-<pid>`. */
export interface Lock {
  host: string;
  pid: number;
  /** When it was taken (Unix ms). */
  takenAt: number;
}

/** A process of this machine. */
export interface ProcessFacts {
  /** It was started with this profile. */
  usesProfile: boolean;
  /** Unix ms; undefined where the system does not tell. */
  startedAt: number | undefined;
}

export interface Machine {
  host: string;
  /** The process with the lock's pid; undefined when there is none. */
  holder: ProcessFacts | undefined;
  /** Any process of this machine runs with this profile. */
  profileInUse: boolean;
}

/** Start times are known to the second. */
const TOLERANCE_MS = 2_000;
const FILES = ['SingletonLock', 'SingletonSocket', 'SingletonCookie'];

/** `host-with-dashes-4711` -> its parts; undefined when the text is no lock. */
export function parseLock(target: string, takenAt: number): Lock | undefined {
  const match = /^(.+)-(\d+)$/.exec(target);
  const [, host = '', pid = ''] = match ?? [];
  return match === null ? undefined : { host, pid: Number(pid), takenAt };
}

/**
 * Whether the profile is free, held by a living Chrome, or was left locked.
 *
 * A lock of another host is left behind by a container that is gone, unless a process here uses the profile: Chrome itself
 * would refuse to start for ever (exit status 21). One of this host is left behind when its process is gone, or when
 * its pid belongs to a process that started after the lock was taken: pids are few and soon repeated in a container.
 */
export function judgeLock(lock: Lock | undefined, machine: Machine): 'free' | 'stale' | 'live' {
  if (machine.profileInUse) return 'live';
  if (lock === undefined) return 'free';
  if (lock.host !== machine.host || machine.holder === undefined) return 'stale';
  const { usesProfile, startedAt } = machine.holder;
  const startedLater = startedAt !== undefined && startedAt > lock.takenAt + TOLERANCE_MS;
  return !usesProfile && startedLater ? 'stale' : 'live';
}

/**
 * Removes what a Chrome that is gone left in the profile's folder. Returns its lock, if there was one.
 *
 * @throws ChromeError when a living Chrome has the profile.
 */
export async function freeProfile(dir: string): Promise<Lock | undefined> {
  const lock = await readLock(dir);
  const users = await processesUsing(dir);
  const holder = lock === undefined ? undefined : await describeProcess(lock.pid, dir);
  const verdict = judgeLock(lock, { host: hostname(), holder, profileInUse: users.length > 0 });
  if (verdict === 'live') {
    const pid = users[0] ?? lock?.pid;
    throw new ChromeError(
      `the profile ${dir} is in use by another Chrome (pid ${pid}): close it, or set CHROME_PROFILE_DIR to another folder`,
    );
  }
  if (verdict === 'stale') {
    for (const name of FILES) await rm(join(dir, name), { force: true });
  }
  return verdict === 'stale' ? lock : undefined;
}

async function readLock(dir: string): Promise<Lock | undefined> {
  const path = join(dir, 'SingletonLock');
  try {
    const [target, { mtimeMs }] = [await readlink(path), await lstat(path)];
    return parseLock(target, mtimeMs);
  } catch (error) {
    // No lock, or a file that is none: Chrome replaces it.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EINVAL'))
      return undefined;
    throw error;
  }
}

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readlinkSync, statSync, symlinkSync, mkdirSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chromeArguments } from '../../src/arguments.js';
import { Chrome } from '../../src/chrome.js';
import type { Lock } from '../../src/lock.js';
import { Supervisor } from '../../src/supervisor.js';
import { CHROMIUM, launch, launchOptions, processesOfGroup, temporaryProfile } from './chromium.js';

const lockOf = (profile: string): string => readlinkSync(join(profile, 'SingletonLock'));

/** A pid that belongs to no process now. */
function deadPid(): number {
  const { pid } = spawnSync('true');
  return pid;
}

function leaveLock(profile: string, target: string): void {
  mkdirSync(profile, { recursive: true });
  symlinkSync(target, join(profile, 'SingletonLock'));
}

describe('Chrome', () => {
  it('answers on its DevTools port, and its profile is for nobody else', async () => {
    const profile = temporaryProfile();
    const port = await freePort();
    const chrome = await launch(profile, { cdpPort: port });
    expect(chrome.port).toBe(port);
    expect(chrome.version).toMatch(/^(Headless)?Chrome\/\d+/);
    expect(await chrome.answers()).toBe(true);
    expect(statSync(profile).mode & 0o777).toBe(0o700);
  });

  it('ends when asked, and leaves no process', async () => {
    const chrome = await launch(temporaryProfile());
    const group = chrome.pid ?? expect.fail();
    expect(processesOfGroup(group).length).toBeGreaterThan(2);
    await chrome.stop(5_000);
    expect(await chrome.exited).toBe('exit status 0');
    await expect.poll(() => processesOfGroup(group)).toEqual([]);
    expect(await chrome.answers()).toBe(false);
  });

  it('is killed with all its processes when it does not end in time', async () => {
    const chrome = await launch(temporaryProfile());
    const group = chrome.pid ?? expect.fail();
    process.kill(group, 'SIGSTOP');
    await chrome.stop(100);
    expect(await chrome.exited).toBe('SIGKILL');
    await expect.poll(() => processesOfGroup(group)).toEqual([]);
  });

  it('does not start on a port that is taken, and says so', async () => {
    const other = await launch(temporaryProfile());
    const { port } = other;
    await expect(launch(temporaryProfile(), { cdpPort: port })).rejects.toThrow(
      new RegExp(`port ${port} for Chrome's DevTools is in use.*CHROME_CDP_PORT`),
    );
    expect(await other.answers()).toBe(true);
  });

  it('that ends at once is told with its last words', async () => {
    const options = { ...launchOptions(temporaryProfile()), program: '/bin/false' };
    await expect(Chrome.launch(options)).rejects.toThrow('Chrome ended as it started (exit status 1)');
  });

  it('without a display says what to set', async () => {
    const { DISPLAY: display } = process.env;
    delete process.env.DISPLAY;
    onTestFinished(() => {
      if (display !== undefined) process.env.DISPLAY = display;
    });
    await expect(launch(temporaryProfile(), { headless: false })).rejects.toThrow('CHROME_HEADLESS=true');
  });
});

describe('a profile that a living Chrome has', () => {
  it('is left to it, and the error says who has it and what to do', async () => {
    const profile = temporaryProfile();
    const first = await launch(profile);
    const lock = lockOf(profile);
    await expect(launch(profile)).rejects.toThrow(
      new RegExp(`in use by another Chrome \\(pid ${first.pid}\\).*CHROME_PROFILE_DIR`),
    );
    expect(lockOf(profile)).toBe(lock);
    expect(await first.answers()).toBe(true);
  });

  it('is left to it also when the lock names another host (row 23)', async () => {
    const profile = temporaryProfile();
    const first = await launch(profile);
    unlinkSync(join(profile, 'SingletonLock'));
    leaveLock(profile, `renamed-${first.pid}`);
    await expect(launch(profile)).rejects.toThrow('in use by another Chrome');
    expect(lockOf(profile)).toBe(`renamed-${first.pid}`);
  });

  it('is left to a process that was there before the lock', async () => {
    const profile = temporaryProfile();
    const holder = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void holder.kill());
    leaveLock(profile, `${hostname()}-${holder.pid}`);
    await expect(launch(profile)).rejects.toThrow(`(pid ${holder.pid})`);
    expect(lockOf(profile)).toBe(`${hostname()}-${holder.pid}`);
  });
});

describe('a lock that was left behind', () => {
  const locks = [
    ['by another host, as a container that is gone leaves it', () => 'old-container-41'],
    ['by a process of this host that is gone', () => `${hostname()}-${deadPid()}`],
  ] as const;
  it.each(locks)('%s is removed, and Chrome starts (row 23)', async (_name, target) => {
    const profile = temporaryProfile();
    const left = target();
    leaveLock(profile, left);
    const removed: Lock[] = [];
    const chrome = await launch(profile, { onStaleLock: (lock) => removed.push(lock) });
    expect(removed.map(({ host, pid }) => `${host}-${pid}`)).toEqual([left]);
    expect(lockOf(profile)).toBe(`${hostname()}-${chrome.pid}`);
  });

  it('by another host would keep Chrome itself from starting', () => {
    const profile = temporaryProfile();
    leaveLock(profile, 'old-container-41');
    const { status } = spawnSync(CHROMIUM, chromeArguments(launchOptions(profile)), { timeout: 30_000 });
    expect(status).toBe(21);
    expect(existsSync(join(profile, 'DevToolsActivePort'))).toBe(false);
  });
});

describe('a supervised Chrome', () => {
  async function supervise(
    profile: string,
    hangsAfter: number,
  ): Promise<{ supervisor: Supervisor; ups: Chrome[]; downs: string[] }> {
    const ups: Chrome[] = [];
    const downs: string[] = [];
    const supervisor = new Supervisor({
      launch: (signal) => Chrome.launch({ ...launchOptions(profile), signal }),
      graceMs: 2_000,
      onUp: (chrome) => {
        if (!ups.includes(chrome)) ups.push(chrome);
      },
      onDown: (reason) => downs.push(reason),
      firstDelayMs: 0,
      checkEveryMs: 300,
      hangsAfter,
    });
    onTestFinished(() => supervisor.stop());
    await supervisor.start();
    return { supervisor, ups, downs };
  }

  it('comes back after each of 20 kills, and leaves no zombie (row 24)', async () => {
    // One that was killed does not answer either, until its end is told: it must not pass for one that hangs.
    const { supervisor, ups, downs } = await supervise(temporaryProfile(), Infinity);
    for (let kill = 1; kill <= 20; kill++) {
      process.kill(ups.at(-1)?.pid ?? expect.fail('not up'), 'SIGKILL');
      await expect.poll(() => ups.length).toBe(kill + 1);
    }
    expect(downs).toEqual(Array.from({ length: 20 }, () => 'Chrome ended (SIGKILL)'));
    expect(await ups.at(-1)?.answers()).toBe(true);
    await supervisor.stop();
    const groups = ups.map(({ pid }) => pid ?? 0);
    await expect.poll(() => groups.flatMap(processesOfGroup)).toEqual([]);
  }, 180_000);

  it('that hangs is killed and started again', async () => {
    const { ups, downs } = await supervise(temporaryProfile(), 1);
    process.kill(ups[0]?.pid ?? 0, 'SIGSTOP');
    await expect.poll(() => ups.length).toBe(2);
    expect(downs).toEqual(['Chrome hung: its DevTools did not answer, and it was killed']);
    expect(await ups[1]?.answers()).toBe(true);
  });
});

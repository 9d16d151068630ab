import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Chrome, type LaunchOptions } from '../../src/chrome.js';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** No sandbox in the sandbox that tests run in; no traffic of the browser's own. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A profile folder of this test's own. */
export function temporaryProfile(): string {
  const dir = mkdtempSync(join(tmpdir(), 'chrome-profile-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return join(dir, 'rugs_bot');
}

export function launchOptions(profileDir: string): LaunchOptions {
  return {
    program: CHROMIUM,
    profileDir,
    headless: true,
    cdpPort: 0,
    startUrl: 'about:blank',
    extra: FLAGS,
  };
}

/** A Chrome that is stopped at the end of the test. */
export async function launch(profileDir: string, options: Partial<LaunchOptions> = {}): Promise<Chrome> {
  const chrome = await Chrome.launch({ ...launchOptions(profileDir), ...options });
  onTestFinished(() => chrome.stop(2_000));
  return chrome;
}

/** The processes of a group, those that have ended and wait to be asked included: their state (`Z` for those) and name. */
export function processesOfGroup(group: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(processGroup) === group ? [`${state} ${stat.slice(0, stat.lastIndexOf(')') + 1)}`] : [];
      } catch {
        return []; // gone meanwhile
      }
    });
}

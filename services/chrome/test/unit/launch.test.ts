import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { chromeArguments } from '../../src/arguments.js';
import { findBrowser } from '../../src/browser.js';
import { ChromeError } from '../../src/errors.js';
import { expandHome } from '../../src/profile.js';
import { restartDelay } from '../../src/supervisor.js';

describe('the browser', () => {
  let folders: string[];
  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), 'browsers-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    folders = ['a', 'b'].map((name) => join(root, name));
    for (const folder of folders) mkdirSync(folder);
  });
  const install = (folder: number, name: string, mode = 0o755): string => {
    const file = join(folders[folder] ?? '', name);
    writeFileSync(file, '');
    chmodSync(file, mode);
    return file;
  };
  const find = (path?: string): string => findBrowser({ path, searchPath: folders.join(delimiter) });

  it('is found by its usual names, in any folder of the PATH', () => {
    const chromium = install(1, 'chromium');
    expect(find()).toBe(chromium);
  });

  it('is Chrome rather than Chromium when both are there', () => {
    install(0, 'chromium');
    const chrome = install(1, 'google-chrome');
    expect(find()).toBe(chrome);
  });

  it('is what CHROME_PATH says, whatever else there is', () => {
    install(0, 'google-chrome');
    const own = install(1, 'my-browser');
    expect(find(own)).toBe(own);
  });

  it('is no file that cannot be run', () => {
    install(0, 'google-chrome', 0o644);
    const chromium = install(1, 'chromium');
    // Root may run nothing without the permission either.
    expect(find()).toBe(chromium);
  });

  it('that is missing is told, with what to do', () => {
    expect(() => find()).toThrow(ChromeError);
    expect(() => find()).toThrow(/apt-get install chromium .*CHROME_PATH/);
    expect(() => find('/no/such/browser')).toThrow(/CHROME_PATH=\/no\/such\/browser .*correct or unset/);
  });
});

describe("Chrome's arguments", () => {
  const settings = {
    profileDir: '/profiles/bot',
    headless: false,
    cdpPort: 9222,
    startUrl: 'https://rugs.fun',
    extra: [],
  };

  it('have the profile, the DevTools port and the page', () => {
    const args = chromeArguments(settings);
    expect(args).toContain('--user-data-dir=/profiles/bot');
    expect(args).toContain('--remote-debugging-port=9222');
    expect(args.at(-1)).toBe('https://rugs.fun');
  });

  it('never turn the sandbox off, nor open DevTools to the network', () => {
    for (const headless of [true, false]) {
      const text = chromeArguments({ ...settings, headless }).join(' ');
      expect(text).not.toMatch(/sandbox|remote-debugging-address|remote-allow-origins|disable-web-security/);
    }
  });

  it('hide the window only when asked', () => {
    expect(chromeArguments(settings).join(' ')).not.toContain('headless');
    expect(chromeArguments({ ...settings, headless: true })).toContain('--headless=new');
  });

  it('end with those given, before the page', () => {
    const args = chromeArguments({ ...settings, extra: ['--lang=de', '--mute-audio'] });
    expect(args.slice(-3)).toEqual(['--lang=de', '--mute-audio', 'https://rugs.fun']);
  });
});

describe('the profile folder', () => {
  it('may start with ~', () => {
    expect(expandHome('~/.gamebot/x', '/home/ann')).toBe('/home/ann/.gamebot/x');
    expect(expandHome('~', '/home/ann')).toBe('/home/ann');
    expect(expandHome('/data/~x', '/home/ann')).toBe('/data/~x');
  });
});

describe('restarts', () => {
  it('wait longer each time, up to half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => restartDelay(attempt))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });
});

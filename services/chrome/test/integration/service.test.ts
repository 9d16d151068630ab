import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createLogger, startService, type RunningService } from '@vectra/service-kit';
import { simulatorService } from '@vectra/simulator';
import puppeteer from 'puppeteer-core';
import { Writable } from 'node:stream';
import { freePort } from '@vectra/launcher';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chromeService } from '../../src/service.js';
import { CHROMIUM, FLAGS, temporaryProfile } from './chromium.js';

const TOKEN = 'planted-token-77aa';

interface Started {
  service: RunningService;
  cdp: string;
  log: string[];
}

async function startChrome(env: Record<string, string> = {}): Promise<Started> {
  const log: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const port = String(await freePort());
  const service = await startService(chromeService, {
    env: {
      CHROME_ARGS: FLAGS.join(' '),
      CHROME_CDP_PORT: port,
      CHROME_HEADLESS: 'true',
      CHROME_PATH: CHROMIUM,
      CHROME_PORT: '0',
      CHROME_PROFILE_DIR: temporaryProfile(),
      CHROME_START_URL: 'http://127.0.0.1:9',
      ...env,
    },
    log: createLogger('chrome', { LOG_LEVEL: 'info', LOG_FORMAT: 'json' }, destination),
  });
  onTestFinished(() => service.stop());
  return { service, cdp: `http://127.0.0.1:${port}`, log };
}

describe('the Chrome service', () => {
  it("opens the simulator's page, which gets what only the account is told", async () => {
    const simulator = await startService(simulatorService, {
      env: { SIMULATOR_PORT: '0', SIMULATOR_SPEED: '5', LOG_LEVEL: 'fatal' },
    });
    onTestFinished(() => simulator.stop());
    const { cdp, log } = await startChrome({ CHROME_START_URL: `${simulator.url}/page?auth=${TOKEN}` });
    const browser = await puppeteer.connect({ browserURL: cdp });
    onTestFinished(() => browser.disconnect());
    const events = async (): Promise<string[]> => {
      const page = (await browser.pages()).find((candidate) => candidate.url().startsWith(simulator.url));
      if (page === undefined) return [];
      return page.$$eval('[data-event]', (cells) =>
        cells.map((cell) => cell.getAttribute('data-event') ?? ''),
      );
    };
    await expect
      .poll(events)
      .toEqual(expect.arrayContaining(['usernameStatus', 'playerUpdate', 'gameStatePlayerUpdate']));
    expect(log.join('')).toContain('Chrome answers');
    expect(log.join('')).not.toContain(TOKEN);
  });

  it('is not ready once Chrome is gone, ready when it is back, and counts it', async () => {
    const { service, log } = await startChrome();
    const ready = async (): Promise<number> => (await fetch(`${service.url}/readyz`)).status;
    const metrics = async (): Promise<string> => (await fetch(`${service.url}/metrics`)).text();
    expect(await ready()).toBe(200);
    expect(await metrics()).toContain('chrome_devtools_up 1');
    const started = log.map((line) => JSON.parse(line) as { msg: string; pid: number });
    const pid = started.find(({ msg }) => msg === 'Chrome answers')?.pid ?? expect.fail();
    process.kill(pid, 'SIGKILL');
    await expect.poll(ready, { interval: 10 }).toBe(503);
    await expect.poll(ready).toBe(200);
    expect(await metrics()).toContain('chrome_restarts_total 1');
  });
});

describe('what the page stored', () => {
  it('just before Chrome is stopped is there when it starts again', async () => {
    const simulator = await startService(simulatorService, {
      env: { SIMULATOR_PORT: '0', LOG_LEVEL: 'fatal' },
    });
    onTestFinished(() => simulator.stop());
    const env = {
      CHROME_PROFILE_DIR: temporaryProfile(),
      CHROME_START_URL: `${simulator.url}/page?transports=none`,
    };
    const inPage = async <T>(cdp: string, script: string): Promise<T> => {
      const browser = await puppeteer.connect({ browserURL: cdp });
      const page = (await browser.pages()).find((candidate) => candidate.url().startsWith(simulator.url));
      const result = (await page?.evaluate(script)) as T;
      await browser.disconnect();
      return result;
    };
    const first = await startChrome(env);
    await expect.poll(() => inPage(first.cdp, 'document.readyState')).toBe('complete');
    const login = "document.cookie = 'session=kept; max-age=3600'; localStorage.setItem('session', 'kept')";
    await inPage(first.cdp, login);
    await first.service.stop();

    const again = await startChrome(env);
    const stored = '({ cookie: document.cookie, local: localStorage.getItem("session") })';
    await expect.poll(() => inPage(again.cdp, stored)).toEqual({ cookie: 'session=kept', local: 'kept' });
  });
});

describe('node services/chrome/dist/main.js', () => {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

  it('without any Chrome ends with status 1, and one line that says what to do', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main], {
      env: { PATH: '/nowhere', CHROME_PORT: '0', LOG_FORMAT: 'json' },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    const lines = (stdout + stderr).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('neither Chrome nor Chromium is installed: apt-get install chromium');
  });
});

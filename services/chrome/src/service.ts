import type { ServiceDefinition } from '@vectra/service-kit';
import { Counter, Gauge } from 'prom-client';
import { findBrowser } from './browser.js';
import { Chrome } from './chrome.js';
import type { Lock } from './lock.js';
import { expandHome } from './profile.js';
import { Supervisor } from './supervisor.js';

const VARIABLES = [
  'CHROME_ARGS',
  'CHROME_CDP_PORT',
  'CHROME_HEADLESS',
  'CHROME_PATH',
  'CHROME_PORT',
  'CHROME_PROFILE_DIR',
  'CHROME_START_URL',
] as const;

/** Chrome gets this part of the time to stop; the rest is for killing it. */
const GRACE_SHARE = 0.6;

/** Chrome with the logged-in account's profile. It is ready while its DevTools answer. */
export const chromeService: ServiceDefinition<(typeof VARIABLES)[number]> = {
  name: 'chrome',
  about: "Runs Chrome with the logged-in account's profile, for the feed to read through its DevTools port.",
  variables: VARIABLES,
  port: 'CHROME_PORT',
  start: async ({ config, log, metrics, health }) => {
    const up = new Gauge({
      name: 'chrome_devtools_up',
      help: '1 while the DevTools of Chrome answer.',
      registers: [metrics],
    });
    const restarts = new Counter({
      name: 'chrome_restarts_total',
      help: 'Times Chrome was started again.',
      registers: [metrics],
    });
    const settings = {
      program: findBrowser({ path: config.CHROME_PATH, searchPath: process.env.PATH ?? '' }),
      profileDir: expandHome(config.CHROME_PROFILE_DIR),
      headless: config.CHROME_HEADLESS,
      cdpPort: config.CHROME_CDP_PORT,
      startUrl: config.CHROME_START_URL,
      extra: config.CHROME_ARGS,
    };
    const onStaleLock = ({ host, pid }: Lock): void =>
      log.warn({ host, pid }, "removed the profile's lock, left behind by a Chrome that is gone");
    let down: string | undefined = 'Chrome has not started';
    const supervisor = new Supervisor({
      launch: (signal) => Chrome.launch({ ...settings, signal, onStaleLock }),
      onRestart: () => restarts.inc(),
      graceMs: config.SHUTDOWN_TIMEOUT_MS * GRACE_SHARE,
      onUp: ({ pid, version, port }) => {
        if (down !== undefined) log.info({ pid, version, port }, 'Chrome answers');
        down = undefined;
        up.set(1);
        health.set('devtools', true);
      },
      onDown: (reason) => {
        if (down !== reason) log.error(reason);
        down = reason;
        up.set(0);
        health.set('devtools', false, reason);
      },
    });
    const { program, profileDir, headless } = settings;
    log.info({ program, profileDir, headless }, 'starting Chrome');
    await supervisor.start();
    return () => supervisor.stop();
  },
};

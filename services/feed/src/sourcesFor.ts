import { ConfigError, type Config, type Logger } from '@vectra/service-kit';
import { ChromeSource } from './chrome/source.js';
import { PublicSource } from './source.js';
import type { MakeSource } from './sources.js';

interface Parts {
  config: Config<
    | 'CHROME_CDP_URL'
    | 'CHROME_LOGIN_WAIT_MS'
    | 'CHROME_SOCKET_HOSTS'
    | 'CHROME_START_URL'
    | 'FEED_SOURCE'
    | 'UPSTREAM_ORIGIN'
  >;
  log: Pick<Logger, 'info'>;
}

/** The connections to the game, the preferred one first. @throws ConfigError when Chrome is asked for and not said where. */
export function sourcesFor({ config, log }: Parts, upstream: string): [MakeSource, ...MakeSource[]] {
  const { FEED_SOURCE, CHROME_CDP_URL: cdpUrl, CHROME_SOCKET_HOSTS: hosts } = config;
  const open: MakeSource = (handlers) =>
    new PublicSource({ url: upstream, origin: config.UPSTREAM_ORIGIN, ...handlers });
  if (FEED_SOURCE === 'public' || (FEED_SOURCE === 'auto' && cdpUrl === undefined)) return [open];
  if (cdpUrl === undefined)
    throw new ConfigError('FEED_SOURCE="chrome": CHROME_CDP_URL must say where Chrome is');
  const page: MakeSource = (handlers) =>
    new ChromeSource({
      cdpUrl,
      hosts: hosts.length > 0 ? hosts : [new URL(upstream).hostname],
      startUrl: config.CHROME_START_URL,
      loginWaitMs: config.CHROME_LOGIN_WAIT_MS,
      note: (message) => log.info({ source: 'chrome' }, message),
      ...handlers,
    });
  return FEED_SOURCE === 'chrome' ? [page] : [open, page];
}

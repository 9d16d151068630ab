import { ConfigError, type ServiceContext, type ServiceDefinition } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { ChromeSource } from './chrome/source.js';
import { Feed } from './feed.js';
import { PublicSource } from './source.js';
import type { MakeSource } from './sources.js';
import { chooseUpstream, sourceOf } from './upstream.js';

const VARIABLES = [
  'CHROME_CDP_URL',
  'CHROME_LOGIN_WAIT_MS',
  'CHROME_SOCKET_HOSTS',
  'CHROME_START_URL',
  'FEED_DATA_DIR',
  'FEED_PORT',
  'FEED_RAW_EVENTS',
  'FEED_RING_TICKS',
  'FEED_SOURCE',
  'LEASE_TTL_MS',
  'LOG_MAX_EVENTS',
  'LOG_RETENTION_HOURS',
  'REDIS_URL',
  'REQUIRED_GROUPS',
  'SIMULATOR_URL',
  'STREAM',
  'UPSTREAM_ORIGIN',
  'UPSTREAM_URL',
] as const;
type FeedVariable = (typeof VARIABLES)[number];
export type FeedContext = ServiceContext<FeedVariable>;

export const feed: ServiceDefinition<FeedVariable> = {
  name: 'feed',
  about:
    'the connections to the game -> normalized events -> the log. It only listens: nothing is ever sent to the game.',
  variables: VARIABLES,
  port: 'FEED_PORT',

  async start(context) {
    const { config, log, health, http, stopping } = context;
    const { REDIS_URL: url, STREAM: stream } = config;
    const eventLog = await EventLog.open({ url, stream, name: 'feed', log, signal: stopping });
    const upstream = await chooseUpstream(config);
    log.info({ upstream }, 'upstream chosen');
    const sources = sourcesFor(context, upstream);
    const service = new Feed({ context, log: eventLog, source: sourceOf(upstream), sources });
    http.get('/ticks', () => service.newestTicks());
    eventLog.announce('feed', () => ({
      ok: health.ok,
      detail: { ...service.status(), checks: health.checks },
    }));
    const running = service.run().catch((error: unknown) => {
      if (!stopping.aborted) context.fail(error);
    });
    return async () => {
      await running;
      await eventLog.close();
    };
  },
};

/** The connections to the game, the preferred one first. @throws ConfigError when Chrome is asked for and not said where. */
function sourcesFor({ config, log }: FeedContext, upstream: string): [MakeSource, ...MakeSource[]] {
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

import { diskFreeGauge, type ServiceContext, type ServiceDefinition } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { Feed } from './feed.js';
import { sourcesFor } from './sourcesFor.js';
import { chooseUpstream, sourceOf } from './upstream.js';

const VARIABLES = [
  'CHROME_CDP_URL',
  'CHROME_LOGIN_WAIT_MS',
  'CHROME_SOCKET_HOSTS',
  'CHROME_START_URL',
  'FEED_DATA_DIR',
  'FEED_LIMIT_PER_SECOND',
  'FEED_PORT',
  'FEED_RAW_EVENTS',
  'FEED_RING_TICKS',
  'FEED_SOURCE',
  'LEASE_TTL_MS',
  'LOG_MAX_EVENTS',
  'LOG_RETENTION_HOURS',
  'RAW_CAPTURE_MAX_MB',
  'RECORDER_RAW_CAPTURE',
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
    const { config, log, health, http, metrics, stopping } = context;
    const { REDIS_URL: url, STREAM: stream } = config;
    const eventLog = await EventLog.open({ url, stream, name: 'feed', log, signal: stopping });
    const upstream = await chooseUpstream(config);
    log.info({ upstream }, 'upstream chosen');
    const sources = sourcesFor(context, upstream);
    const service = new Feed({ context, log: eventLog, source: sourceOf(upstream), sources });
    diskFreeGauge(metrics, 'feed_disk_free_bytes', config.FEED_DATA_DIR);
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

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLogger, defineCommand, loadConfig } from '@vectra/service-kit';
import { sourcesFor } from '../sourcesFor.js';
import { chooseUpstream } from '../upstream.js';
import { Observation, type Observed } from './observation.js';
import { render } from './render.js';
import { judge, seconds } from './verdict.js';

const HELP = `feed check [--seconds 15] [--json]

Connects to the game as the feed does, listens for a while, and says how that went: connection time, events a second, latency,
phases, what each event would give, whether the account is heard. What to run first when something seems wrong. It only
listens; it needs no Redis, and a feed may run at the same time.

  --seconds <n>  how long to listen, from the first attempt to connect (1 to 600; 15)
  --json         one JSON object: {"upstream","ok","problems":[{"message","remedy"}],"observed":{…}}
  --help         shows this

Environment: UPSTREAM_URL, SIMULATOR_URL, UPSTREAM_ORIGIN, FEED_SOURCE, and of Chrome CHROME_CDP_URL, CHROME_SOCKET_HOSTS,
CHROME_START_URL, CHROME_LOGIN_WAIT_MS. Ctrl-C ends it early, and it says what it knows by then.
Exit status: 0 all is well, 1 something is not, 2 wrong usage.
`;

const OPTIONS = {
  seconds: { type: 'string', default: '15' },
  json: { type: 'boolean', default: false },
} as const;

const VARIABLES = [
  'CHROME_CDP_URL',
  'CHROME_LOGIN_WAIT_MS',
  'CHROME_SOCKET_HOSTS',
  'CHROME_START_URL',
  'FEED_SOURCE',
  'SIMULATOR_URL',
  'UPSTREAM_ORIGIN',
  'UPSTREAM_URL',
] as const;

const PROGRESS_MS = 250;

/** `feed check`. The report goes to standard output, all else to standard error. */
export const checkCommand = defineCommand({
  name: 'check',
  about: 'Listens for a while and says how the connection to the game is.',
  help: HELP,
  read,
  run: async (options) => {
    const config = loadConfig(VARIABLES);
    const upstream = await chooseUpstream(config);
    // What the sources note would come between the lines of the report.
    const log = createLogger('feed', { LOG_LEVEL: 'fatal', LOG_FORMAT: 'auto' }, process.stderr);
    const make = sourcesFor({ config, log }, upstream);
    process.stderr.write(`listening for ${options.seconds} s to ${describe(upstream, config)}\n`);
    const observed = await listen(make, options.seconds * 1_000);
    const problems = judge(observed, { upstream, chrome: config.CHROME_CDP_URL });
    const report = { upstream, ok: problems.length === 0, problems, observed };
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : render(observed, problems));
    return problems.length === 0 ? 0 : 1;
  },
});

function read(args: readonly string[]): { seconds: number; json: boolean } {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (!/^\d+$/.test(values.seconds) || Number(values.seconds) < 1 || Number(values.seconds) > 600)
    throw new Error(`--seconds: expected a whole number from 1 to 600, was "${values.seconds}"`);
  return { seconds: Number(values.seconds), json: values.json };
}

async function listen(make: ReturnType<typeof sourcesFor>, durationMs: number): Promise<Observed> {
  const heard: { observation?: Observation } = {};
  const sources = make.map((one) =>
    one({
      onEvent: (event) => heard.observation?.event(event),
      onStatus: (change) => heard.observation?.status(change),
    }),
  );
  const observation = new Observation(
    Date.now(),
    sources.map(({ name }) => name),
  );
  heard.observation = observation;
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  for (const source of sources) source.open();
  const endProgress = showProgress(observation, durationMs);
  await sleep(durationMs, undefined, { signal: ended.signal }).catch(() => undefined); // ended early
  endProgress();
  process.off('SIGINT', end).off('SIGTERM', end);
  for (const { name, present } of sources) if (!present) observation.absent(name);
  const observed = observation.result(Date.now());
  await Promise.all(sources.map((source) => source.close()));
  return observed;
}

/** On a terminal, how far it is. Returns what ends it. */
function showProgress(observation: Observation, durationMs: number): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  const started = performance.now();
  const timer = setInterval(() => {
    const left = Math.max(0, durationMs - (performance.now() - started));
    stderr.write(`\r${seconds(left)} left, ${observation.events} events\x1b[K`);
  }, PROGRESS_MS);
  return () => {
    clearInterval(timer);
    stderr.write('\r\x1b[K');
  };
}

function describe(
  upstream: string,
  { FEED_SOURCE, CHROME_CDP_URL }: { FEED_SOURCE: string; CHROME_CDP_URL?: string | undefined },
): string {
  const chrome =
    CHROME_CDP_URL === undefined || FEED_SOURCE === 'public' ? [] : [`Chrome at ${CHROME_CDP_URL}`];
  return [...(FEED_SOURCE === 'chrome' ? [] : [upstream]), ...chrome].join(' and ');
}

import type { SourceName } from '../wire.js';
import type { Observed } from './observation.js';

/** Something that is not well, and what can be done. */
export interface Problem {
  message: string;
  remedy: string;
}

export interface Expectations {
  upstream: string;
  chrome: string | undefined;
}

/** A game in play sends a frame every 250 ms, a countdown every 100 ms. */
const SILENT_MS = 10_000;
/** A tick this late is felt. */
const LATE_TICK_MS = 1_000;
/** Clocks further apart than this say nothing of a delay. */
const COMPARABLE_MS = 60_000;
const LATE_EVENT_MS = 2_000;
const DAY_MS = 86_400_000;

/** What is wrong, by what was heard: nothing when all is well. Pure. */
export function judge(observed: Observed, expected: Expectations): Problem[] {
  const lost = observed.connections.flatMap((connection) =>
    connection.connected ? [] : [connectionProblem(connection.source, connection.reason, expected)],
  );
  const heard = observed.connections.some(({ connected }) => connected);
  return [...lost, ...(heard ? [...silence(observed), ...quality(observed), ...account(observed)] : [])];
}

/** Whether the times that events state can be compared with this machine's clock. */
export function comparable({ delays }: Observed): boolean {
  return delays !== null && Math.abs(delays.p50) < COMPARABLE_MS;
}

function connectionProblem(
  source: SourceName,
  reason: string | null,
  { upstream, chrome }: Expectations,
): Problem {
  if (source === 'chrome')
    return {
      message: `The page in Chrome at ${chrome} is not connected to the game: ${reason ?? 'no answer in this time'}.`,
      remedy: 'Start Chrome (docs/chrome.md says how), and look at the page: it must be open and logged in.',
    };
  const message = `No connection to ${upstream}: ${reason ?? 'no answer in this time'}.`;
  return { message, remedy: remedyFor(reason ?? '') };
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /answered 429/,
    'The server has had too many requests from this address: wait some minutes, and let only one feed run.',
  ],
  [
    /answered 403/,
    'The server refuses this address or its Origin: check UPSTREAM_ORIGIN, and whether a browser on this machine may.',
  ],
  [
    /answered \d/,
    'The server is there and does not take the connection: check UPSTREAM_URL, and try again later.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN/,
    'The host of UPSTREAM_URL is unknown: check its spelling, and the DNS of this machine.',
  ],
  [
    /ECONNREFUSED/,
    'Nothing listens there: check host and port of UPSTREAM_URL; a simulator must be started first.',
  ],
  [
    /certificate|SSL|TLS/i,
    "The server's certificate is not accepted: check UPSTREAM_URL, this machine's clock, and any proxy between.",
  ],
];

function remedyFor(reason: string): string {
  const known = REMEDIES.find(([pattern]) => pattern.test(reason));
  return known?.[1] ?? "Check UPSTREAM_URL, this machine's network, and any firewall or proxy between.";
}

function silence({ frameAgeMs, paused, durationMs, events }: Observed): Problem[] {
  const remedy =
    'If a browser shows the game running, the feed is kept from it: try again, and another network.';
  if (frameAgeMs === null)
    return [
      {
        message: `Connected, but no frame of the game came in ${seconds(durationMs)} (${events} other events).`,
        remedy,
      },
    ];
  if (frameAgeMs <= SILENT_MS || paused) return [];
  return [{ message: `Connected, but the newest frame of the game is ${seconds(frameAgeMs)} old.`, remedy }];
}

function quality(observed: Observed): Problem[] {
  const { tickIntervals, delays, ticks, problems, connections } = observed;
  const found: Problem[] = [];
  const slow = 'Look at the load of this machine and its network (ping, other downloads).';
  if (tickIntervals !== null && tickIntervals.p95 > LATE_TICK_MS)
    found.push({
      message: `Ticks come late: one in twenty takes more than ${seconds(tickIntervals.p95)} instead of 0.25 s.`,
      remedy: slow,
    });
  if (comparable(observed) && (delays?.p95 ?? 0) > LATE_EVENT_MS)
    found.push({
      message: `Events come late: one in twenty by more than ${seconds(delays?.p95 ?? 0)}, by their own time.`,
      remedy: slow,
    });
  if (ticks.missed > 0)
    found.push({
      message: `${ticks.missed} ticks were missed.`,
      remedy: 'The feed fills them in from what comes later. If it goes on, look at the network.',
    });
  if (ticks.regressions > 0)
    found.push({
      message: `The game went back ${ticks.regressions} times: a frame was older than the one before.`,
      remedy:
        'Harmless to the log, which takes no tick twice. Two servers may answer in turn: try again later.',
    });
  for (const { source, losses } of connections)
    if (losses > 0)
      found.push({
        message: `The connection "${source}" was lost ${losses} times.`,
        remedy: 'The feed comes back by itself each time. Look at the network if it goes on.',
      });
  if (problems.length > 0)
    found.push({
      message: `Some events cannot be read: ${problems.join('; ')}.`,
      remedy:
        'The game may have changed what it sends. Look for a newer version, or report it with these lines.',
    });
  return found;
}

/** Only where the page is there to be listened to. */
function account({ connections, authenticated }: Observed): Problem[] {
  const page = connections.find(({ source }) => source === 'chrome');
  if (page?.connected !== true || authenticated.names.length > 0) return [];
  return [
    {
      message: 'The page in Chrome is connected, and nothing that only an account is told came through it.',
      remedy: 'Log in once in its window (docs/chrome.md says how).',
    },
  ];
}

/** `0.4 s`, `12 s`, `515 days` */
export function seconds(ms: number): string {
  if (ms > 2 * DAY_MS) return `${Math.round(ms / DAY_MS)} days`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

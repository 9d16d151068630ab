import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLogger, defineCommand, loadConfig, type Command } from '@vectra/service-kit';
import { EventLog, type RecorderWish, type ServiceState } from '@vectra/stream';
import { z } from 'zod';

/** How long a recorder that runs may take to follow before that is told. */
const FOLLOW_MS = 6_000;
const LOOK_MS = 100;
/** A recorder whose last sign of life is older does not run. */
const FRESH_MS = 15_000;

const PAUSE = `recorder pause

Stops recording from the next game on; nothing has to be restarted. The game in progress is recorded to its end, and its seed
when that is revealed. Games that start after it get no files. Every recorder of the log follows, now and after any restart,
until "recorder resume".
`;

const RESUME = `recorder resume

Records again from the next game on. A game that is in progress and started while recording was paused gets no files.
`;

const STATUS = `recorder status

Says whether recording is wished, by whom and since when, and what each recorder that runs does.
`;

const COMMON = `
  --json    prints one JSON object: {"wish":…,"recorders":[…]}
  --help    shows this

Environment: REDIS_URL and STREAM say which log.
Exit status: 0 done, 1 Redis could not be reached, 2 wrong usage, 3 wished, but no recorder has followed yet.
`;

const status = z.object({
  state: z.string(),
  since: z.number().nullable(),
  by: z.string().nullable(),
  gameId: z.string().nullable(),
  says: z.string(),
});

interface Recorder extends z.infer<typeof status> {
  instance: string;
  host: string;
  pid: number;
}

/** `recorder pause`, `resume` and `status` */
export const controlCommands: readonly Command[] = [
  controlCommand('pause', 'Stops recording from the next game on.', PAUSE),
  controlCommand('resume', 'Records again from the next game on.', RESUME),
  controlCommand('status', 'Says whether the recorders record.', STATUS),
];

function controlCommand(name: 'pause' | 'resume' | 'status', about: string, help: string): Command {
  const options = { json: { type: 'boolean', default: false } } as const;
  return defineCommand({
    name,
    about,
    help: help + COMMON,
    read: (args) => parseArgs({ args: [...args], options }).values,
    run: ({ json }) =>
      withLog(async (events) => {
        const wish = name === 'status' ? await events.recorderWish() : await say(events, name);
        const recorders = name === 'status' ? await recordersOf(events) : await followed(events, wish);
        process.stdout.write(json ? `${JSON.stringify({ wish, recorders })}\n` : render(wish, recorders));
        return name === 'status' || recorders.some((recorder) => isAsWished(recorder, wish)) ? 0 : 3;
      }),
  });
}

async function withLog(act: (events: EventLog) => Promise<number>): Promise<number> {
  const config = loadConfig(['REDIS_URL', 'STREAM', 'LOG_LEVEL', 'LOG_FORMAT']);
  const log = createLogger('recorder', config, process.stderr);
  const events = await EventLog.open({
    url: config.REDIS_URL,
    stream: config.STREAM,
    name: 'recorder-control',
    log,
  });
  try {
    return await act(events);
  } finally {
    await events.close();
  }
}

async function say(events: EventLog, name: 'pause' | 'resume'): Promise<RecorderWish> {
  const wish = {
    recording: name === 'pause' ? 'paused' : 'on',
    at: Date.now(),
    by: `${userName()}@${hostname()}`,
  } as const;
  await events.wishRecorder(wish);
  return wish;
}

/** In a container the user id may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Waits until the recorder that owns the group does what is wished; gives up when none runs, or after a while. */
async function followed(events: EventLog, wish: RecorderWish | null): Promise<Recorder[]> {
  const until = Date.now() + FOLLOW_MS;
  for (;;) {
    const recorders = await recordersOf(events);
    const done = recorders.length === 0 || recorders.some((recorder) => isAsWished(recorder, wish));
    if (done || Date.now() > until) return recorders;
    await sleep(LOOK_MS);
  }
}

function isAsWished({ state }: Recorder, wish: RecorderWish | null): boolean {
  return (wish?.recording === 'paused' ? ['paused', 'finishing'] : ['recording', 'waiting']).includes(state);
}

async function recordersOf(events: EventLog): Promise<Recorder[]> {
  const services = await events.services();
  return services
    .filter(({ name, at }) => name === 'recorder' && Date.now() - at < FRESH_MS)
    .flatMap(recorderIn);
}

function recorderIn({ instance, host, pid, detail }: ServiceState): Recorder[] {
  const parsed = status.safeParse(detail.recording);
  return parsed.success ? [{ instance, host, pid, ...parsed.data }] : [];
}

function render(wish: RecorderWish | null, recorders: readonly Recorder[]): string {
  const rows = recorders.map(({ host, pid, says }) => `recorder ${pid} on ${host}: ${says}\n`).join('');
  const none = 'no recorder runs; it will follow when it starts\n';
  return `${wished(wish)}\n${rows === '' ? none : rows}`;
}

function wished(wish: RecorderWish | null): string {
  if (wish === null) return 'wished: nothing; the recorder records';
  const since = wish.at === 0 ? '' : ` since ${new Date(wish.at).toISOString()}`;
  return `wished: ${wish.recording === 'paused' ? 'paused' : 'recording'}${since} by ${wish.by}`;
}

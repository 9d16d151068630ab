import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeEvent, gameRecording, type Event, type GameRecording } from '@vectra/protocol';
import { readJournal } from '@vectra/recorder';
import { createLogger } from '@vectra/service-kit';
import { tally, type Tally } from '../../faults/tally.js';
import type { Stack } from './stack.js';

const STREAM = '{rugs}:events';
const PAGE = 5_000;
/** Of an entry as `redis-cli` prints it: the id, and three fields with their names. */
const LINES = 7;

/** The log as it is in Redis: each event's JSON, by its place. */
export interface Published {
  seqs: number[];
  texts: Map<number, string>;
}

/** As the operator, who may see everything. What follows it is the command. */
const REDIS_CLI = ['operator-cli', '--raw'];

/** Everything in the stream, in its order. */
export async function readLog(stack: Stack): Promise<Published> {
  const published: Published = { seqs: [], texts: new Map() };
  for (let from = '-'; ;) {
    const command = ['XRANGE', STREAM, from, '+', 'COUNT', String(PAGE)];
    const lines = (await stack.exec('redis', ...REDIS_CLI, ...command)).split('\n');
    for (let at = 0; at + LINES <= lines.length; at += LINES) {
      const seq = Number.parseInt(lines[at] ?? '', 10);
      published.seqs.push(seq);
      published.texts.set(seq, lines[at + LINES - 1] ?? '');
    }
    const entries = Math.floor(lines.length / LINES);
    if (entries < PAGE) return published;
    from = `(${published.seqs.at(-1)}-0`;
  }
}

/** What the recorder's journal holds, compared with the log. Gaps and damaged lines count as foreign. */
export async function readJournalOf(
  dataDir: string,
  texts: ReadonlyMap<number, string>,
): Promise<{ events: Event[]; tally: Tally }> {
  const events: Event[] = [];
  let altered = 0;
  let foreign = 0;
  const log = createLogger('soak', { LOG_LEVEL: 'warn', LOG_FORMAT: 'json' }, process.stderr);
  for await (const line of readJournal(join(dataDir, 'journal'), log)) {
    if (line.kind === 'event') {
      events.push(line.event);
      if (texts.get(line.event.seq) !== encodeEvent(line.event)) altered++;
    } else if (line.kind !== 'header' && line.kind !== 'carried') foreign++;
  }
  const counted = tally(
    events.map(({ seq }) => seq),
    texts.size,
  );
  return { events, tally: { ...counted, altered, foreign: counted.foreign + foreign } };
}

/** Every recording of a data folder. */
export async function readRecordings(dataDir: string): Promise<GameRecording[]> {
  const entries = await readdir(join(dataDir, 'recordings'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.game.json'));
  return Promise.all(
    files.map(async ({ parentPath, name }) =>
      gameRecording.parse(JSON.parse(await readFile(join(parentPath, name), 'utf8'))),
    ),
  );
}

const RECORDER = ['node', 'services/recorder/dist/main.js'];

/** How many rows the event store has, and of how many different events. */
export async function readStore(stack: Stack): Promise<{ rows: number; events: number }> {
  const sql = 'SELECT count(*)::INT AS rows, count(DISTINCT seq)::INT AS events FROM events';
  const text = await stack.exec('recorder', ...RECORDER, 'query', '--format', 'json', sql);
  const answer = JSON.parse(text) as { rows: number; events: number }[];
  return answer[0] ?? { rows: 0, events: 0 };
}

/** What `recorder verify` finds wrong with the recordings: a line for each file. */
export async function verifyRecordings(stack: Stack): Promise<string[]> {
  // It also ends with a status other than 0 when a seed is not revealed yet, so the status is left aside.
  const command = `${RECORDER.join(' ')} verify --json /data/recordings || true`;
  const text = await stack.exec('recorder', 'sh', '-c', command);
  const { files } = JSON.parse(text) as { files: { path: string; problems: string[] }[] };
  return files
    .filter(({ problems }) => problems.length > 0)
    .map(({ path, problems }) => `${path}: ${problems.join('; ')}`);
}

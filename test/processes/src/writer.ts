import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EventLog, FencedError, type Publisher } from '@vectra/stream';
import { logSink, obey, say } from './control.js';
import { draftAt, timeOf } from './story.js';

/** Writes the story, from where the log is, as a feed does: under the lease, ahead to a file, for as long as it lives. */
const { values } = parseArgs({
  options: {
    redis: { type: 'string', default: '' },
    stream: { type: 'string', default: 'rugs' },
    /** Folder of the write-ahead file. */
    folder: { type: 'string', default: '' },
    /** ms */
    lease: { type: 'string', default: '1000' },
    /** Events a second. */
    rate: { type: 'string', default: '300' },
    /** How many events may lie in Redis. */
    'max-events': { type: 'string', default: '' },
    /** Trims all but so many events; empty = never. */
    keep: { type: 'string', default: '' },
    /** Groups without which nothing is trimmed. */
    required: { type: 'string', default: 'recorder' },
  },
});

const PACE_MS = 10;
const TELL_MS = 50;
const TRIM_MS = 500;

const requiredGroups = values.required.split(',').filter((name) => name !== '');
let writing = false;
let told = '';
let stored = 0;
obey({
  write: () => void (writing = true),
  quiet: () => void (writing = false),
});

async function pace(publisher: Publisher): Promise<void> {
  let due = 0;
  let before = performance.now();
  while (!ended.has(publisher)) {
    await sleep(PACE_MS);
    const now = performance.now();
    due = writing ? due + ((now - before) * Number(values.rate)) / 1_000 : 0;
    before = now;
    const count = Math.floor(due);
    due -= count;
    const { last } = publisher;
    publisher.publish(Array.from({ length: count }, (_, index) => draftAt(last + 1 + index, process.pid)));
  }
}

async function trimAll(log: EventLog, publisher: Publisher): Promise<void> {
  while (!ended.has(publisher)) {
    await sleep(TRIM_MS);
    const before = timeOf(Math.max(0, publisher.last - Number(values.keep)));
    try {
      const { absentGroup, floor } = await log.trim(before, requiredGroups);
      if (absentGroup === null && floor > 0 && !ended.has(publisher)) await publisher.forget(floor);
    } catch (error) {
      logSink.warn({ reason: String(error) }, 'trimming failed');
    }
  }
}

function tell(publisher: Publisher): void {
  const { waiting, last, epoch } = publisher;
  const progress = JSON.stringify({ epoch, last, waiting, stored, writing });
  if (progress === told) return;
  told = progress;
  say({ kind: 'progress', epoch, last, waiting, stored, writing });
}

/** Publishers that have ended. */
const ended = new WeakSet<Publisher>();

async function writeOnce(log: EventLog): Promise<void> {
  const publisher = await log.publisher({
    folder: values.folder,
    requiredGroups,
    leaseTtlMs: Number(values.lease),
    signal: new AbortController().signal,
    onStandby: () => say({ kind: 'standby' }),
    onStored: (events) => {
      stored = Math.max(stored, events.at(-1)?.seq ?? 0);
    },
    onProblem: (problem) => say({ kind: 'problem', problem }),
    ...(values['max-events'] === '' ? {} : { maxEvents: Number(values['max-events']) }),
  });
  say({ kind: 'owner', epoch: publisher.epoch, last: publisher.last });
  const telling = setInterval(() => tell(publisher), TELL_MS);
  const working = [pace(publisher), ...(values.keep === '' ? [] : [trimAll(log, publisher)])];
  try {
    await publisher.ended;
  } catch (error) {
    if (!(error instanceof FencedError)) throw error;
    say({ kind: 'fenced', reason: error.message });
  } finally {
    ended.add(publisher);
    clearInterval(telling);
    await Promise.all(working);
    await publisher.close();
  }
}

const log = await EventLog.open({ url: values.redis, stream: values.stream, name: 'feed', log: logSink });
for (;;) await writeOnce(log);

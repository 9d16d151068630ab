import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parsePosition, type Event, type Position } from '@vectra/protocol';
import { EventLog } from '@vectra/stream';
import { logSink, obey, say } from './control.js';

/** Consumes the log as somebody's own service would: each event leaves one line in a file, then it is acknowledged. */
const { values } = parseArgs({
  options: {
    redis: { type: 'string', default: '' },
    stream: { type: 'string', default: 'rugs' },
    group: { type: 'string', default: 'bot' },
    file: { type: 'string', default: '' },
    /** ms */
    lease: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '50' },
    /** ms between writing and acknowledging. */
    linger: { type: 'string', default: '0' },
    /** The file's end is the service's own place in the log: what was written is never written again. */
    cursor: { type: 'boolean', default: false },
    /** Shares the group's events with other consumers, in no order. */
    shared: { type: 'boolean', default: false },
    /** Shared: ms after which another consumer may have an event. */
    idle: { type: 'string', default: '1000' },
    /** This event ends the program each time. */
    poison: { type: 'string', default: '' },
    from: { type: 'string', default: 'start' },
  },
});

/**
 * A line is `<owner> <epoch>:<seq>`, and `<owner> begins` when an ownership begins: what an owner writes after the next
 * one has begun does not count.
 */
let owner = '';

function begin(): Position | undefined {
  const text = existsSync(values.file) ? readFileSync(values.file, 'utf8') : '';
  owner = randomUUID().slice(0, 8);
  // What a kill cut off must not run into the next line.
  appendFileSync(values.file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${owner} begins\n`);
  return values.cursor ? lastPlace(text) : undefined;
}

function lastPlace(text: string): Position | undefined {
  let newest = '';
  let last: string | undefined;
  for (const line of text.split('\n').slice(0, -1)) {
    const [by = '', what = ''] = line.split(' ');
    if (what === 'begins') newest = by;
    else if (by === newest) last = what;
  }
  return last === undefined ? undefined : parsePosition(last);
}

async function work(events: readonly Event[]): Promise<void> {
  const poisonous = events.findIndex(({ seq }) => seq === Number(values.poison));
  const harmless = poisonous === -1 ? events : events.slice(0, poisonous);
  appendFileSync(values.file, harmless.map(({ id }) => `${owner} ${id}\n`).join(''));
  if (poisonous !== -1) process.exit(9);
  say({ kind: 'wrote', first: events[0]?.seq, last: events.at(-1)?.seq });
  if (Number(values.linger) > 0) await sleep(Number(values.linger));
}

const onDeadLetter = (letter: { id: string; reason: string }): void => say({ kind: 'buried', ...letter });

async function consumeInOrder(log: EventLog, signal: AbortSignal): Promise<void> {
  const group = log.group(values.group, {
    from: values.from,
    batchSize: Number(values.batch),
    leaseTtlMs: Number(values.lease),
    signal,
    onOwned: begin,
    onStatus: (status) => say({ kind: status }),
    onGap: (gap) => say({ kind: 'gap', ...gap }),
    onEpoch: (epoch, previous) => say({ kind: 'epoch', epoch, previous }),
    onDeadLetter,
  });
  for await (const { events, owned } of group) if (owned()) await work(events);
}

async function consumeShared(log: EventLog, signal: AbortSignal): Promise<void> {
  const group = log.shared(values.group, {
    from: values.from,
    batchSize: Number(values.batch),
    minIdleMs: Number(values.idle),
    signal,
    onDeadLetter,
  });
  say({ kind: 'consumer', name: group.consumer });
  owner = group.consumer;
  for await (const { events } of group) await work(events);
}

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
obey({});
const log = await EventLog.open({
  url: values.redis,
  stream: values.stream,
  name: values.group,
  log: logSink,
});
await (values.shared ? consumeShared : consumeInOrder)(log, stopping.signal);
await log.close();
process.exit(0);

import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child } from '@vectra/launcher';
import type { Draft } from '@vectra/protocol';
import { EventLog } from '@vectra/stream';
import { Redis } from 'ioredis';
import { perSecond, type Comparison } from './report.js';

const RECORDER = fileURLToPath(new URL('../../services/recorder/dist/main.js', import.meta.url));
const STREAM = 'recorded';
const EVENTS = 1_000_000;
const TICKS = 200;
const GAME_MS = 65_000;
/** As many events may wait to be stored while the log is filled. */
const IN_FLIGHT = 10_000;
const BATCH = 500;
const STARTED = Date.UTC(2025, 9, 30, 12);

export interface RecorderFigures {
  comparison: Comparison;
  /** Resident memory of the recorder after each tenth of the events, MB. */
  memory: number[];
}

/** A full log into the journal, synced, and a file set for every game, beside a bare read of it into one synced file. */
export async function benchRecorder(url: string, dir: string): Promise<RecorderFigures> {
  const log = await EventLog.open({ url, stream: STREAM, name: 'bench' });
  try {
    const last = await fill(log, join(dir, 'recorded-feed'));
    const baseline = await bareRecord(url, join(dir, 'bare.jsonl'), last);
    const { ours, memory } = await record(log, { url, folder: join(dir, 'recorded'), last });
    const events = last.toLocaleString('en');
    return {
      comparison: {
        name: `log to synced journal, and files of each game (${events} events)`,
        baselineName: `XREADGROUP of ${BATCH}, append, fdatasync, XACK`,
        unit: 'events/s',
        baseline,
        ours,
      },
      memory,
    };
  } finally {
    await log.close();
  }
}

/** Fills the log with games; gives the seq of its last event. */
async function fill(log: EventLog, folder: string): Promise<number> {
  const publisher = await log.publisher({
    folder,
    requiredGroups: ['recorder', 'bare'],
    leaseTtlMs: 4_000,
    signal: new AbortController().signal,
  });
  for (let game = 0; publisher.last < EVENTS; game++) {
    publisher.publish(gameOf(game));
    if (publisher.waiting > IN_FLIGHT) await publisher.flush();
  }
  await publisher.flush();
  const { last } = publisher;
  await publisher.close();
  return last;
}

function gameOf(game: number): Draft[] {
  const started = STARTED + game * GAME_MS;
  const day = new Date(started).toISOString().slice(0, 10).replaceAll('-', '');
  const gameId = `${day}-${game.toString(16).padStart(16, '0')}`;
  const at = (ms: number): Pick<Draft, 'gameId' | 'timestamp' | 'source'> => ({
    gameId,
    timestamp: started + ms,
    source: 'simulator',
  });
  const price = (tick: number): string => String(1 + Math.sin(game + tick / 7) / 3);
  const start: Draft = {
    type: 'game.start',
    ...at(0),
    data: { serverSeedHash: null, gameVersion: 'v3', joinedAtTick: 0 },
  };
  const ticks = Array.from({ length: TICKS }, (_, tickCount): Draft => {
    const rugged = tickCount === TICKS - 1;
    const data = {
      tickCount,
      price: rugged ? '0.01' : price(tickCount),
      active: true,
      rugged,
      phase: rugged ? 'RUG_EVENT_1' : 'ACTIVE_GAMEPLAY',
      cooldownTimer: 0,
      tradeCount: tickCount,
    } as const;
    return { type: 'game.tick', ...at(tickCount * 250), data };
  });
  const end: Draft = {
    type: 'game.end',
    ...at(TICKS * 250),
    data: {
      reason: 'rugged',
      rugTick: TICKS - 1,
      rugPrice: '0.01',
      peakMultiplier: '1.3333',
      tickCount: TICKS - 1,
    },
  };
  return [start, ...ticks, end];
}

async function bareRecord(url: string, path: string, last: number): Promise<number> {
  const redis = new Redis(url);
  const file = await open(path, 'a');
  let read = 0;
  try {
    return await perSecond(last, async () => {
      while (read < last) {
        const reply = await redis.xreadgroup(
          ...(['GROUP', 'bare', 'c', 'COUNT', BATCH, 'STREAMS', `{${STREAM}}:events`, '>'] as const),
        );
        const entries = (reply as [string, [string, string[]][]][])[0]?.[1] ?? [];
        await file.appendFile(entries.map(([, fields]) => `${fields[5] ?? ''}\n`).join(''));
        await file.datasync();
        await redis.xack(`{${STREAM}}:events`, 'bare', ...entries.map(([id]) => id));
        read += entries.length;
      }
    });
  } finally {
    await file.close();
    redis.disconnect();
  }
}

interface Recording {
  url: string;
  folder: string;
  last: number;
}

async function record(
  log: EventLog,
  { url, folder, last }: Recording,
): Promise<{ ours: number; memory: number[] }> {
  const recorder = new Child({
    command: process.execPath,
    args: [RECORDER],
    env: {
      ...{ PATH: process.env.PATH, REDIS_URL: url, STREAM, RUGS_DATA_DIR: folder, RECORDER_PORT: '0' },
      LOG_LEVEL: 'warn',
    },
    stdio: 'ignore',
  });
  try {
    const memory: number[] = [];
    let begun: { at: number; done: number } | undefined;
    for (;;) {
      const done = await acknowledged(log);
      if (begun === undefined && done > 0) begun = { at: performance.now(), done };
      if (done >= ((memory.length + 1) * last) / 10) memory.push(await residentMb(recorder.pid));
      if (begun !== undefined && done >= last) {
        const ours = ((done - begun.done) * 1_000) / (performance.now() - begun.at);
        return { ours, memory };
      }
      if (!recorder.running) throw new Error('the recorder ended before it had recorded the log');
      await sleep(20);
    }
  } finally {
    await recorder.stop(10_000);
  }
}

async function acknowledged(log: EventLog): Promise<number> {
  const group = (await log.groups()).find(({ name }) => name === 'recorder');
  return (group?.delivered ?? 0) - (group?.pending ?? 0);
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024);
}

import { encodeEvent, placeEvent, type Draft } from '@vectra/protocol';
import { EventLog, type Publisher } from '@vectra/stream';
import { Redis } from 'ioredis';
import { perSecond, type Comparison } from './report.js';

const PIPELINED = 200_000;
const ONE_IN_FLIGHT = 1_000;
const BATCH = 200;
/** As many events may wait to be stored. */
const IN_FLIGHT = 10_000;
const LEASE_MS = 4_000;

const draft = (tickCount: number): Draft => ({
  type: 'game.tick',
  timestamp: 1_736_956_800_000 + tickCount * 250,
  gameId: '20260101-0123456789abcdef',
  source: 'simulator',
  data: {
    tickCount: tickCount % 5_000,
    price: '1.2345678901234567',
    active: true,
    rugged: false,
    phase: 'ACTIVE_GAMEPLAY',
    cooldownTimer: 0,
    tradeCount: 12,
  },
});

/** The log beside bare Redis commands that move the same bytes, on the same server with the same fsync setting. */
export async function benchLog(url: string, folder: string): Promise<Comparison[]> {
  const log = await EventLog.open({ url, stream: 'bench', name: 'bench' });
  const redis = new Redis(url);
  const publisher = await log.publisher({
    folder,
    requiredGroups: ['bench'],
    leaseTtlMs: LEASE_MS,
    signal: new AbortController().signal,
  });
  try {
    return [
      {
        name: `publish, one in flight (${ONE_IN_FLIGHT} events)`,
        baselineName: 'XADD',
        unit: 'events/s',
        baseline: await bareOneByOne(redis),
        ours: await publishOneByOne(publisher),
      },
      {
        name: `publish, pipelined (${PIPELINED} events)`,
        baselineName: `pipelines of ${BATCH} XADD`,
        unit: 'events/s',
        baseline: await barePipelined(redis),
        ours: await publishMany(publisher),
      },
      {
        name: `consume and acknowledge (${PIPELINED} events)`,
        baselineName: 'XREADGROUP + JSON.parse + XACK',
        unit: 'events/s',
        baseline: await bareConsume(redis),
        ours: await consume(log),
      },
    ];
  } finally {
    await publisher.close();
    await log.close();
    redis.disconnect();
  }
}

const fieldsOf = (seq: number): string[] => {
  const event = placeEvent(draft(seq), 'abcd', seq);
  return ['t', event.type, 'g', event.gameId ?? '', 'e', encodeEvent(event)];
};

async function bareOneByOne(redis: Redis): Promise<number> {
  return perSecond(ONE_IN_FLIGHT, async () => {
    for (let seq = 1; seq <= ONE_IN_FLIGHT; seq++) await redis.xadd('bare:one', `${seq}-0`, ...fieldsOf(seq));
  });
}

async function publishOneByOne(publisher: Publisher): Promise<number> {
  return perSecond(ONE_IN_FLIGHT, async () => {
    for (let seq = 1; seq <= ONE_IN_FLIGHT; seq++) {
      publisher.publish([draft(seq)]);
      await publisher.flush();
    }
  });
}

async function barePipelined(redis: Redis): Promise<number> {
  await redis.xgroup('CREATE', 'bare:many', 'bench', '0', 'MKSTREAM');
  return perSecond(PIPELINED, async () => {
    for (let first = 1; first <= PIPELINED; first += BATCH) {
      const pipeline = redis.pipeline();
      for (let seq = first; seq < first + BATCH; seq++)
        pipeline.xadd('bare:many', `${seq}-0`, ...fieldsOf(seq));
      await pipeline.exec();
    }
  });
}

async function publishMany(publisher: Publisher): Promise<number> {
  return perSecond(PIPELINED, async () => {
    for (let first = 1; first <= PIPELINED; first += BATCH) {
      publisher.publish(Array.from({ length: BATCH }, (_, index) => draft(first + index)));
      if (publisher.waiting > IN_FLIGHT) await publisher.flush();
    }
    await publisher.flush();
  });
}

async function bareConsume(redis: Redis): Promise<number> {
  let read = 0;
  return perSecond(PIPELINED, async () => {
    while (read < PIPELINED) {
      const reply = await redis.xreadgroup(
        'GROUP',
        'bench',
        'c',
        'COUNT',
        BATCH,
        'STREAMS',
        'bare:many',
        '>',
      );
      const entries = (reply as [string, [string, string[]][]][])[0]?.[1] ?? [];
      for (const [, fields] of entries) JSON.parse(fields[5] ?? '');
      await redis.xack('bare:many', 'bench', ...entries.map(([id]) => id));
      read += entries.length;
    }
  });
}

async function consume(log: EventLog): Promise<number> {
  const { last } = await log.state();
  const stop = new AbortController();
  return perSecond(last, async () => {
    for await (const { events } of log.group('bench', {
      from: 'start',
      leaseTtlMs: LEASE_MS,
      signal: stop.signal,
    })) {
      if (events.at(-1)?.seq === last) stop.abort();
    }
  });
}

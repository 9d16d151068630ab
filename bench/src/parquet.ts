import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { encodeEvent, placeEvent, toDecimal, type Event } from '@vectra/protocol';
import { EventStore } from '@vectra/recorder';
import { createLogger } from '@vectra/service-kit';
import { perSecond, type Comparison } from './report.js';

const GAMES = 1_500;
const TICKS = 200;
const TICK_MS = 250;
const GAME_MS = TICKS * TICK_MS + 15_000;
const STARTED = Date.UTC(2025, 9, 30);
const EPOCH = '8f3a12bc';
const silent = createLogger('bench', { LOG_LEVEL: 'fatal', LOG_FORMAT: 'json' });

export interface StoreFigures {
  comparisons: Comparison[];
  /** The most memory that was resident beyond what was before, MB. */
  memory: number;
}

/** A day's journal into Parquet, and its files into one, beside DuckDB's own COPY of the same rows. */
export async function benchStore(dir: string): Promise<StoreFigures> {
  const folder = join(dir, 'stored');
  const rows = await writeJournal(join(dir, 'stored', 'journal'));
  const [bareStore, bareMerge] = await bareCopies(join(dir, 'stored', 'journal', SEGMENT), dir);
  const watch = new MemoryWatch();
  const store = new EventStore({ folder, log: silent });
  await store.open();
  const stored = await perSecond(rows, async () => {
    while (await store.advance());
  });
  const merged = await perSecond(rows, async () => {
    while (await store.compact(STARTED + 3 * 86_400_000));
  });
  const comparison = (name: string, baselineName: string, baseline: number, ours: number): Comparison => ({
    name: `${name} (${rows.toLocaleString('en')} events)`,
    ...{ baselineName, unit: 'rows/s', baseline: rows / baseline, ours },
  });
  return {
    comparisons: [
      comparison(
        'journal to typed, durable Parquet by type and day',
        "DuckDB's COPY of the same rows from the journal's JSON, one file, zstd, 1 thread",
        bareStore,
        stored,
      ),
      comparison(
        'many files to one a type and day, verified',
        'COPY of that file, zstd, 1 thread',
        bareMerge,
        merged,
      ),
    ],
    memory: await watch.stop(),
  };
}

const SEGMENT = '000000000001.jsonl';

/** Gives the number of its events. */
async function writeJournal(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, SEGMENT), 'w');
  let seq = 0;
  try {
    const header = {
      journal: 1,
      token: 1,
      after: null,
      previous: null,
      carried: 0,
      left: [],
      unrecorded: [],
      sessions: null,
    };
    await file.write(`${JSON.stringify(header)}\n`);
    for (let game = 0; game < GAMES; game++) {
      const lines = Array.from({ length: TICKS }, (_, tick) => encodeEvent(tickOf(game, tick, (seq += 1))));
      await file.write(`${lines.join('\n')}\n`);
    }
  } finally {
    await file.close();
  }
  return seq;
}

function tickOf(game: number, tickCount: number, seq: number): Event {
  return placeEvent(
    {
      type: 'game.tick',
      timestamp: STARTED + game * GAME_MS + tickCount * TICK_MS,
      gameId: `20251030-${game.toString(16).padStart(16, '0')}`,
      source: 'simulator',
      data: {
        tickCount,
        price: toDecimal(1 + Math.sin(seq) / 3),
        ...{ active: true, rugged: false, phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: tickCount },
      },
    },
    EPOCH,
    seq,
  );
}

/** The rows that the store makes of the journal's ticks, as DuckDB makes them of its JSON. */
const ROWS = `SELECT '${EPOCH}' AS epoch, (raw->>'$.seq')::BIGINT AS seq, raw->>'$.id' AS id,
  epoch_ms((raw->>'$.timestamp')::BIGINT)::TIMESTAMP_MS AS timestamp, raw->>'$.gameId' AS game_id, raw->>'$.source' AS source,
  (raw->>'$.data.tickCount')::BIGINT AS tick_count, (raw->>'$.data.price')::DOUBLE AS price, raw->>'$.data.price' AS price_exact,
  (raw->>'$.data.active')::BOOLEAN AS active, (raw->>'$.data.rugged')::BOOLEAN AS rugged, raw->>'$.data.phase' AS phase,
  (raw->>'$.data.cooldownTimer')::BIGINT AS cooldown_timer, (raw->>'$.data.tradeCount')::BIGINT AS trade_count,
  raw->>'$.data.backfilled' AS backfilled, raw::VARCHAR AS raw`;

/** Seconds that DuckDB takes to make one Parquet file of the journal, and to copy that. */
async function bareCopies(journal: string, dir: string): Promise<[number, number]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const copy = async (query: string, to: string): Promise<number> => {
    const begun = performance.now();
    await connection.run(`COPY (${query}) TO '${to}' (FORMAT parquet, COMPRESSION zstd)`);
    return (performance.now() - begun) / 1_000;
  };
  const [first, second] = [join(dir, 'bare.parquet'), join(dir, 'bare2.parquet')];
  const lines = `(SELECT json AS raw FROM read_ndjson_objects('${journal}')) WHERE raw->>'$.v' = '1'`;
  const read = await copy(`${ROWS} FROM ${lines}`, first);
  const again = await copy(`SELECT * FROM read_parquet('${first}')`, second);
  connection.closeSync();
  instance.closeSync();
  return [read, again];
}

/** Looks every 20 ms how much memory is resident. */
class MemoryWatch {
  #most = 0;
  readonly #watching: Promise<void>;
  readonly #stop = new AbortController();

  constructor() {
    this.#watching = this.#watch();
  }

  /** Gives the most there was beyond what was in the beginning, MB. */
  async stop(): Promise<number> {
    this.#stop.abort();
    await this.#watching;
    return this.#most;
  }

  async #watch(): Promise<void> {
    const before = await residentMb();
    while (!this.#stop.signal.aborted) {
      this.#most = Math.max(this.#most, (await residentMb()) - before);
      await sleep(20, undefined, { signal: this.#stop.signal }).catch(() => undefined); // the end of the watch
    }
  }
}

async function residentMb(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024);
}

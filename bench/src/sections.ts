import { join } from 'node:path';
import { benchBacktest } from './backtest.js';
import { benchBrowser } from './browser.js';
import { benchFanout, reportFanout } from './fanout.js';
import { benchFeed } from './feed.js';
import { benchImport } from './import.js';
import { benchLog } from './log.js';
import { benchPaper } from './paper.js';
import { benchStore } from './parquet.js';
import { benchPlugin } from './plugin.js';
import { benchRecorder } from './recorder.js';
import { report } from './report.js';
import { benchReaders, benchScale, reportReaders, reportScale } from './scale.js';
import { benchTakeovers } from './takeover.js';
import { benchWeb } from './web.js';

interface Place {
  /** A Redis of the bench's own, with `appendfsync always`. */
  redisUrl: string;
  /** A temporary folder. */
  dir: string;
}

interface Section {
  title: string;
  /** Measures, and gives lines to print as they are known. */
  run: (place: Place) => AsyncIterable<string>;
}

/** What is measured, in this order; by the names that `npm run bench -- <name>...` takes. */
export const SECTIONS: Record<string, Section> = {
  log: {
    title: 'The log, beside bare Redis with the same fsync setting (appendfsync always)',
    async *run({ redisUrl, dir }) {
      for (const comparison of await benchLog(redisUrl, join(dir, 'feed'))) yield report(comparison);
    },
  },
  feed: {
    title: 'The feed, from upstream frame to log, beside a bare socket.io-client that does nothing',
    async *run({ redisUrl, dir }) {
      for (const { name, bytes, rate, latency } of await benchFeed(redisUrl, dir)) {
        const frames = `${Math.round(rate).toLocaleString('en')} frames/s`.padStart(18);
        yield `  ${name}  frames of ${bytes} bytes  ${frames}   at 100/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms`;
      }
    },
  },
  fanout: {
    title: 'The gateway, to 1,000 clients, beside a bare ws broadcast and Socket.IO of the same events',
    async *run() {
      for await (const figures of benchFanout()) yield reportFanout(figures);
    },
  },
  scale: {
    title: 'One gateway to ever more clients, 10 events a second; and what ever more gateways ask of Redis',
    async *run({ redisUrl }) {
      for await (const figures of benchScale()) yield reportScale(figures);
      for await (const figures of benchReaders(redisUrl)) yield reportReaders(figures);
    },
  },
  browser: {
    title:
      "From the game's socket to a browser's, beside bare relays without a log and through a stream of Redis",
    async *run({ redisUrl, dir }) {
      for (const { name, latency } of await benchBrowser(redisUrl, dir))
        yield `  ${name.padEnd(26)}at 100/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms`;
    },
  },
  takeovers: {
    title: 'Takeovers: from kill -9 of the owner to the first effect of its standby (default lease, 4 s)',
    async *run({ redisUrl, dir }) {
      for (const [service, times] of Object.entries(await benchTakeovers(redisUrl, dir))) {
        const seconds = (ms: number): string => (ms / 1000).toFixed(1);
        yield `${service.padEnd(10)}${times.map(seconds).join(' ')} s   longest ${seconds(Math.max(...times))} s`;
      }
    },
  },
  recorder: {
    title: 'The recorder, from the log to disk, beside a bare copy of the log',
    async *run({ redisUrl, dir }) {
      const { comparison, memory } = await benchRecorder(redisUrl, dir);
      yield report(comparison);
      yield `  memory after each tenth: ${memory.join(' ')} MB`;
    },
  },
  paper: {
    title: 'Paper trading, beside the bare engine',
    async *run({ redisUrl, dir }) {
      const { comparison, heap, redis, lines } = await benchPaper(redisUrl, dir);
      const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);
      yield report(comparison);
      yield `  a session: ${kilobytes(heap)} KB in the process; ${kilobytes(redis)} KB in Redis with ${Math.round(lines)} lines of history`;
    },
  },
  store: {
    title: "The event store, from the journal to Parquet, beside DuckDB's own COPY of the same rows",
    async *run({ dir }) {
      const { comparisons, memory } = await benchStore(dir);
      for (const each of comparisons) yield report(each);
      yield `  memory beyond that before: ${memory} MB`;
    },
  },
  import: {
    title: 'Old recordings into files, beside a bare read of them',
    async *run({ dir }) {
      for (const comparison of await benchImport(dir)) yield report(comparison);
    },
  },
  backtest: {
    title: 'Backtests, beside a bare loop over the same ticks',
    async *run({ dir }) {
      for (const comparison of [...(await benchBacktest()), await benchPlugin(dir)]) yield report(comparison);
    },
  },
  web: {
    title: 'The web app in Chromium without a GPU: a game of 5,000 ticks at 4x, and memory over 100 games',
    async *run({ dir }) {
      const { frames, heap } = await benchWeb(dir);
      const ms = (value: number): string => value.toFixed(1);
      for (const { kind, count, p50, p99, longest, cpu } of frames)
        yield `  ${kind.padEnd(10)}${count} frames: p50 ${ms(p50)} ms, p99 ${ms(p99)} ms, longest ${ms(longest)} ms; CPU ${ms(cpu)} ms a tick`;
      for (const { games, bytes } of heap)
        yield `  heap after ${games} games: ${(bytes / 1024 / 1024).toFixed(1)} MB`;
    },
  },
};

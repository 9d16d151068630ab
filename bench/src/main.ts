import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedis } from '@vectra/launcher';
import { benchBacktest } from './backtest.js';
import { benchBrowser } from './browser.js';
import { benchFanout, reportFanout } from './fanout.js';
import { benchFeed } from './feed.js';
import { benchImport } from './import.js';
import { benchLog } from './log.js';
import { benchStore } from './parquet.js';
import { benchPaper } from './paper.js';
import { benchPlugin } from './plugin.js';
import { benchTakeovers } from './takeover.js';
import { benchRecorder } from './recorder.js';
import { report } from './report.js';

const dir = await mkdtemp(join(tmpdir(), 'vectra-bench-'));
const redis = await startRedis({ port: await freePort(), dir });
try {
  process.stdout.write('The log, beside bare Redis with the same fsync setting (appendfsync always)\n\n');
  for (const comparison of await benchLog(redis.url, join(dir, 'feed')))
    process.stdout.write(`${report(comparison)}\n\n`);
  process.stdout.write(
    'The feed, from upstream frame to log, beside a bare socket.io-client that does nothing\n\n',
  );
  for (const { name, bytes, rate, latency } of await benchFeed(redis.url, dir)) {
    const frames = `${Math.round(rate).toLocaleString('en')} frames/s`.padStart(18);
    process.stdout.write(
      `  ${name}  frames of ${bytes} bytes  ${frames}   at 100/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms\n`,
    );
  }
  process.stdout.write(
    '\nThe gateway, to 1,000 clients, beside a bare ws broadcast and Socket.IO of the same events\n\n',
  );
  for await (const figures of benchFanout()) process.stdout.write(`${reportFanout(figures)}\n`);
  process.stdout.write("\nFrom the game's socket to a browser's, beside a bare relay that keeps nothing\n\n");
  const paths = await benchBrowser(redis.url, dir);
  for (const { name, latency } of paths)
    process.stdout.write(`  ${name.padEnd(12)}at 100/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms\n`);
  process.stdout.write('\n');
  process.stdout.write(
    'Takeovers: from kill -9 of the owner to the first effect of its standby (default lease, 4 s)\n\n',
  );
  for (const [service, times] of Object.entries(await benchTakeovers(redis.url, dir))) {
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    process.stdout.write(
      `${service.padEnd(10)}${times.map(seconds).join(' ')} s   longest ${seconds(Math.max(...times))} s\n`,
    );
  }
  process.stdout.write('\nThe recorder, from the log to disk, beside a bare copy of the log\n\n');
  const { comparison, memory } = await benchRecorder(redis.url, dir);
  process.stdout.write(`${report(comparison)}\n  memory after each tenth: ${memory.join(' ')} MB\n`);
  process.stdout.write('\nPaper trading, beside the bare engine\n\n');
  const paper = await benchPaper(redis.url, dir);
  const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);
  process.stdout.write(`${report(paper.comparison)}\n`);
  process.stdout.write(
    `  a session: ${kilobytes(paper.heap)} KB in the process; ${kilobytes(paper.redis)} KB in Redis with ${Math.round(paper.lines)} lines of history\n`,
  );
  process.stdout.write(
    "\nThe event store, from the journal to Parquet, beside DuckDB's own COPY of the same rows\n\n",
  );
  const store = await benchStore(dir);
  for (const each of store.comparisons) process.stdout.write(`${report(each)}\n`);
  process.stdout.write(`  memory beyond that before: ${store.memory} MB\n`);
  process.stdout.write('\nOld recordings into files, beside a bare read of them\n\n');
  for (const comparison of await benchImport(dir)) process.stdout.write(`${report(comparison)}\n\n`);
  process.stdout.write('\nBacktests, beside a bare loop over the same ticks\n\n');
  for (const comparison of [...(await benchBacktest()), await benchPlugin(dir)])
    process.stdout.write(`${report(comparison)}\n\n`);
} finally {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
}

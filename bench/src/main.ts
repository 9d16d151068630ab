import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedis } from '@vectra/launcher';
import { benchLog } from './log.js';
import { report } from './report.js';

const dir = await mkdtemp(join(tmpdir(), 'vectra-bench-'));
const redis = await startRedis({ port: await freePort(), dir });
try {
  process.stdout.write('The log, beside bare Redis with the same fsync setting (appendfsync always)\n\n');
  for (const comparison of await benchLog(redis.url, join(dir, 'feed')))
    process.stdout.write(`${report(comparison)}\n\n`);
} finally {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
}

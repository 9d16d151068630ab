import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedis } from '@vectra/launcher';
import { SECTIONS } from './sections.js';

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  process.stderr.write(`expected some of ${Object.keys(SECTIONS).join(', ')}, was "${unknown}"\n`);
  process.exit(2);
}

const dir = await mkdtemp(join(tmpdir(), 'vectra-bench-'));
const redis = await startRedis({ port: await freePort(), dir });
try {
  for (const [name, { title, run }] of Object.entries(SECTIONS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`${title}\n\n`);
    for await (const line of run({ redisUrl: redis.url, dir })) process.stdout.write(`${line}\n`);
    process.stdout.write('\n');
  }
} finally {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
}

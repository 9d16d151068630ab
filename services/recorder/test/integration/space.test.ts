import { statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child, freePort } from '@vectra/launcher';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GameScript, STARTED } from '../script.js';
import { recordAll, recordings, temporaryFolder } from './folder.js';
import { LEASE_TTL_MS, STREAM, testLog } from './process.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DISK_KB = 3 * 1024;
const PATIENT = { interval: 50 };

const wave = (ticks: number) => Array.from({ length: ticks }, (_, tick) => 1 + Math.sin(tick / 9) / 2);
const gameAt = (index: number) =>
  new GameScript(`20251207-${index}c1ca4cce9ac71e7`, wave(90 + index), STARTED + index * 60_000);

type TestLog = Awaited<ReturnType<typeof testLog>>;

/** A recorder whose data folder is a small disk of its own, which nobody else sees but through its process. */
async function recorderOnSmallDisk({ redis }: TestLog, env: Record<string, string>) {
  const folder = await temporaryFolder();
  const port = await freePort();
  const child = new Child({
    command: 'unshare',
    args: [
      '-rm',
      'sh',
      '-c',
      `mount -t tmpfs -o size=${DISK_KB}k tmpfs "$RUGS_DATA_DIR" && exec "$0" "$1"`,
      process.execPath,
      MAIN,
    ],
    env: {
      ...{ PATH: process.env.PATH, REDIS_URL: redis.url, STREAM, LEASE_TTL_MS: String(LEASE_TTL_MS) },
      ...{ RUGS_DATA_DIR: folder, RECORDER_PORT: String(port), LOG_LEVEL: 'fatal', ...env },
    },
  });
  onTestFinished(() => child.stop(5_000));
  const disk = join('/proc', String(child.pid), 'root', folder);
  const readyz = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    return response === undefined ? undefined : { status: response.status, text: await response.text() };
  };
  await expect.poll(async () => (await readyz())?.status, PATIENT).toBe(200);
  return {
    disk,
    readyz,
    /** Fills the disk but for so many bytes. */
    fill: async (left: number) => {
      const { bavail, bsize } = statfsSync(disk);
      await writeFile(join(disk, 'somebody elses'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
    },
    empty: () => rm(join(disk, 'somebody elses')),
  };
}

describe('a full disk', () => {
  it.each([
    [
      'to the last byte',
      { RECORDER_MIN_FREE_MB: '0' },
      [0, 8_192, 40_960, 0],
      /disk of .* is full|No space|ENOSPC/,
    ],
    ['as far as is left to others', { RECORDER_MIN_FREE_MB: '1' }, [500_000, 0], /left to others/],
  ])(
    '%s stops the recorder, which says so, loses nothing, and goes on when there is room',
    async (_, env, rounds, words) => {
      const log = await testLog();
      const { disk, readyz, fill, empty } = await recorderOnSmallDisk(log, env);
      let game = 0;
      const play = async (count: number) => {
        for (const end = game + count; game < end; game++) log.publisher.publish(gameAt(game).whole());
        await log.publisher.flush();
      };
      await play(1);
      await log.settled();
      for (const left of rounds) {
        await fill(left);
        await sleep(1_100); // the recorder asks once a second how much is free
        await play(3);
        await expect.poll(async () => (await readyz())?.status, PATIENT).toBe(503);
        expect((await readyz())?.text).toMatch(words);
        await empty();
        await log.settled();
        await expect.poll(async () => (await readyz())?.status, PATIENT).toBe(200);
      }
      const undisturbed = await temporaryFolder();
      await recordAll(undisturbed, await log.log.range(1, Number.MAX_SAFE_INTEGER, 100_000));
      expect(await recordings(disk)).toEqual(await recordings(undisturbed));
    },
  );
});

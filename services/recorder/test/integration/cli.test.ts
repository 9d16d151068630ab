import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GameScript, logOf } from '../script.js';
import { recordAll, temporaryFolder } from './folder.js';
import { run } from './process.js';

it('--help names the commands and every variable it reads', async () => {
  const { out, code } = await run(['--help']);
  expect(code).toBe(0);
  expect(out).toContain('recorder rebuild');
  for (const name of ['REDIS_URL', 'STREAM', 'LEASE_TTL_MS', 'RECORDER_PORT', 'RUGS_DATA_DIR'])
    expect(out).toContain(name);
});

it('rebuild prints what it did, day by day', async () => {
  const folder = await temporaryFolder();
  await recordAll(folder, logOf(new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.2, 0.01]).whole()));
  const { out, code } = await run(['rebuild'], { RUGS_DATA_DIR: folder });
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.trim().split(/ +/))).toEqual([
    ['date', 'games', 'complete', 'written', 'unchanged'],
    ['2025-12-07', '1', '1', '0', '1'],
    [''],
  ]);
});

it('an unknown command is refused with status 2', async () => {
  const { err, code } = await run(['restore']);
  expect(code).toBe(2);
  expect(err).toContain('"restore"');
});

it('a data folder that is not to be written to is named in one line, with the user and the remedy', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'recordings'), 'a file where a folder should be');
  const env = { RUGS_DATA_DIR: folder, RECORDER_PORT: '0', LOG_FORMAT: 'json' };
  const { out, code } = await run([], env);
  expect(code).toBe(1);
  const lines = out.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(join(folder, 'recordings'));
  expect(lines[0]).toContain(`user id ${process.getuid?.()}`);
  expect(lines[0]).toContain('RUGS_DATA_DIR');
});

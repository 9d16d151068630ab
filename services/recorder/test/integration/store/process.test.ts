import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Draft } from '@vectra/protocol';
import { expect, it } from 'vitest';
import { readCursor } from '../../../src/store/cursor.js';
import { foldersOf } from '../../../src/folders.js';
import { verifyStore } from '../../../src/store/verify.js';
import { GameScript, STARTED } from '../../script.js';
import { silent } from '../folder.js';
import { run, testLog } from '../process.js';
import { storedEvents } from './store.js';

const GAMES = 60;
const games = Array.from(
  { length: GAMES },
  (_, index) =>
    new GameScript(
      `20251207-${index.toString(16).padStart(16, '0')}`,
      [...Array.from({ length: 40 }, (__, tick) => 1 + tick / 64), 0.01],
      STARTED + index * 60_000,
    ),
);
const drafts: Draft[] = games.flatMap((game) => game.whole());

it('recorders that are killed again and again store every event once, and the query counts what was published', async () => {
  const { folder, publisher, startRecorder, settled } = await testLog();
  const env = { RECORDER_STORE_SECONDS: '0.05' };
  const storedUpTo = async () =>
    Number((await readCursor(foldersOf(folder).store))?.position?.split(':')[1] ?? 0);
  for (let from = 0, life = 1; from < drafts.length; from += 500, life++) {
    const { child } = await startRecorder(env);
    publisher.publish(drafts.slice(from, from + 250));
    await expect.poll(storedUpTo, { interval: 5 }).toBeGreaterThan(from);
    publisher.publish(drafts.slice(from + 250, from + 500));
    // At a different moment of its work each time.
    await sleep(life * 23);
    child.process.kill('SIGKILL');
    await child.exited;
  }
  await startRecorder(env);
  await settled();
  const waiting = async () => (await verifyStore(folder, silent)).waiting;
  await expect.poll(waiting, { interval: 100 }).toBe(0);
  const { folders } = await verifyStore(folder, silent);
  expect(folders.filter(({ problem }) => problem !== null)).toEqual([]);
  await expect.poll(async () => (await storedEvents(folder)).length).toBe(drafts.length);
  // The day is long over: one file a type remains.
  const files = async () => (await verifyStore(folder, silent)).folders.map((each) => each.files);
  await expect.poll(files, { interval: 100 }).toEqual([1, 1, 1]);
  expect((await storedEvents(folder)).map(({ seq, data }) => [seq, data])).toEqual(
    drafts.map(({ data }, index) => [index + 1, data]),
  );
  const sql = 'SELECT count(*)::INT AS ticks, count(DISTINCT game_id)::INT AS games FROM ticks';
  const { out, code } = await run(['query', sql, '--format', 'json'], { RUGS_DATA_DIR: folder });
  expect([code, JSON.parse(out)]).toEqual([0, [{ ticks: GAMES * 41, games: GAMES }]]);
});

it('a store that cannot be written is told in /readyz, and recording goes on', async () => {
  const { folder, publisher, startRecorder, settled } = await testLog();
  await writeFile(`${folder}/events_parquet`, 'a file in place of the folder');
  const { url } = await startRecorder({ RECORDER_STORE_SECONDS: '0.05' });
  publisher.publish(drafts.slice(0, 50));
  await settled();
  await expect.poll(async () => (await fetch(`${url}/readyz`)).text()).toMatch(/"store":\{"ok":false/);
  await rm(`${folder}/events_parquet`);
  await expect.poll(async () => (await fetch(`${url}/readyz`)).text()).toMatch(/"store":\{"ok":true/);
  await expect.poll(async () => (await storedEvents(folder)).length).toBe(50);
});

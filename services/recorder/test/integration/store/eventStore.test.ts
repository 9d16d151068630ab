import { rm, writeFile } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import type { Draft } from '@vectra/protocol';
import { expect, it } from 'vitest';
import { verifyStore } from '../../../src/store/verify.js';
import { GameScript, logOf, STARTED } from '../../script.js';
import { owned, recordAll, recorderOn, silent, temporaryFolder } from '../folder.js';
import {
  compactAll,
  DAY_MS,
  filesIn,
  inStore,
  readParquet,
  rowsByFolder,
  storeAll,
  storedEvents,
} from './store.js';

const TICKS = 'type=game.tick/date=2025-12-07';

const games = (count: number, at = STARTED): Draft[] =>
  Array.from({ length: count }, (_, index) =>
    new GameScript(
      `20251207-${String(index).padStart(16, 'a')}`,
      [1, 1.2, 1.0232624314453478, 0.01],
      at + index * 60_000,
    ).whole(),
  ).flat();

const problems = async (folder: string) =>
  (await verifyStore(folder, silent)).folders.filter(({ problem }) => problem !== null);

it('every event of the journal is one row, in order, and another reader than DuckDB reads it', async () => {
  const folder = await temporaryFolder();
  const events = logOf(games(3));
  await recordAll(folder, events);
  await storeAll(folder);
  expect(await storedEvents(folder)).toEqual(events);
  const rows = (await rowsByFolder(folder))[TICKS] ?? [];
  expect(rows.map(({ seq }) => seq)).toEqual(
    events.filter(({ type }) => type === 'game.tick').map(({ seq }) => BigInt(seq)),
  );
  expect(rows[2]).toMatchObject({
    epoch: '8f3a12bc',
    id: '8f3a12bc:4',
    timestamp: new Date(STARTED + 500),
    game_id: '20251207-aaaaaaaaaaaaaaa0',
    price: 1.0232624314453478,
    price_exact: '1.0232624314453478',
    tick_count: 2n,
    rugged: false,
    backfilled: null,
  });
  expect(await problems(folder)).toEqual([]);
});

it('a chunk is a file a type and day; yesterday becomes one file', async () => {
  const folder = await temporaryFolder();
  const events = logOf([...games(3), ...games(2, STARTED + DAY_MS)]);
  await recordAll(folder, events);
  const store = await storeAll(folder, { chunkRows: 5 });
  expect((await filesIn(folder, TICKS)).length).toBeGreaterThan(3);
  await compactAll(store, STARTED + DAY_MS);
  expect(await filesIn(folder, TICKS)).toEqual(['2-17.8f3a12bc.parquet']);
  expect((await filesIn(folder, 'type=game.tick/date=2025-12-08')).length).toBeGreaterThan(1);
  expect(await storedEvents(folder)).toEqual(events);
  expect(await problems(folder)).toEqual([]);
  await compactAll(store, STARTED + DAY_MS);
  expect(await filesIn(folder, TICKS)).toEqual(['2-17.8f3a12bc.parquet']);
});

it('it goes on where it was, after a restart and without its cursor', async () => {
  const folder = await temporaryFolder();
  const events = logOf(games(4));
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(events.slice(0, 9), owned);
  await storeAll(folder);
  await recorder.record(events.slice(9), owned);
  const store = await storeAll(folder);
  expect(store.position).toEqual({ epoch: '8f3a12bc', seq: events.length });
  await recorder.close();
  const before = await storedEvents(folder);
  expect(before).toEqual(events);
  await rm(inStore(folder, 'cursor.json'));
  await storeAll(folder);
  expect(await storedEvents(folder)).toEqual(before);
});

it('the same journal gives the same rows when everything is stored again', async () => {
  const folder = await temporaryFolder();
  await recordAll(folder, logOf(games(4)));
  await storeAll(folder, { chunkRows: 3 });
  const before = await rowsByFolder(folder);
  await rm(inStore(folder), { recursive: true });
  await storeAll(folder);
  expect(await rowsByFolder(folder)).toEqual(before);
});

it('a dead letter that was sent again is stored once, also after its day was merged', async () => {
  const folder = await temporaryFolder();
  const events = logOf(games(2));
  const late = events.slice(3, 5);
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(
    events.filter((event) => !late.includes(event)),
    owned,
  );
  const store = await storeAll(folder);
  await recorder.record(late, owned, true);
  await storeAll(folder);
  expect(await storedEvents(folder)).toEqual(events);
  expect(await filesIn(folder, TICKS)).toHaveLength(2);
  await store.open();
  await compactAll(store, STARTED + DAY_MS);
  expect(await filesIn(folder, TICKS)).toEqual(['2-11.8f3a12bc.parquet']);
  await rm(inStore(folder, 'cursor.json'));
  await storeAll(folder);
  expect(await storedEvents(folder)).toEqual(events);
  await recorder.close();
});

it('another epoch counts anew beside the first', async () => {
  const folder = await temporaryFolder();
  const [first, second] = [logOf(games(1)), logOf(games(2), 'c0de')];
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(first, owned);
  await recorder.record(second, owned);
  await recorder.close();
  const store = await storeAll(folder);
  await compactAll(store, STARTED + DAY_MS);
  expect(await filesIn(folder, TICKS)).toEqual(['2-5.8f3a12bc.parquet', '2-11.c0de.parquet']);
  expect(await storedEvents(folder)).toEqual([...first, ...second]);
  expect(await problems(folder)).toEqual([]);
});

it('an event whose name is a path stays in the store', async () => {
  const folder = await temporaryFolder();
  const raw: Draft = {
    type: 'raw.../../../escaped',
    timestamp: STARTED,
    gameId: null,
    source: 'public',
    data: { payload: { a: [1, "it's"] } },
  };
  await recordAll(folder, logOf([raw]));
  await storeAll(folder);
  expect((await readdir(inStore(folder))).filter((name) => !name.startsWith('.'))).toEqual([
    'cursor.json',
    'type=raw...%2F..%2F..%2Fescaped',
  ]);
  const [name] = await filesIn(folder, 'type=raw...%2F..%2F..%2Fescaped/date=2025-12-07');
  const path = inStore(folder, 'type=raw...%2F..%2F..%2Fescaped', 'date=2025-12-07', name ?? '');
  expect(await readParquet(path)).toMatchObject([{ raw: expect.stringContaining("it's") as unknown }]);
});

it('what a killed process left unfinished is removed, and no reader sees it', async () => {
  const folder = await temporaryFolder();
  const events = logOf(games(1));
  await recordAll(folder, events);
  await storeAll(folder);
  await writeFile(inStore(folder, '.recorder.tmp', 'half'), 'PAR1 half a file');
  expect(await storedEvents(folder)).toEqual(events);
  await storeAll(folder);
  expect(await readdir(inStore(folder, '.recorder.tmp'))).toEqual([]);
});

it('rows that are missing, doubled or not readable are found', async () => {
  const folder = await temporaryFolder();
  await recordAll(folder, logOf(games(3)));
  await storeAll(folder, { chunkRows: 5 });
  const [first = '', second = '', third = ''] = await filesIn(folder, TICKS);
  await rm(inStore(folder, TICKS, second));
  expect((await problems(folder)).map(({ problem }) => problem)).toEqual([
    expect.stringMatching(/events have no row/),
  ]);
  await writeFile(inStore(folder, TICKS, third), 'no Parquet');
  expect((await problems(folder)).map(({ problem }) => problem)).toEqual([
    expect.stringMatching(/^unreadable: /),
  ]);
  expect(first).not.toBe('');
});

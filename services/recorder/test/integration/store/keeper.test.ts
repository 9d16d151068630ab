import { chmod, rm, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { realDisk } from '../../../src/store/parts.js';
import { StoreKeeper, type StoreKeeperOptions } from '../../../src/store/keeper.js';
import { GameScript, logOf, STARTED } from '../../script.js';
import { owned, recorderOn, silent, temporaryFolder } from '../folder.js';
import { DAY_MS, filesIn, storedEvents } from './store.js';

const EVENTS = logOf(new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.2, 1.3, 0.01]).whole());

function keeperOn(folder: string, options: Partial<StoreKeeperOptions> = {}) {
  const checks = new Map<string, { ok: boolean; detail: string | undefined }>();
  const health = {
    set: (name: string, ok: boolean, detail?: string) => void checks.set(name, { ok, detail }),
  };
  const keeper = new StoreKeeper({ folder, log: silent, health, flushMs: 5, now: () => STARTED, ...options });
  onTestFinished(() => keeper.close());
  return { keeper, checks };
}

it('stores what the journal gets while it is the owner, and nothing before or after', async () => {
  const folder = await temporaryFolder();
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(EVENTS.slice(0, 3), owned);
  const { keeper } = keeperOn(folder);
  expect(keeper.exportedUpTo().seq).toBe(0);
  keeper.own();
  await expect.poll(() => keeper.exportedUpTo().seq).toBe(3);
  await recorder.record(EVENTS.slice(3, 5), owned);
  await expect.poll(() => keeper.exportedUpTo().seq).toBe(5);
  await keeper.close();
  await recorder.record(EVENTS.slice(5), owned);
  expect(await storedEvents(folder)).toEqual(EVENTS.slice(0, 5));
  keeper.own();
  await expect.poll(() => keeper.exportedUpTo().seq).toBe(EVENTS.length);
  expect(await storedEvents(folder)).toEqual(EVENTS);
  await recorder.close();
});

it('a disk that refuses is told as a check and tried again; the recorder does not notice', async () => {
  const folder = await temporaryFolder();
  const { recorder, checks: recorded } = recorderOn(folder);
  await recorder.takeOver(1);
  let full = true;
  const disk = {
    ...realDisk,
    sync: (path: string) =>
      full ? Promise.reject(new Error('ENOSPC: no space left on device, fdatasync')) : realDisk.sync(path),
  };
  const { keeper, checks } = keeperOn(folder, { disk });
  keeper.own();
  expect(await recorder.record(EVENTS.slice(0, 4), owned)).toBe(true);
  await expect
    .poll(() => checks.get('store'))
    .toEqual({ ok: false, detail: expect.stringContaining('ENOSPC') as unknown });
  expect(await recorder.record(EVENTS.slice(4), owned)).toBe(true);
  expect([...recorded.values()].every(Boolean)).toBe(true);
  expect(await storedEvents(folder)).toEqual([]);
  full = false;
  await expect.poll(() => checks.get('store')?.ok).toBe(true);
  await expect.poll(() => keeper.exportedUpTo().seq).toBe(EVENTS.length);
  expect(await storedEvents(folder)).toEqual(EVENTS);
  await recorder.close();
});

it('a file in place of its folder is told as a check, and gone it goes on', async () => {
  const folder = await temporaryFolder();
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(EVENTS, owned);
  await writeFile(`${folder}/events_parquet`, 'a file');
  await chmod(`${folder}/events_parquet`, 0o400);
  const { keeper, checks } = keeperOn(folder);
  keeper.own();
  await expect.poll(() => checks.get('store')?.ok).toBe(false);
  await rm(`${folder}/events_parquet`);
  await expect.poll(() => checks.get('store')?.ok).toBe(true);
  expect(await storedEvents(folder)).toEqual(EVENTS);
  await recorder.close();
});

it('merges yesterday by itself', async () => {
  const folder = await temporaryFolder();
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(EVENTS, owned);
  const { keeper } = keeperOn(folder, { chunkRows: 2, now: () => STARTED + DAY_MS });
  keeper.own();
  await expect
    .poll(() => filesIn(folder, 'type=game.tick/date=2025-12-07'))
    .toEqual(['2-5.8f3a12bc.parquet']);
  expect(await storedEvents(folder)).toEqual(EVENTS);
  await recorder.close();
});

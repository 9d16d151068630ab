import type { Event } from '@vectra/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventStore } from '../../../src/store/eventStore.js';
import { realDisk, type StoreDisk } from '../../../src/store/parts.js';
import { verifyStore } from '../../../src/store/verify.js';
import { GameScript, logOf, STARTED } from '../../script.js';
import { owned, recorderOn, silent, temporaryFolder } from '../folder.js';
import { compactAll, DAY_MS, storeAll, storedEvents } from './store.js';

class Killed extends Error {}

/** A disk of a process that is killed just before, or just after, its `left`th change. */
function diskUntil(left: number, after: boolean): StoreDisk {
  const step = async (change: () => Promise<void>): Promise<void> => {
    left -= 1;
    if (left < 0 && !after) throw new Killed();
    await change();
    if (left < 0) throw new Killed();
  };
  return {
    sync: (path) => step(() => realDisk.sync(path)),
    rename: (from, to) => step(() => realDisk.rename(from, to)),
    remove: (path) => step(() => realDisk.remove(path)),
  };
}

/** One life of a recorder's store. */
const life = fc.record({
  /** Events that are recorded before it, of 1. */
  recorded: fc.integer({ min: 1, max: 12 }),
  chunkRows: fc.integer({ min: 1, max: 9 }),
  compacts: fc.boolean(),
  killedAt: fc.nat(14),
  after: fc.boolean(),
  /** A dead letter that is sent again. */
  late: fc.boolean(),
});

it('killed at any change of the disk, as often as you like: every event is one row in the end, in files that can be read', async () => {
  const games = Array.from(
    { length: 5 },
    (_, index) =>
      new GameScript(
        `20251207-${String(index).padStart(16, 'a')}`,
        [1, 1.2, 1.4, 0.01],
        STARTED + index * DAY_MS * 0.3,
      ),
  );
  const events = logOf(games.flatMap((game) => game.whole()));
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
      const folder = await temporaryFolder();
      const { recorder } = recorderOn(folder);
      await recorder.takeOver(1);
      let next = 0;
      const buried: Event[] = [];
      for (const { recorded, chunkRows, compacts, killedAt, after, late } of lives) {
        const batch = events.slice(next, next + recorded);
        next += batch.length;
        if (late && batch.length > 1) buried.push(...batch.splice(0, 1));
        await recorder.record(batch, owned);
        if (buried.length > 1) await recorder.record(buried.splice(0, 1), owned, true);
        const store = new EventStore({ folder, log: silent, chunkRows, disk: diskUntil(killedAt, after) });
        try {
          await store.open();
          while (await store.advance());
          if (compacts) await compactAll(store, STARTED + 2 * DAY_MS);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
        }
        // Whatever happened, what is there can be read, and nothing unfinished is among it.
        await storedEvents(folder);
      }
      await recorder.record(events.slice(next), owned);
      await recorder.record(buried, owned, true);
      await recorder.close();
      const store = await storeAll(folder);
      await compactAll(store, STARTED + 10 * DAY_MS);
      expect(await storedEvents(folder)).toEqual(events);
      const { folders, waiting } = await verifyStore(folder, silent);
      expect(folders.filter(({ problem, files }) => problem !== null || files !== 1)).toEqual([]);
      expect(folders.map(({ stored }) => stored)).toEqual(folders.map(({ journal }) => journal));
      expect(waiting).toBe(0);
    }),
    { numRuns: 25 },
  );
});

it('a former owner that has not noticed yet doubles no row for long', async () => {
  const folder = await temporaryFolder();
  const events = logOf(new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.2, 1.3, 0.01]).whole());
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(events.slice(0, 4), owned);
  const former = new EventStore({ folder, log: silent });
  await former.open();
  // The new owner stores more of it than the former one.
  await recorder.record(events.slice(4), owned);
  const store = await storeAll(folder, { chunkRows: 4 });
  await former.advance();
  expect((await storedEvents(folder)).length).toBeGreaterThan(events.length);
  await store.open();
  await compactAll(store, STARTED);
  expect(await storedEvents(folder)).toEqual(events);
  await recorder.close();
});

it('once the ownership has ended nothing is changed any more', async () => {
  const folder = await temporaryFolder();
  const { recorder } = recorderOn(folder);
  await recorder.takeOver(1);
  await recorder.record(logOf(new GameScript('20251207-1c1ca4cce9ac71e7', [1, 0.01]).whole()), owned);
  const ownership = new AbortController();
  const store = new EventStore({ folder, log: silent });
  await store.open(ownership.signal);
  ownership.abort();
  await expect(store.advance()).rejects.toThrow();
  expect(await storedEvents(folder)).toEqual([]);
  await recorder.close();
});

import { appendFile, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeEvent, type Event } from '@vectra/protocol';
import { WriteAheadFile } from '../../src/wal.js';

const EPOCH = 'abcd1234';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectra-wal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const event = (seq: number, epoch = EPOCH): Event =>
  placeEvent(
    {
      type: 'error',
      timestamp: seq,
      gameId: null,
      source: 'simulator',
      data: { code: 'c', message: `${seq}` },
    },
    epoch,
    seq,
  );
const events = (from: number, to: number): Event[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));
const seqs = (list: readonly Event[]): number[] => list.map(({ seq }) => seq);
const segments = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();

async function begun(): Promise<WriteAheadFile> {
  const file = await WriteAheadFile.open(folder);
  await file.begin(EPOCH, 1, false);
  return file;
}

describe('the write-ahead file', () => {
  it('holds nothing before it was begun', async () => {
    const file = await WriteAheadFile.open(folder);
    expect([file.epoch, file.first, file.last]).toEqual([undefined, 1, 0]);
    await file.close();
  });

  it('gives back what was appended, from any place, across its segments', async () => {
    const file = await begun();
    for (let from = 1; from <= 12_000; from += 500) await file.append(events(from, from + 499));
    expect((await segments()).length).toBeGreaterThan(2);
    expect(seqs(await file.read(1, 12_000))).toEqual(seqs(events(1, 12_000)));
    expect(await file.read(4_998, 10)).toEqual(events(4_998, 5_007));
    expect(await file.read(12_001, 10)).toEqual([]);
    await file.close();
  });

  it('is the same after it was opened again, however often', async () => {
    let file = await begun();
    for (let round = 0; round < 5; round++) {
      await file.append(events(round * 10 + 1, round * 10 + 10));
      await file.close();
      file = await WriteAheadFile.open(folder);
      expect([file.epoch, file.first, file.last]).toEqual([EPOCH, 1, round * 10 + 10]);
    }
    expect(await file.read(1, 100)).toEqual(events(1, 50));
    await file.close();
  });

  it('refuses events that do not go on where it ends', async () => {
    const file = await begun();
    await file.append(events(1, 3));
    await expect(file.append(events(5, 5))).rejects.toThrow('expected event 4, was 5');
    await expect(file.append(events(3, 3))).rejects.toThrow(RangeError);
    await file.close();
  });

  it('ends at the last whole event wherever it was cut, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 2_000 }), async (count, cut) => {
        await rm(folder, { recursive: true, force: true });
        let file = await begun();
        await file.append(events(1, count));
        await file.close();
        const path = join(folder, (await segments()).at(-1) ?? '');
        const lines = events(1, count).map((one) => JSON.stringify(one).length + 1);
        const length = Math.min(
          cut,
          lines.reduce((sum, size) => sum + size, 0),
        );
        await truncate(path, length);
        let whole = 0;
        for (let size = lines[0] ?? 0; whole < count && size <= length; size += lines[whole] ?? 0) whole++;
        file = await WriteAheadFile.open(folder);
        expect(file.last).toBe(whole);
        await file.append(events(whole + 1, whole + 3));
        await file.close();
        file = await WriteAheadFile.open(folder);
        expect(await file.read(1, 100)).toEqual(events(1, whole + 3));
        await file.close();
      }),
      { numRuns: 60 },
    );
  });

  it('leaves out what a former feed writes into its segment after the next one has begun', async () => {
    const former = await begun();
    await former.append(events(1, 5));
    const current = await WriteAheadFile.open(folder);
    await current.append(events(6, 8));
    await former.append(events(6, 9));
    await current.close();
    await former.close();
    const file = await WriteAheadFile.open(folder);
    expect(await file.read(1, 100)).toEqual(events(1, 8));
    await file.close();
  });

  it('is whole again for one that takes it back after another feed only opened it', async () => {
    const first = await begun();
    await first.append(events(1, 10));
    const other = await WriteAheadFile.open(folder);
    await first.append(events(11, 5_020));
    await other.close();
    await first.reclaim();
    await first.append(events(5_021, 5_030));
    await first.close();
    const next = await WriteAheadFile.open(folder);
    expect([next.first, next.last]).toEqual([1, 5_030]);
    expect(seqs(await next.read(1, 6_000))).toEqual(seqs(events(1, 5_030)));
    await next.close();
  });

  it('goes on without segments that another feed has dropped because they were trimmed', async () => {
    const first = await begun();
    await first.append(events(1, 12_000));
    const other = await WriteAheadFile.open(folder);
    await other.forget(11_000);
    await first.refresh();
    expect([first.first, first.last]).toEqual([10_001, 12_000]);
    await first.forget(11_500);
    expect(seqs(await first.read(10_001, 5_000))).toEqual(seqs(events(10_001, 12_000)));
    await first.close();
    await other.close();
  });

  it('leaves no empty segment behind, however often it was opened', async () => {
    for (let round = 0; round < 5; round++) {
      const file = round === 0 ? await begun() : await WriteAheadFile.open(folder);
      if (round === 0) await file.append(events(1, 5_000));
      await file.close();
    }
    const last = await WriteAheadFile.open(folder);
    await last.append(events(5_001, 5_010));
    await last.forget(5_005);
    expect(await segments()).toHaveLength(1);
    expect([last.first, last.last]).toEqual([5_001, 5_010]);
    await last.close();
  });

  it('drops what the log has trimmed, in whole segments, and never the newest', async () => {
    const file = await begun();
    for (let from = 1; from <= 11_000; from += 1_000) await file.append(events(from, from + 999));
    await file.forget(5_000);
    expect(file.first).toBe(1);
    await file.forget(5_001);
    expect(file.first).toBe(5_001);
    await file.forget(1_000_000);
    expect(file.last).toBe(11_000);
    expect(await segments()).toHaveLength(1);
    await file.close();
  });

  it('forgets everything when it begins anew', async () => {
    const file = await begun();
    await file.append(events(1, 5));
    await file.begin('ffff0000', 1, false);
    expect([file.epoch, file.first, file.last]).toEqual(['ffff0000', 1, 0]);
    expect(await segments()).toHaveLength(1);
    await file.append([event(1, 'ffff0000')]);
    expect(await file.read(1, 5)).toEqual([event(1, 'ffff0000')]);
    await file.close();
  });

  it('remembers that the log held more than it, until that was trimmed', async () => {
    let file = await WriteAheadFile.open(folder);
    await file.begin(EPOCH, 100, true);
    await file.append(events(100, 101));
    await file.close();
    file = await WriteAheadFile.open(folder);
    expect(file.isPartial).toBe(true);
    await file.forget(99);
    expect(file.isPartial).toBe(true);
    await file.forget(100);
    expect(file.isPartial).toBe(false);
    await file.close();
  });

  it('is not disturbed by other files in its folder, nor by a damaged line', async () => {
    const file = await begun();
    await file.append(events(1, 3));
    await file.close();
    await writeFile(join(folder, 'README'), 'hello');
    await appendFile(join(folder, (await segments()).at(-1) ?? ''), 'nonsense\n');
    const again = await WriteAheadFile.open(folder);
    expect(await again.read(1, 10)).toEqual(events(1, 3));
    await again.close();
  });
});

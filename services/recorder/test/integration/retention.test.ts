import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rebuild } from '../../src/rebuild.js';
import { foldersOf } from '../../src/folders.js';
import { retainOnce } from '../../src/retention/retention.js';
import { unitsIn } from '../../src/retention/units.js';
import { GameScript, logOf, STARTED } from '../script.js';
import { owned, recorderOn, recordings, silent, temporaryFolder } from './folder.js';

const DAY = 86_400_000;
const NOW = STARTED + 3 * DAY;

/** Three days with a game each, whose journal has a segment a game. */
async function threeDays(): Promise<string> {
  const folder = await temporaryFolder();
  const { recorder } = recorderOn(folder, { segmentBytes: 1 });
  await recorder.takeOver(1);
  const games = [0, 1, 2].flatMap((day) =>
    new GameScript(`2025120${7 + day}-1c1ca4cce9ac71e7`, [1, 1.2, 0.01], STARTED + day * DAY).whole(),
  );
  for (const event of logOf(games)) await recorder.record([event], owned);
  await recorder.close();
  return folder;
}

async function retain(folder: string, limits: { maxAgeMs?: number; maxBytes?: number }, more: object = {}) {
  const checks = new Map<string, string | undefined>();
  await retainOnce(
    {
      folders: foldersOf(folder),
      owns: () => true,
      log: silent,
      health: { set: (name, ok, detail) => void checks.set(name, ok ? undefined : detail) },
      stopping: new AbortController().signal,
      ...limits,
      ...more,
    },
    NOW,
  );
  return checks;
}

const daysOf = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, 'recordings'))).sort();

describe('retention', () => {
  it('deletes days that are too old, with their part of the event store, and keeps the others as they are', async () => {
    const folder = await threeDays();
    const part = join(folder, 'events_parquet', 'type=game.tick', 'date=2025-12-07');
    await mkdir(part, { recursive: true });
    await writeFile(join(part, '1-9.parquet'), 'PAR1');
    const before = await recordings(folder);
    await retain(folder, { maxAgeMs: 2.5 * DAY });
    expect(await daysOf(folder)).toEqual(['2025-12-08', '2025-12-09']);
    expect(await readdir(join(folder, 'events_parquet', 'type=game.tick'))).toEqual([]);
    const left = Object.entries(before).filter(([name]) => !name.startsWith('2025-12-07'));
    expect(await recordings(folder)).toEqual(Object.fromEntries(left));
  });

  it('deletes of the journal first, and never its newest part; what is left is rebuilt to the same', async () => {
    const folder = await threeDays();
    const { journal } = foldersOf(folder);
    const segments = await readdir(journal);
    expect(segments.length).toBeGreaterThan(3);
    const before = await recordings(folder);
    const units = await unitsIn(foldersOf(folder), undefined, NOW);
    const bytes = units.filter(({ kind }) => kind !== 'segment').reduce((sum, unit) => sum + unit.bytes, 0);
    const newest = units.filter(({ kind }) => kind === 'segment').at(-1)?.bytes ?? 0;
    await retain(folder, { maxBytes: bytes + newest });
    expect(await readdir(journal)).toEqual(segments.slice(-1));
    expect(await recordings(folder)).toEqual(before);
    await rebuild(folder, silent);
    expect(await recordings(folder)).toEqual(before);
    const { recorder } = recorderOn(folder);
    expect(await recorder.takeOver(2)).toMatchObject({ seq: logOf([]).length + 18 - 3 });
    await recorder.close();
  });

  it('keeps of the journal what the event store does not have yet, and says so', async () => {
    const folder = await threeDays();
    const { journal } = foldersOf(folder);
    const segments = await readdir(journal);
    const exported = () => ({
      epoch:
        logOf([...new GameScript('20251207-1c1ca4cce9ac71e7', [1, 0.01]).whole()])[0]?.id.split(':')[0] ?? '',
      seq: 5,
    });
    const checks = await retain(folder, { maxBytes: 1 }, { exported });
    const left = await readdir(journal);
    expect(left.length).toBeLessThan(segments.length);
    expect(left.length).toBeGreaterThan(3);
    expect(checks.get('retention')).toContain('not all in the event store yet');
  });

  it('deletes finished captures that are too old', async () => {
    const folder = await threeDays();
    const captures = join(folder, 'captures');
    await mkdir(captures);
    for (const [name, daysAgo] of [
      ['20251201T000000.jsonl', 9],
      ['20251209T000000.jsonl', 1],
      ['20251210T000000.jsonl', 9],
    ] as const) {
      await writeFile(join(captures, name), '{}\n');
      await utimes(join(captures, name), (NOW - daysAgo * DAY) / 1_000, (NOW - daysAgo * DAY) / 1_000);
    }
    await retain(folder, { maxAgeMs: 5 * DAY });
    expect(await readdir(captures)).toEqual(['20251209T000000.jsonl', '20251210T000000.jsonl']);
  });

  it('is the business of the owner alone', async () => {
    const folder = await threeDays();
    await retain(folder, { maxAgeMs: 1 }, { owns: () => false });
    expect(await daysOf(folder)).toHaveLength(3);
  });
});

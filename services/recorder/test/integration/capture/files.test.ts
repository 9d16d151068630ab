import { appendFile, mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredRawEvent } from '@vectra/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureFiles, type CaptureFilesOptions } from '../../../src/capture/files.js';
import { failingSync, silent, temporaryFolder } from '../folder.js';

const AT = Date.UTC(2025, 11, 7, 14, 30);

const raw = (seq: number, more: Partial<StoredRawEvent> = {}): StoredRawEvent => ({
  id: `${AT + seq}-${seq}`,
  seq,
  lost: 0,
  at: AT + seq,
  source: 'public',
  event: 'gameStateUpdate',
  data: `{"tickCount":${seq}}`,
  ...more,
});
const range = (from: number, to: number): StoredRawEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => raw(from + index));

function filesIn(folder: string, more: Partial<CaptureFilesOptions> = {}): CaptureFiles {
  return new CaptureFiles({ folder, rotateBytes: 1e9, rotateMs: 1e9, log: silent, ...more });
}

/** The seq of every line, file by file. */
async function linesOf(folder: string): Promise<number[][]> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq),
  );
}

const newestFile = async (folder: string): Promise<string> =>
  join(folder, (await readdir(folder)).sort().at(-1) ?? '');

describe('the files of captures', () => {
  it('begin with their first event, are named by it, and are followed by new ones when they are large', async () => {
    const folder = join(await temporaryFolder(), 'captures');
    const files = filesIn(folder, { rotateBytes: 350 });
    expect(await files.recover()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await files.append(range(1, 3));
    await files.append(range(4, 9));
    await files.close();
    expect(await linesOf(folder)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect((await readdir(folder)).sort()[0]).toBe('20251207T143000_001.jsonl');
  });

  it('are followed by new ones when they are old', async () => {
    const folder = await temporaryFolder();
    const files = filesIn(folder, { rotateMs: 60_000 });
    await files.recover();
    await files.append([raw(1), raw(2), raw(3, { at: AT + 60_001 }), raw(4, { at: AT + 60_002 })]);
    await files.close();
    expect(await linesOf(folder)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('never have the name of an earlier one, whatever the clock says', async () => {
    const folder = await temporaryFolder();
    for (const at of [AT, AT - 5_000, AT]) {
      const files = filesIn(folder);
      await files.recover();
      const { length } = await readdir(folder);
      await files.append([raw(length + 1, { at })]);
      await files.close();
    }
    expect(await linesOf(folder)).toEqual([[1], [2], [3]]);
  });

  it('leave out what they have already', async () => {
    const folder = await temporaryFolder();
    const files = filesIn(folder);
    await files.recover();
    await files.append(range(1, 5));
    await files.append(range(3, 7));
    await files.close();
    const next = filesIn(folder);
    expect(await next.recover()).toBe(raw(7).id);
    await next.append(range(6, 8));
    await next.close();
    expect(await linesOf(folder)).toEqual([[1, 2, 3, 4, 5, 6, 7], [8]]);
  });

  it('lose the end of a line that a crash cut, and nothing else', async () => {
    const folder = await temporaryFolder();
    const files = filesIn(folder);
    await files.recover();
    // Longer than what is read of the end at once.
    await files.append([raw(1), raw(2, { data: `"${'x'.repeat(200_000)}"` }), raw(3)]);
    await files.close();
    const whole = await readFile(await newestFile(folder));
    await appendFile(await newestFile(folder), `{"seq":4,"id":"${AT + 4}-4","data":"${'y'.repeat(150_000)}`);
    expect(await filesIn(folder).recover()).toBe(raw(3).id);
    expect(await readFile(await newestFile(folder))).toEqual(whole);
    await truncate(await newestFile(folder), whole.length - 1);
    expect(await filesIn(folder).recover()).toBe(raw(2).id);
    expect(await linesOf(folder)).toEqual([[1, 2]]);
  });

  it('are removed when a crash left no line in them', async () => {
    const folder = await temporaryFolder();
    const files = filesIn(folder, { rotateBytes: 1 });
    await files.recover();
    await files.append(range(1, 3));
    await files.close();
    await truncate(await newestFile(folder), 10);
    expect(await filesIn(folder).recover()).toBe(raw(2).id);
    expect(await linesOf(folder)).toEqual([[1], [2]]);
  });

  it('may be taken away at any time', async () => {
    const folder = await temporaryFolder();
    const away = await temporaryFolder();
    const files = filesIn(folder, { rotateBytes: 1 });
    await files.recover();
    await files.append(range(1, 3));
    for (const name of await readdir(folder)) await rename(join(folder, name), join(away, name));
    await files.append(range(4, 4));
    await files.close();
    const next = filesIn(away);
    expect(await next.recover()).toBe(raw(3).id);
    expect(await linesOf(folder)).toEqual([[4]]);
    expect(await filesIn(join(folder, 'new')).recover()).toBeUndefined();
  });

  it('leave other files alone', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'notes.jsonl'), 'unfinished');
    await mkdir(join(folder, 'old'));
    expect(await filesIn(folder).recover()).toBeUndefined();
    expect(await readFile(join(folder, 'notes.jsonl'), 'utf8')).toBe('unfinished');
  });

  it('hold nothing of what the disk failed to keep, and then everything once', async () => {
    const folder = await temporaryFolder();
    const written = { events: 0, lost: 0 };
    const files = filesIn(folder, {
      sync: failingSync(2),
      onWritten: ({ events, lost }) => {
        written.events += events;
        written.lost += lost;
      },
    });
    const events = [...range(1, 3), raw(9, { lost: 5 })];
    for (const attempt of [1, 2]) {
      await files.recover();
      await expect(files.append(events), `attempt ${attempt}`).rejects.toThrow('EIO');
    }
    expect(await files.recover()).toBeUndefined();
    await files.append(events);
    await files.close();
    expect(await linesOf(folder)).toEqual([[1, 2, 3, 8, 9]]);
    expect(written).toEqual({ events: 4, lost: 5 });
  });

  it('hold every event once, wherever captures are killed and whatever the disk refuses', async () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 20 }),
      fate: fc.constantFrom('goes on', 'goes on', 'killed', 'refused'),
      cut: fc.integer({ min: 0, max: 2_000 }),
    });
    const plan = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 10 }),
      rotateBytes: fc.constantFrom(1, 500, 1e9),
      holes: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 5 }),
    });
    const root = await temporaryFolder();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({ steps, rotateBytes, holes }) => {
        const folder = join(root, String((runs += 1)));
        const total = steps.reduce((sum, { size }) => sum + size, 0);
        const given = range(1, total).filter(({ seq }) => !holes.includes(seq));
        const all = given.map((one, index) => ({ ...one, lost: one.seq - (given[index - 1]?.seq ?? 0) - 1 }));
        let refusing = false;
        const sync = () =>
          refusing
            ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fdatasync' }))
            : Promise.resolve();
        let files = filesIn(folder, { rotateBytes, sync });
        let last = await files.recover();
        // How many were lost is counted from the newest line there is.
        const rest = () => {
          const after = Number(last?.split('-')[1] ?? 0);
          const [next, ...more] = all.filter(({ seq }) => seq > after);
          return next === undefined ? [] : [{ ...next, lost: next.seq - after - 1 }, ...more];
        };
        for (const { size, fate, cut } of steps) {
          refusing = fate === 'refused';
          const done = await files.append(rest().slice(0, size)).then(
            () => true,
            () => false,
          );
          expect(done).toBe(!refusing || rest().length === 0);
          refusing = false;
          if (fate === 'killed') {
            await files.close();
            files = filesIn(folder, { rotateBytes, sync });
            // Only what was not told to be durable may be cut.
            if (rotateBytes > 500) await cutBehind(folder, last, cut);
          }
          if (fate !== 'goes on') last = await files.recover();
          else last = rest()[size - 1]?.id ?? all.at(-1)?.id;
        }
        await files.append(rest());
        await files.close();
        const seqs = (await linesOf(folder)).flat();
        const gaps = all.filter(({ lost }) => lost > 0).map(({ seq }) => seq - 1);
        const expected = [...all.map(({ seq }) => seq), ...gaps].sort((a, b) => a - b);
        expect(seqs).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

/** Cuts the newest file somewhere behind the event with this id, as a crash may. */
async function cutBehind(folder: string, id: string | undefined, cut: number): Promise<void> {
  const path = await newestFile(folder);
  if (path === folder || path === `${folder}/`) return;
  const text = await readFile(path, 'utf8');
  const at = id === undefined ? -1 : text.indexOf(`"id":"${id}"`);
  const from = at === -1 ? 0 : text.indexOf('\n', at) + 1;
  await truncate(path, Math.min(text.length, from + cut));
}

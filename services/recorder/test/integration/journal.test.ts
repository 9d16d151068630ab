import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeEvent, type Event } from '@vectra/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Journal, readJournal, SupersededError, type JournalOptions } from '../../src/journal.js';
import { foldersOf } from '../../src/folders.js';
import type { SegmentLine } from '../../src/segment.js';
import { GameScript, logOf } from '../script.js';
import { failingSync, segments, silent, temporaryFolder } from './folder.js';

const events = logOf(new GameScript('20251207-1c1ca4cce9ac71e7', Array<number>(30).fill(1.5)).whole());
function eventAt(index: number): Event {
  const event = events[index];
  if (event === undefined) throw new RangeError(`expected fewer than ${events.length}, was ${index}`);
  return event;
}

const nothing = { events: [], left: [], unrecorded: [], change: undefined };

async function journalOn(folder: string, token = 1, options: Partial<JournalOptions> = {}) {
  const journal = new Journal({ folder: foldersOf(folder).journal, log: silent, ...options });
  onTestFinished(() => journal.close());
  const lines: SegmentLine[] = [];
  await journal.recover(token, (line) => lines.push(line));
  return { journal, lines, append: (list: readonly Event[]) => journal.append(list, () => nothing) };
}

async function seqs(folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const line of readJournal(foldersOf(folder).journal, silent)) {
    if (line.kind === 'event') found.push(line.event.seq);
  }
  return found;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('the journal', () => {
  it('holds each event as its canonical text, one a line', async () => {
    const folder = await temporaryFolder();
    const { journal, append } = await journalOn(folder);
    await append(events.slice(0, 2));
    await append(events.slice(2, 3));
    await journal.close();
    const [segment = ''] = await segments(folder);
    const [, ...lines] = (await readFile(segment, 'utf8')).split('\n');
    expect(lines).toEqual([...events.slice(0, 3).map(encodeEvent), '']);
  });

  it('knows after a restart where it ends', async () => {
    const folder = await temporaryFolder();
    expect((await journalOn(folder)).journal.position).toBeUndefined();
    const { append } = await journalOn(folder);
    await append(events.slice(0, 7));
    expect((await journalOn(folder, 2)).journal.position).toEqual({ epoch: '8f3a12bc', seq: 7 });
  });

  it('leaves out what it has already', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalOn(folder);
    await append(events.slice(0, 7));
    await append(events.slice(3, 9));
    expect(await seqs(folder)).toEqual(upTo(9));
  });

  it('takes seq numbers of another epoch as new', async () => {
    const folder = await temporaryFolder();
    const { journal, append } = await journalOn(folder);
    await append(events.slice(0, 7));
    await append(logOf([new GameScript('x', [1]).start()], 'beef'));
    expect(journal.position).toEqual({ epoch: 'beef', seq: 1 });
  });

  it('drops a torn last line, and goes on in a segment of the new owner', async () => {
    const folder = await temporaryFolder();
    const first = await journalOn(folder);
    await first.append(events.slice(0, 7));
    const [segment = ''] = await segments(folder);
    await appendFile(segment, encodeEvent(eventAt(7)).slice(0, 40));
    const before = await readFile(segment, 'utf8');
    const second = await journalOn(folder, 2);
    expect(second.journal.position?.seq).toBe(7);
    await second.append(events.slice(7, 9));
    expect(await seqs(folder)).toEqual(upTo(9));
    expect(await readFile(segment, 'utf8')).toBe(before);
  });

  it('ends before a damaged line, so that the log delivers what follows again', async () => {
    const folder = await temporaryFolder();
    const first = await journalOn(folder);
    await first.append(events.slice(0, 3));
    const [segment = ''] = await segments(folder);
    await appendFile(segment, `${'\0'.repeat(50)}\n${encodeEvent(eventAt(4))}\n`);
    expect((await journalOn(folder, 2)).journal.position?.seq).toBe(3);
  });

  it('does not count what a former owner writes to its own segment after the new one took over', async () => {
    const folder = await temporaryFolder();
    const former = await journalOn(folder, 1);
    await former.append(events.slice(0, 5));
    const current = await journalOn(folder, 2);
    await former.append(events.slice(5, 8));
    await current.append(events.slice(5, 10));
    await former.append(events.slice(8, 12));
    expect(await seqs(folder)).toEqual(upTo(10));
    expect((await journalOn(folder, 3)).journal.position?.seq).toBe(10);
  });

  it('does not let a former owner begin a segment once the new one has', async () => {
    const folder = await temporaryFolder();
    const former = await journalOn(folder, 1, { segmentBytes: 1 });
    await former.append(events.slice(0, 5));
    const current = await journalOn(folder, 2);
    await current.append(events.slice(5, 7));
    await expect(former.append(events.slice(5, 8))).rejects.toBeInstanceOf(SupersededError);
    expect(await seqs(folder)).toEqual(upTo(7));
  });

  it('lets the new owner look again when the former one began a segment in between', async () => {
    const folder = await temporaryFolder();
    const former = await journalOn(folder, 1, { segmentBytes: 1 });
    await former.append(events.slice(0, 5));
    const current = await journalOn(folder, 2);
    await former.append(events.slice(5, 8));
    await expect(current.append(events.slice(5, 9))).rejects.toBeInstanceOf(SupersededError);
    const again = await journalOn(folder, 3);
    expect(again.journal.position?.seq).toBe(8);
    await again.append(events.slice(5, 9));
    expect(await seqs(folder)).toEqual(upTo(9));
  });

  it('begins a new segment when one is full, and a restart reads only the newest', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalOn(folder, 1, { segmentBytes: 600 });
    for (const event of events) await append([event]);
    expect((await segments(folder)).length).toBeGreaterThan(5);
    expect(await seqs(folder)).toEqual(upTo(events.length));
    const { lines, journal } = await journalOn(folder, 2);
    expect(lines.length).toBeLessThan(6);
    expect(journal.position?.seq).toBe(events.length);
  });

  it('does not trust a segment whose sync failed: the events go to a new one, once', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalOn(folder, 1, { sync: failingSync(2) });
    await append(events.slice(0, 3)); // begins the segment
    await expect(append(events.slice(3, 6))).rejects.toThrow('EIO');
    await append(events.slice(3, 6));
    await expect(append(events.slice(6, 8))).rejects.toThrow('EIO');
    await append(events.slice(6, 8));
    expect(await seqs(folder)).toEqual(upTo(8));
  });

  it('writes a gap down', async () => {
    const folder = await temporaryFolder();
    const { journal, append } = await journalOn(folder);
    journal.noteGap({ from: 1, to: 4 });
    await append(events.slice(4, 6));
    const { lines } = await journalOn(folder, 2);
    expect(lines.map(({ kind }) => kind)).toEqual(['header', 'gap', 'event', 'event']);
    expect(lines[1]).toMatchObject({ gap: { from: 1, to: 4 } });
  });

  it('names the file when its newest segment has no beginning', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalOn(folder);
    await append(events.slice(0, 3));
    const [segment = ''] = await segments(folder);
    await truncate(segment, 10);
    await expect(journalOn(folder, 2)).rejects.toThrow(segment);
  });

  it('ignores files in its folder that are not its own', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalOn(folder);
    await append(events.slice(0, 3));
    await writeFile(join(foldersOf(folder).journal, 'notes.txt'), 'hello');
    expect((await journalOn(folder, 2)).journal.position?.seq).toBe(3);
  });
});

import { describe, expect, it } from 'vitest';
import { ProgressBar, renderProgress } from '../../../src/import/progress.js';
import { printable, table } from '../../../src/table.js';

const half = { files: 4, filesDone: 2, bytes: 2e6, bytesDone: 1e6, lines: 9, games: 0 };

describe('progress', () => {
  it('is a bar with files and speed', () => {
    expect(renderProgress(half, 2)).toBe('[============            ] 50%  2 of 4 files  0.5 MB/s');
  });

  it('of nothing is done', () => {
    expect(renderProgress({ ...half, bytes: 0, bytesDone: 0 }, 0)).toContain('100%');
  });

  function barOn(isTTY: boolean) {
    const written: string[] = [];
    let now = 0;
    const out = { isTTY, columns: 30, write: (text: string) => written.push(text) > 0 };
    const bar = new ProgressBar(out, () => now);
    return { bar, written, wait: (ms: number) => (now += ms) };
  }

  it('stays in one line of a terminal, and is gone in the end', () => {
    const { bar, written, wait } = barOn(true);
    for (let at = 0; at < 3; at++) {
      wait(60);
      bar.tell(half);
    }
    bar.clear();
    expect(written).toEqual([expect.stringMatching(/^\r.{29}\x1b\[K$/), '\r\x1b[K']);
  });

  it('is a line every other second elsewhere', () => {
    const { bar, written, wait } = barOn(false);
    for (let at = 0; at < 50; at++) {
      wait(100);
      bar.tell(half);
    }
    bar.clear();
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^\[=+ +\].*\n$/);
  });
});

it('a table aligns its columns', () => {
  const columns = [{ title: 'file' }, { title: 'ticks', right: true }, { title: 'why' }];
  expect(
    table(columns, [
      ['a', '7', ''],
      ['longer', '1,024', 'x'],
    ]),
  ).toBe('  file    ticks  why\n  a           7\n  longer  1,024  x\n');
});

it('a name from outside cannot command the terminal', () => {
  expect(printable('a\x1b[2Jb\nc\u009bd é')).toBe('a?[2Jb?c?d é');
});

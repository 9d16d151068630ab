import { describe, expect, it } from 'vitest';
import { describeDiskFailure, Space } from '../../src/space/space.js';

const MB = 2 ** 20;

function spaceWith(free: number) {
  const state = { free, now: 0, warnings: [] as (string | null)[] };
  const space = new Space({
    folder: '/data',
    reserve: 50 * MB,
    now: () => state.now,
    free: () => Promise.resolve(state.free),
    onLow: (warning) => state.warnings.push(warning),
  });
  return { state, space };
}

describe('the room on the disk', () => {
  it('is asked for once a second, and every time while there is too little', async () => {
    const { state, space } = spaceWith(500 * MB);
    await space.check();
    state.free = 10 * MB;
    await space.check();
    state.now = 1_000;
    await expect(space.check()).rejects.toThrow(
      /only 10 MB are free on the disk of \/data, and 50 MB are left/,
    );
    state.free = 500 * MB;
    await space.check();
  });

  it('is warned about at twice of what must stay free, once, and when it is enough again', async () => {
    const { state, space } = spaceWith(99 * MB);
    await space.check();
    await space.check();
    state.free = 200 * MB;
    state.now = 2_000;
    await space.check();
    expect(state.warnings).toEqual([expect.stringContaining('99 MB'), null]);
  });

  it.each([
    ['ENOSPC', /disk of \/data is full/],
    ['EROFS', /mounted read-only/],
    ['EACCES', /may not be written/],
    ['EIO', /fails/],
    ['EMFILE', /EMFILE: too many/],
  ])('that fails with %s is told with the remedy, and that nothing is lost', (code, words) => {
    const error = Object.assign(new Error(`${code}: too many`), { code, syscall: 'write' });
    expect(describeDiskFailure(error, '/data')).toMatch(words);
    expect(describeDiskFailure(error, '/data')).toContain('nothing is lost');
  });
});

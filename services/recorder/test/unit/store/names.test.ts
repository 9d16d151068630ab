import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dateOf, folderOf, parsePartName, partName } from '../../../src/store/names.js';

const AT = Date.UTC(2025, 11, 7, 23, 59, 59, 999);

it('a type and day is a folder', () => {
  expect(folderOf('game.tick', AT)).toBe('type=game.tick/date=2025-12-07');
  expect(dateOf(AT + 1)).toBe('2025-12-08');
});

it('whatever the network names an event, its folder is one below the store, and is told apart from every other', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '../../etc/passwd',
      '..',
      '/',
      'a/b',
      'a%2Fb',
      'a=b',
      '\0',
      'é',
      '\ud800',
      '-',
      '~',
      'x'.repeat(500),
      'x'.repeat(501),
    ),
  );
  fc.assert(
    fc.property(name, name, (a, b) => {
      const folder = folderOf(`raw.${a}`, AT);
      expect(folder).toMatch(/^type=[A-Za-z0-9._%~-]{1,200}\/date=2025-12-07$/);
      expect(posix.normalize(folder)).toBe(folder);
      if (a !== b) expect(folder === folderOf(`raw.${b}`, AT)).toBe(a === b);
    }),
  );
});

it('any time at all has a day', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (time) => /^\d{4}-\d\d-\d\d$/.test(dateOf(time))));
});

it("a part's name tells its rows", () => {
  const range = { epoch: '8f3a12bc', first: 1042, last: 5000 };
  expect(partName(range)).toBe('1042-5000.8f3a12bc.parquet');
  expect(parsePartName(partName(range))).toEqual(range);
  for (const other of ['imported.parquet', '.1-2.8f3a.parquet.tmp', '1-2.parquet', '1-2.XYZ0.parquet'])
    expect(parsePartName(other)).toBeUndefined();
});

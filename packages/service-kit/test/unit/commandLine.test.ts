import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineCommand } from '../../src/index.js';
import { usage } from '../../src/usage.js';

const weigh = defineCommand({
  name: 'weigh',
  about: 'Says what a thing weighs.',
  help: 'scales weigh <thing>\n',
  read: ([thing, ...more]) => {
    if (thing === undefined || more.length > 0) throw new Error('expected one thing');
    return thing;
  },
  run: async (thing) => {
    if (thing === 'air') throw new Error('air does not stay on the scales');
    return Promise.resolve(thing === 'feather' ? 3 : 0);
  },
});

describe('a command', () => {
  let out = '';
  let errors = '';
  beforeEach(() => {
    [out, errors] = ['', ''];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((errors += String(text)), true));
  });
  afterEach(() => vi.restoreAllMocks());

  it('gives its own exit status', async () => {
    expect(await weigh.run('scales', ['stone'])).toBe(0);
    expect(await weigh.run('scales', ['feather'])).toBe(3);
    expect(out + errors).toBe('');
  });

  it.each(['--help', '-h'])('tells with %s what it takes, whatever else is asked', async (help) => {
    expect(await weigh.run('scales', ['a', 'b', help])).toBe(0);
    expect([out, errors]).toEqual(['scales weigh <thing>\n', '']);
  });

  it('refuses wrong arguments with status 2, and says what is wrong and where to look', async () => {
    expect(await weigh.run('scales', [])).toBe(2);
    expect([out, errors]).toEqual([
      '',
      'scales weigh: expected one thing\nscales weigh --help shows what it takes\n',
    ]);
  });

  it('ends with status 1 when it fails, and says why', async () => {
    expect(await weigh.run('scales', ['air'])).toBe(1);
    expect([out, errors]).toEqual(['', 'scales weigh: air does not stay on the scales\n']);
  });
});

describe('the help of a program', () => {
  const feed = { name: 'feed', about: 'about it.', variables: ['FEED_PORT', 'UPSTREAM_URL'] } as const;

  it('tells what it is, its commands, and its variables with their defaults', () => {
    const text = usage(feed, [weigh]);
    expect(text.split('\n')[0]).toBe('feed: about it.');
    expect(text).toMatch(/^ {2}feed weigh +Says what a thing weighs\.$/m);
    expect(text).toMatch(/^ {2}FEED_PORT +Health and metrics of the feed\. \(default 8081\)$/m);
    expect(text).toMatch(/^ {2}LOG_LEVEL /m);
  });
});

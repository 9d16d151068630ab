import { describe, expect, it } from 'vitest';
import { channels } from '../../src/arguments.js';

describe('a channel', () => {
  it.each(['*', 'game.*', 'game.tick', 'raw.*', 'raw.battleEventUpdate'])('can be %s', (text) => {
    expect(channels(text, ['player.*'])).toEqual(['player.*', text]);
  });

  it.each(['game.tock', 'games.*'])(
    'that nothing comes through is refused, with those there are: %s',
    (text) => {
      expect(() => channels(text)).toThrow(/there are no such events; there are .*game\.tick/);
    },
  );
});

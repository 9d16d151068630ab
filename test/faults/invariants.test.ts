import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GAME_EVENTS, gamesThrough, textAt } from '../processes/src/story.js';
import { tallyBot } from './invariants.js';
import { Messages } from './resp.js';
import { flawless, tally } from './tally.js';

describe('the checks of this suite', () => {
  it('see an event that is lost, one that is there twice, one that comes too late, and one too many', () => {
    expect(tally([1, 2, 3, 4], 4)).toEqual(flawless(4));
    expect(tally([1, 2, 4], 4)).toEqual({ ...flawless(3), lost: 1 });
    expect(tally([1, 2, 2, 3], 3)).toEqual({ ...flawless(3), duplicated: 1 });
    expect(tally([1, 3, 2], 3)).toEqual({ ...flawless(3), outOfOrder: 1 });
    expect(tally([1, 2, 3], 2)).toEqual({ ...flawless(2), foreign: 1 });
    expect(tally([5, 6], 6, 5)).toEqual(flawless(2));
  });

  describe("of a bot's file", () => {
    let file: string;
    beforeAll(async () => {
      file = join(await mkdtemp(join(tmpdir(), 'vectra-faults-')), 'bot.seen');
    });
    afterAll(() => rm(join(file, '..'), { recursive: true }));

    /** What two owners wrote: `a:1` = owner a wrote event 1, `b` = owner b begins. */
    const check = async (text: string, last: number, unacknowledged = 0): Promise<unknown> => {
      const lines = text.split(' ').map((word) => {
        const [owner = '', seq] = word.split(':');
        return seq === undefined ? `${owner} begins\n` : `${owner} abcd:${seq}\n`;
      });
      await writeFile(file, lines.join(''));
      return tallyBot(file, 'abcd', last, unacknowledged);
    };

    it('allow a new owner to write the last batch of a killed one again, and nothing else', async () => {
      expect(await check('a a:1 a:2 a:3 b b:2 b:3 b:4', 4, 2)).toEqual(flawless(4));
      expect(await check('a a:1 a:2 a:3 b b:1 b:2 b:3 b:4', 4, 2)).toEqual({ ...flawless(4), duplicated: 3 });
      expect(await check('a a:1 a:2 a:3 b b:3 b:4', 4)).toEqual({ ...flawless(4), duplicated: 1 });
      expect(await check('a a:1 a:2 a:2 a:3', 3, 2)).toEqual({ ...flawless(3), duplicated: 1 });
      expect(await check('a a:1 a:2 b b:4', 4, 2)).toEqual({ ...flawless(3), lost: 1 });
    });

    it('leave out what a former owner wrote after the next had begun', async () => {
      expect(await check('a a:1 b b:2 a:2 b:3', 3)).toEqual(flawless(3));
    });
  });
});

describe('the story', () => {
  it('is whole games of events that fit the protocol', () => {
    const types = Array.from({ length: 2 * GAME_EVENTS }, (_, index) => {
      const event = JSON.parse(textAt('abcd', index + 1)) as { type: string; seq: number };
      expect(event.seq).toBe(index + 1);
      return event.type;
    });
    expect(types.filter((type) => type === 'game.start')).toHaveLength(gamesThrough(types.length));
    expect([types[0], types[GAME_EVENTS - 1], types[GAME_EVENTS]]).toEqual([
      'game.start',
      'game.end',
      'game.start',
    ]);
  });
});

describe('the proxy', () => {
  const bulk = fc.string().map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
  const simple = fc.constantFrom('+OK\r\n', ':42\r\n', '$-1\r\n', '*-1\r\n', '*0\r\n', '-ERR no\r\n');
  const { message } = fc.letrec<{ message: string; array: string }>((tie) => ({
    array: fc.array(tie('message'), { maxLength: 4 }).map((parts) => `*${parts.length}\r\n${parts.join('')}`),
    message: fc.oneof({ depthSize: 'small' }, simple, bulk, tie('array')),
  }));

  it('sees the same commands and replies however they are cut into packets', () => {
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat(50)), (messages, cuts) => {
        const stream = Buffer.from(messages.join(''));
        const reader = new Messages();
        const found: string[] = [];
        let from = 0;
        for (const length of [...cuts, stream.length]) {
          found.push(...reader.push(stream.subarray(from, from + length)).map(String));
          from += length;
        }
        expect(found).toEqual(messages);
      }),
    );
  });
});

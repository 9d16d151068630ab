import { describe, expect, it } from 'vitest';
import { readCommand } from '../../src/commands.js';
import { judgeSince } from '../../src/delivery.js';
import { TokenBucket } from '../../src/tokenBucket.js';

const read = (text: string) => readCommand(Buffer.from(text), false);

describe('a message of a client', () => {
  it('is read as a command', () => {
    expect(read('{"action":"subscribe","channels":["game.*"],"since":"8f3a:12"}')).toEqual({
      action: 'subscribe',
      channels: ['game.*'],
      since: '8f3a:12',
    });
    expect(read('{"action":"ping"}')).toEqual({ action: 'ping' });
  });

  it.each([
    ['not JSON', '{"action":', 'bad_json', null, '{\\"action\\":'],
    ['no object', '[1]', 'bad_command', null, 'subscribe, unsubscribe, ping'],
    ['an unknown action', '{"action":"dance"}', 'bad_command', 'dance', 'unknown action "dance"'],
    [
      'a bad channel',
      '{"action":"subscribe","channels":["Game *"]}',
      'bad_command',
      'subscribe',
      'channels.0',
    ],
    ['no channels', '{"action":"subscribe"}', 'bad_command', 'subscribe', 'channels'],
    [
      'a bad token',
      '{"action":"subscribe","channels":["*"],"since":"x"}',
      'bad_command',
      'subscribe',
      'since',
    ],
    ['too much', `"${'x'.repeat(17 * 1024)}"`, 'too_large', null, '16384'],
  ])('that is %s is answered with what is wrong', (...[, text, code, action, hint]) => {
    const refusal = read(text);
    expect(refusal).toMatchObject({ type: 'error', code, action });
    expect('message' in refusal && refusal.message).toContain(hint);
  });

  it('must be text', () => {
    expect(readCommand(Buffer.from('{"action":"ping"}'), true)).toMatchObject({ code: 'bad_json' });
  });
});

describe('since', () => {
  const log = { epoch: 'aaaa', first: 11, last: 20 };
  it.each([
    ['within the log', { epoch: 'aaaa', seq: 15 }, undefined],
    ['at its newest event', { epoch: 'aaaa', seq: 20 }, undefined],
    ['right before its oldest event', { epoch: 'aaaa', seq: 10 }, undefined],
    ['before that', { epoch: 'aaaa', seq: 9 }, 'trimmed'],
    ['beyond its newest event', { epoch: 'aaaa', seq: 21 }, 'ahead'],
    ['of another epoch', { epoch: 'bbbb', seq: 15 }, 'epoch_changed'],
  ])('%s is judged', (_name, since, verdict) => expect(judgeSince(since, log)).toBe(verdict));

  it('at the end of a log whose events are all trimmed can be honoured', () => {
    expect(judgeSince({ epoch: 'aaaa', seq: 20 }, { epoch: 'aaaa', first: 21, last: 20 })).toBeUndefined();
  });
});

describe('the token bucket', () => {
  it('lets a burst through, then as many as are refilled', () => {
    let now = 0;
    const bucket = new TokenBucket(20, 60, () => now);
    const taken = () => Array.from({ length: 100 }, () => bucket.take()).filter(Boolean).length;
    expect(taken()).toBe(60);
    now = 500;
    expect(taken()).toBe(10);
    now = 1e9;
    expect(taken()).toBe(60);
  });
});

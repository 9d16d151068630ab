import { describe, expect, it } from 'vitest';
import { clockIn } from '../../../src/import/clock.js';

const utc = (text: string): number => Date.parse(text);

describe('times of old recordings', () => {
  it('without a zone are taken in the one that was named', () => {
    const text = '2025-10-30T11:53:33.762460';
    expect(clockIn('UTC').read(text)).toBe(utc('2025-10-30T11:53:33.762Z'));
    expect(clockIn('-05:00').read(text)).toBe(utc('2025-10-30T16:53:33.762Z'));
    expect(clockIn('+0530').read(text)).toBe(utc('2025-10-30T06:23:33.762Z'));
  });

  it('follow the summer time of a named zone', () => {
    const clock = clockIn('America/New_York');
    expect(clock.read('2025-10-30T11:53:33.762460')).toBe(utc('2025-10-30T15:53:33.762Z'));
    expect(clock.read('2025-11-02T19:09:28.480640')).toBe(utc('2025-11-03T00:09:28.480Z'));
  });

  it('of a repeated hour are taken the first time', () => {
    expect(clockIn('America/New_York').read('2025-11-02T01:30:00')).toBe(utc('2025-11-02T05:30:00Z'));
  });

  it('with a zone are in that one', () => {
    const clock = clockIn('America/New_York');
    expect(clock.read('2025-12-15T05:39:20.267811+00:00')).toBe(utc('2025-12-15T05:39:20.267Z'));
    expect(clock.read('2025-12-15T05:39:20Z')).toBe(utc('2025-12-15T05:39:20.000Z'));
  });

  it.each([undefined, null, 5, '', 'yesterday', '2025-10-30', '2025-13-45T99:99:99Z', '0001-01-01T00:00:00'])(
    'that are none are not read: %j',
    (text) => {
      expect(clockIn('UTC').read(text)).toBeUndefined();
    },
  );

  it('are not read in a zone that is none', () => {
    expect(() => clockIn('Mars/Olympus')).toThrow(RangeError);
  });
});

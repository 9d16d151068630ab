import type { StoredRawEvent } from '@vectra/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureLines, idIn, isAfter } from '../../../src/capture/line.js';
import { captureName, captureStart } from '../../../src/capture/name.js';

const AT = Date.UTC(2025, 11, 7, 14, 30, 22, 123);
const event: StoredRawEvent = {
  id: `${AT}-42`,
  seq: 42,
  lost: 0,
  at: AT,
  source: 'public',
  event: 'standard/newTrade',
  data: '{"price":1.0612}',
};

describe('a line of a capture', () => {
  it('has the fields of captured sessions, and up to where the capture goes', () => {
    expect(captureLines(event)).toBe(
      `{"seq":42,"id":"${AT}-42","ts":"2025-12-07T14:30:22.123Z","event":"standard/newTrade","data":{"price":1.0612},"source":"public"}\n`,
    );
  });

  it('follows a line that says how many were dropped, and which goes up to just before it', () => {
    const [gap = '', line] = captureLines({ ...event, lost: 7 }).split('\n');
    expect(JSON.parse(gap)).toEqual({
      seq: 41,
      id: `${AT}-41`,
      ts: '2025-12-07T14:30:22.123Z',
      event: 'capture.gap',
      data: { lost: 7 },
    });
    expect(`${line}\n`).toBe(captureLines(event));
    expect(isAfter(event.id, idIn(gap) ?? '')).toBe(true);
  });

  it('keeps any payload and any name', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), fc.string(), (data, name, source) => {
        const text = captureLines({ ...event, data: JSON.stringify(JSON.parse(data)), event: name, source });
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(idIn(text)).toBe(event.id);
        const line = JSON.parse(text) as Record<string, unknown>;
        expect(line).toMatchObject({ event: name, source });
        expect(JSON.stringify(line.data)).toBe(JSON.stringify(JSON.parse(data)));
      }),
    );
  });

  it.each(['', '{"seq":1,"ts":"2025', '\0\0\0', '{"seq":1,"event":"x"}'])(
    'has no id when it is %j',
    (text) => {
      expect(idIn(text)).toBeUndefined();
    },
  );
});

it('orders events by time and then by number, as numbers', () => {
  expect(isAfter('10-1', '9-5')).toBe(true);
  expect(isAfter('9-10', '9-9')).toBe(true);
  expect(isAfter('9-9', '9-9')).toBe(false);
  expect(isAfter('8-100', '9-9')).toBe(false);
});

describe('the name of a capture', () => {
  it('is its start, and names sort like their starts', () => {
    expect(captureName(AT)).toBe('20251207T143022_123.jsonl');
    const time = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(captureStart(captureName(a))).toBe(a);
        expect(captureName(a) < captureName(b)).toBe(a < b);
      }),
    );
  });

  it.each([
    '20251207T143022.jsonl',
    '20251307T143022_123.jsonl',
    'notes.jsonl',
    '.20251207T143022_123.jsonl',
  ])('is not %s', (name) => {
    expect(captureStart(name)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { rawEventOf } from '../../src/rawCapture.js';
import { payloadOf } from '../../src/wire.js';
import { captures, upstreamEventsOf } from './captures.js';

const trace = { __trace: true, traceparent: '00-a-b-01' };
const event = (...args: unknown[]) => ({ name: 'standard/newTrade', args, receivedAt: 5 });
const dataOf = (...args: unknown[]): unknown => {
  const [raw] = rawEventOf(event(...args));
  return JSON.parse(raw?.data ?? '');
};

describe('what is kept of an upstream event', () => {
  it.each([
    ['its only argument', [{ a: 1 }], { a: 1 }],
    ['all arguments after a trace', [trace, { a: 1 }], [trace, { a: 1 }]],
    ['a trace without a payload', [trace], trace],
    ['a list that is its only argument', [[1, 2]], [1, 2]],
    ['nothing', [], null],
    ['null', [null], null],
    ['the payload of several arguments without a trace', [1, { a: 1 }], { a: 1 }],
  ])('is %s', (_name, args, data) => {
    expect(dataOf(...args)).toEqual(data);
  });

  it('is its name, when it came, and through which connection', () => {
    expect(rawEventOf({ ...event(1), via: 'chrome' })).toEqual([
      { at: 5, source: 'chrome', event: 'standard/newTrade', data: '1' },
    ]);
    expect(rawEventOf(event(1))).toMatchObject([{ source: 'public' }]);
  });

  it.each(captures)('means the same as what was received: %s', (name) => {
    for (const received of upstreamEventsOf(name)) {
      const data = dataOf(...received.args);
      const args = Array.isArray(data) && payloadOf(received.args) !== data ? data : [data];
      expect(payloadOf(args)).toEqual(payloadOf(received.args));
    }
  });
});

it('keeps that a connection was made and lost, and not how it was tried', () => {
  const change = { attempt: 1, reason: 'transport close', receivedAt: 7 };
  expect(rawEventOf({ ...change, status: 'connecting' })).toEqual([]);
  expect(rawEventOf({ ...change, status: 'connected' })).toEqual([
    { at: 7, source: 'public', event: 'connect', data: 'null' },
  ]);
  expect(rawEventOf({ ...change, status: 'disconnected' })).toEqual([
    { at: 7, source: 'public', event: 'disconnect', data: '{"reason":"transport close"}' },
  ]);
});

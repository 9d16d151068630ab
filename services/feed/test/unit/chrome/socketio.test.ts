import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFrame } from '../../../src/chrome/socketio.js';

const event = (name: string, ...args: unknown[]): object => ({ kind: 'event', namespace: '/', name, args });

describe('a text frame of the page', () => {
  it.each([
    ['0{"sid":"a","pingInterval":25000}', { kind: 'transport' }],
    ['2', { kind: 'transport' }],
    ['3probe', { kind: 'transport' }],
    ['5', { kind: 'transport' }],
    ['40', { kind: 'connect', namespace: '/' }],
    ['40{"sid":"b"}', { kind: 'connect', namespace: '/' }],
    ['40/admin,{"sid":"b"}', { kind: 'connect', namespace: '/admin' }],
    ['41', { kind: 'disconnect', namespace: '/' }],
    ['41/admin', { kind: 'disconnect', namespace: '/admin' }],
    ['44{"message":"no"}', { kind: 'disconnect', namespace: '/' }],
    ['42["a"]', event('a')],
    ['42["a",{"__trace":true},{"x":1}]', event('a', { __trace: true }, { x: 1 })],
    ['4217["a",1]', event('a', 1)],
    ['42/chat,["a",1]', { kind: 'event', namespace: '/chat', name: 'a', args: [1] }],
    ['42/chat,3["a",1]', { kind: 'event', namespace: '/chat', name: 'a', args: [1] }],
    ['4312[{"success":true}]', { kind: 'ack', namespace: '/', id: 12, args: [{ success: true }] }],
    ['43/chat,0[]', { kind: 'ack', namespace: '/chat', id: 0, args: [] }],
  ])('%s is read as what it is', (text, packet) => {
    expect(parseFrame(text)).toEqual(packet);
  });

  it.each([
    '',
    'x',
    '4',
    '45-["binary"]',
    '42',
    '42{}',
    '42[]',
    '42[1]',
    '42["cut',
    '43[1]',
    '49["a"]',
    '42["a"]tail',
  ])('%j is nothing that can be used, and no error', (text) => {
    expect(parseFrame(text)).toBeUndefined();
  });

  it('never throws, whatever it says', () => {
    const frame = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom('40', '42', '42/a,', '43', '431'), fc.string()),
    );
    fc.assert(fc.property(frame, (text) => void parseFrame(Array.isArray(text) ? text.join('') : text)));
  });

  it('gives back every event that a server can send', () => {
    const namespace = fc.constantFrom('', '/a,', '/some/thing,');
    const id = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(fc.string(), fc.array(fc.jsonValue()), namespace, id, (name, args, space, ack) => {
        const values = JSON.parse(JSON.stringify([name, ...args])) as unknown[];
        expect(parseFrame(`42${space}${ack ?? ''}${JSON.stringify(values)}`)).toEqual({
          kind: 'event',
          namespace: space === '' ? '/' : space.slice(0, -1),
          name: values[0],
          args: values.slice(1),
        });
      }),
    );
  });
});

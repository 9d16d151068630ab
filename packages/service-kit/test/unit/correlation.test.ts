import { placeEvent, type Event } from '@vectra/protocol';
import { pino, type Level } from 'pino';
import { describe, expect, it } from 'vitest';
import { eventFields, traceEvents } from '../../src/index.js';

const GAME = '20251212-6114b2ff44ef4b71';
const data = { serverSeedHash: 'ab12', gameVersion: 'v3', joinedAtTick: 0 };
const start: Event = placeEvent(
  { type: 'game.start', timestamp: 1, gameId: GAME, source: 'public', data },
  '8f3a',
  1042,
);

function traced(level: Level): unknown[] {
  const lines: unknown[] = [];
  const log = pino({ level }, { write: (line) => lines.push(JSON.parse(line)) });
  traceEvents(log, [start], 'recorded', { slot: 3 });
  return lines;
}

describe('a log line about an event', () => {
  it('names its place in the log, its game and its type', () => {
    expect(eventFields(start)).toEqual({ epoch: '8f3a', seq: 1042, gameId: GAME, type: 'game.start' });
  });

  it('says at debug what the service did with it', () => {
    expect(traced('debug')).toEqual([
      expect.objectContaining({ ...eventFields(start), slot: 3, msg: 'recorded' }),
    ]);
  });

  it('is not written at info', () => {
    expect(traced('info')).toEqual([]);
  });
});

import { placeEvent, type Draft } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/frame.js';
import { Hub, type Batch } from '../../src/hub.js';
import { EPOCH, status, tick, trade } from '../fakeLog.js';

function listener() {
  const frames: Frame[] = [];
  return {
    frames,
    receive: (batch: Batch) => frames.push(...batch.frames),
    seqs: () => frames.map((f) => f.position.seq),
  };
}

function filled(hub: Hub, count: number, make: (seq: number) => Draft = (seq) => tick(seq)): Hub {
  for (let seq = 1; seq <= count; seq++) hub.publish([placeEvent(make(seq), EPOCH, seq)]);
  return hub;
}

describe('the hub', () => {
  it('hands each event, in order, to the listeners whose channels match', () => {
    const hub = new Hub();
    const [all, trades] = [listener(), listener()];
    hub.join(all, { channels: new Set(['*']), own: true });
    hub.join(trades, { channels: new Set(['player.*']), own: true });
    filled(hub, 4, (seq) => (seq % 2 === 0 ? trade(`t${seq}`) : tick(seq)));
    expect(all.seqs()).toEqual([1, 2, 3, 4]);
    expect(trades.seqs()).toEqual([2, 4]);
  });

  it('encodes an event once for all of them', () => {
    const hub = new Hub();
    const [one, other] = [listener(), listener()];
    hub.join(one, { channels: new Set(['*']), own: true });
    hub.join(other, { channels: new Set(['game.*']), own: true });
    filled(hub, 1);
    expect(one.frames[0]?.bytes).toBe(other.frames[0]?.bytes);
  });

  it('gives a listener nothing after it has left, and one that left amid an event does not disturb the others', () => {
    const hub = new Hub();
    const stays = listener();
    const leaves = { receive: () => hub.leave(leaves) };
    hub.join(leaves, { channels: new Set(['*']), own: true });
    hub.join(stays, { channels: new Set(['*']), own: true });
    filled(hub, 3);
    expect(stays.seqs()).toEqual([1, 2, 3]);
    expect(hub.listeners).toBe(1);
  });

  it('replaces the channels of a listener that joins again', () => {
    const hub = new Hub();
    const one = listener();
    hub.join(one, { channels: new Set(['game.*']), own: true });
    hub.join(one, { channels: new Set(['connection.*']), own: true });
    filled(hub, 2, (seq) => (seq === 1 ? tick(1) : status('up')));
    expect(one.seqs()).toEqual([2]);
  });

  it('keeps the newest events in memory, and says so only of those it has', () => {
    const hub = filled(new Hub(4), 10);
    expect(hub.frames(7, 10)?.map((frame) => frame.position.seq)).toEqual([7, 8, 9, 10]);
    expect(hub.frames(6, 10)).toBeUndefined();
    expect(hub.covers({ epoch: EPOCH, seq: 6 })).toBe(true);
    expect(hub.covers({ epoch: EPOCH, seq: 10 })).toBe(true);
    expect(hub.covers({ epoch: EPOCH, seq: 5 })).toBe(false);
    expect(hub.covers({ epoch: EPOCH, seq: 11 })).toBe(false);
    expect(hub.covers({ epoch: 'bbbb', seq: 9 })).toBe(false);
  });

  it('forgets the events of a log that began anew', () => {
    const hub = filled(new Hub(), 3);
    hub.publish([placeEvent(tick(0), 'bbbb', 1)]);
    expect(hub.id).toBe('bbbb:1');
    expect(hub.frames(2, 3)).toBeUndefined();
  });
});

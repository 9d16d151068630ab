import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startPacer } from '../../src/pacer.js';

const items = (...times: number[]) => times.map((at, index) => ({ at, index }));

describe('the pacer', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const begin = (times: number[], speed: number, onPlay: (index: number) => void = () => undefined) => {
    const played: [number, number][] = [];
    const start = performance.now();
    let ended = false;
    const stop = startPacer({
      items: items(...times).values(),
      speed,
      play: ({ index }) => {
        played.push([index, performance.now() - start]);
        onPlay(index);
      },
      onEnd: () => (ended = true),
      onError: (error) => {
        throw error;
      },
    });
    return { played, stop, ended: () => ended };
  };

  it('plays each item at its time, divided by the speed', () => {
    const { played, ended } = begin([1000, 1100, 1100, 1500], 10);
    vi.advanceTimersByTime(49);
    expect(played).toEqual([
      [0, 0],
      [1, 10],
      [2, 10],
    ]);
    expect(ended()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(played.at(-1)).toEqual([3, 50]);
    expect(ended()).toBe(true);
  });

  it('keeps to absolute times: what one item takes does not delay the ones after', () => {
    const { played } = begin([0, 100, 200, 300, 1000], 1, (index) => {
      if (index === 1) vi.advanceTimersByTime(150);
    });
    vi.advanceTimersByTime(2000);
    expect(played).toEqual([
      [0, 0],
      [1, 100],
      [2, 250],
      [3, 300],
      [4, 1000],
    ]);
  });

  it('keeps the order of items whose times go back', () => {
    const { played } = begin([100, 50, 120], 1);
    vi.advanceTimersByTime(20);
    expect(played).toEqual([
      [0, 0],
      [1, 0],
      [2, 20],
    ]);
  });

  it('plays nothing once stopped, not even what is due', () => {
    const pacer = begin([0, 0, 0, 10], 1, (index) => {
      if (index === 1) pacer.stop();
    });
    vi.advanceTimersByTime(100);
    expect(pacer.played.map(([index]) => index)).toEqual([0, 1]);
    expect(pacer.ended()).toBe(false);
  });

  it('reports an error of what it plays', () => {
    const errors: unknown[] = [];
    startPacer({
      items: items(0).values(),
      speed: 1,
      play: () => {
        throw new Error('no');
      },
      onError: (error) => errors.push(error),
    });
    vi.advanceTimersByTime(1);
    expect(errors).toEqual([new Error('no')]);
  });
});

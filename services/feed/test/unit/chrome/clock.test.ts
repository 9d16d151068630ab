import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/chrome/clock.js';

const STARTED = 1_767_225_600_000;

describe('the time of a frame', () => {
  it('is the wall-clock time at which Chrome received it, to within the least delay, never later than now, and never goes back', () => {
    const frame = fc.record({ pause: fc.nat({ max: 3_000 }), delay: fc.nat({ max: 900 }) });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1 }), fc.nat({ max: 1_000_000 }), (frames, booted) => {
        const clock = new WallClock();
        let happened = STARTED;
        let now = STARTED;
        let least = Infinity;
        let last = 0;
        for (const { pause, delay } of frames) {
          happened += pause;
          now = Math.max(now, happened + delay);
          least = Math.min(least, now - happened);
          const at = clock.at((happened - STARTED + booted) / 1_000, now);
          expect(at).toBeLessThanOrEqual(now);
          expect(at).toBeGreaterThanOrEqual(Math.max(last, happened));
          expect(at).toBeLessThanOrEqual(Math.max(last, happened + least + 1));
          last = at;
        }
      }),
    );
  });

  it('is right again after the machine slept or its clock was set', () => {
    const clock = new WallClock();
    expect(clock.at(10, STARTED)).toBe(STARTED);
    expect(clock.at(11, STARTED + 3_601_000)).toBe(STARTED + 3_601_000);
    expect(clock.at(12, STARTED - 60_000)).toBe(STARTED - 60_000);
    expect(clock.at(13, STARTED - 59_000)).toBe(STARTED - 59_000);
  });
});

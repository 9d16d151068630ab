import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Choice } from '../../src/choice.js';
import type { SourceName } from '../../src/wire.js';

const STARTED = 1_767_225_600_000;

/** Two connections; time in ms from their beginning. */
class Two {
  readonly choice = new Choice(['public', 'chrome'], STARTED);
  frames(name: SourceName, from: number, to: number): void {
    for (let at = from; at <= to; at += 250) this.choice.heard(name, STARTED + at);
  }
  both(from: number, to: number): void {
    for (let at = from; at <= to; at += 250) {
      this.choice.heard('public', STARTED + at);
      this.choice.heard('chrome', STARTED + at + 5);
    }
  }
  lost(name: SourceName, at: number) {
    return this.choice.connection(name, false, STARTED + at);
  }
}

describe('of two connections', () => {
  it('the public one is followed while it is well, even if the page speaks first', () => {
    const two = new Two();
    two.frames('chrome', 0, 1_000);
    expect(two.choice.active).toBe('public');
    two.both(1_000, 20_000);
    expect(two.choice.active).toBe('public');
  });

  it('the page is followed at once when the public one is lost', () => {
    const two = new Two();
    two.both(0, 3_000);
    expect(two.lost('public', 3_100)).toEqual({ from: 'public', to: 'chrome', reason: 'public was lost' });
  });

  it('the page is not followed when it is silent itself, until it speaks', () => {
    const two = new Two();
    two.both(0, 1_000);
    expect(two.lost('public', 9_000)).toBeUndefined();
    expect(two.choice.heard('chrome', STARTED + 9_500)).toMatchObject({ to: 'chrome' });
  });

  it('the page is followed when the public one gives no frame for 5 s, though it seems connected', () => {
    const two = new Two();
    two.both(0, 1_000);
    two.frames('chrome', 1_250, 6_000);
    expect(two.choice.active).toBe('public');
    expect(two.choice.heard('chrome', STARTED + 6_001)).toMatchObject({
      to: 'chrome',
      reason: 'public is silent',
    });
  });

  it('a public one that never connects gives way to the page', () => {
    const two = new Two();
    two.lost('public', 100);
    expect(two.choice.heard('chrome', STARTED + 200)).toMatchObject({ to: 'chrome' });
  });

  it('a pause of the game, in which all are silent, changes nothing', () => {
    const two = new Two();
    two.both(0, 1_000);
    expect(two.choice.heard('public', STARTED + 600_000)).toBeUndefined();
    expect(two.choice.heard('chrome', STARTED + 600_005)).toBeUndefined();
    expect(two.choice.active).toBe('public');
  });

  it('the public one is followed again when it has given frames for 3 s, and not before', () => {
    const two = new Two();
    two.both(0, 1_000);
    two.lost('public', 1_100);
    two.choice.connection('public', true, STARTED + 2_000);
    two.both(2_000, 4_750);
    expect(two.choice.active).toBe('chrome');
    expect(two.choice.heard('public', STARTED + 5_000)).toEqual({
      from: 'chrome',
      to: 'public',
      reason: 'it is well again',
    });
  });

  it('the public one is followed at once when the page is lost as well', () => {
    const two = new Two();
    two.both(0, 1_000);
    two.lost('public', 1_100);
    two.both(2_000, 2_500);
    expect(two.lost('chrome', 2_600)).toMatchObject({ to: 'public' });
  });

  it('the one that is followed is never one that is silent while the other speaks', () => {
    const step = fc.record({
      pause: fc.nat({ max: 4_000 }),
      name: fc.constantFrom('public', 'chrome'),
      what: fc.constantFrom('frame', 'frame', 'frame', 'lost', 'found'),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const choice = new Choice(['public', 'chrome'], STARTED);
        const last = new Map<string, number>();
        let now = STARTED;
        for (const { pause, name, what } of steps) {
          now += pause;
          const before = choice.active;
          const change =
            what === 'frame' ? choice.heard(name, now) : choice.connection(name, what === 'found', now);
          if (what === 'frame') last.set(name, now);
          expect(choice.active).toBe(change?.to ?? before);
          if (what === 'frame' && choice.active !== name) {
            expect(now - (last.get(choice.active) ?? STARTED)).toBeLessThanOrEqual(5_000);
          }
        }
      }),
    );
  });
});

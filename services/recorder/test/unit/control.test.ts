import { describe, expect, it } from 'vitest';
import { statusOf } from '../../src/control/state.js';
import { STARTED } from '../script.js';

const paused = { recording: 'paused', at: STARTED, by: 'ann' } as const;
const resumed = { recording: 'on', at: STARTED, by: 'ann' } as const;
const recorded = { id: 'g1', recorded: true };
const unrecorded = { id: 'g1', recorded: false };

describe('what a recorder says of its recording', () => {
  it.each([
    ['recording', undefined, undefined],
    ['recording', undefined, recorded],
    ['recording', resumed, recorded],
    ['recording', resumed, undefined],
    ['finishing', paused, recorded],
    ['paused', paused, unrecorded],
    ['paused', paused, undefined],
    ['waiting', resumed, unrecorded],
  ])('is %s after %o with the game %o', (state, change, running) => {
    expect(statusOf({ owner: true, change, running }).state).toBe(state);
    expect(statusOf({ owner: false, change, running }).state).toBe('standby');
  });

  it('says in words since when and by whom', () => {
    const says = (at: number) =>
      statusOf({ owner: true, change: { ...paused, at }, running: undefined }).says;
    expect(says(STARTED)).toBe(
      'paused since 2025-12-07T14:30:22.118Z by ann: games that start now are not recorded',
    );
    expect(says(0)).toBe('paused by ann: games that start now are not recorded');
  });
});

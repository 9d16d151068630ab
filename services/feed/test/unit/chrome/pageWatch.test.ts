import { describe, expect, it } from 'vitest';
import { NO_SOCKET, NOT_LOGGED_IN, PageWatch, POLLING } from '../../../src/chrome/pageWatch.js';

const STARTED = 1_767_225_600_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A page that is looked at every second. */
class Watched {
  readonly #watch = new PageWatch({ loginWaitMs: 30 * SECOND, random: () => 0 });
  readonly told: (string | null)[][] = [];
  readonly reloads: number[] = [];
  #now = 0;

  constructor() {
    this.#watch.restart(STARTED);
  }

  during(ms: number, state: { connected: boolean; loggedIn?: boolean; polls?: boolean }): this {
    const since = this.#now;
    for (const end = this.#now + ms; this.#now < end; this.#now += SECOND) {
      const { status, reload } = this.#watch.look({
        connected: state.connected,
        loggedIn: state.loggedIn ?? false,
        pollingSince: state.polls === true ? STARTED + since : null,
        now: STARTED + this.#now,
      });
      if (status !== undefined) this.told.push([status.status, status.reason]);
      if (reload) this.reloads.push(this.#now / SECOND);
    }
    return this;
  }
}

describe('the page', () => {
  it('is connected, and that is said once', () => {
    const page = new Watched().during(2 * SECOND, { connected: false });
    page.during(10 * MINUTE, { connected: true, loggedIn: true });
    expect(page.told).toEqual([['connected', null]]);
    expect(page.reloads).toEqual([]);
  });

  it('that is not logged in is said to be so once, and loaded again after 5, 15, 35 and 75 minutes', () => {
    const page = new Watched().during(100 * MINUTE, { connected: true });
    expect(page.told).toEqual([
      ['connected', null],
      ['degraded', NOT_LOGGED_IN],
    ]);
    expect(page.reloads).toEqual([5, 15, 35, 75].map((minutes) => 30 + minutes * 60));
  });

  it('is not said to be connected again until somebody has logged in', () => {
    const page = new Watched().during(MINUTE, { connected: true });
    page.during(5 * SECOND, { connected: false }).during(MINUTE, { connected: true });
    page.during(MINUTE, { connected: true, loggedIn: true });
    expect(page.told.map(([status]) => status)).toEqual([
      'connected',
      'degraded',
      'disconnected',
      'degraded',
      'connected',
    ]);
  });

  it('without a connection is loaded again after 15, 45, 105 s and so on, every 5 minutes at last', () => {
    const page = new Watched().during(30 * MINUTE, { connected: false });
    expect(page.told).toEqual([['degraded', NO_SOCKET]]);
    expect(page.reloads.slice(0, 3)).toEqual([15, 45, 105]);
    const pauses = page.reloads.slice(1).map((at, index) => at - (page.reloads[index] ?? 0));
    expect(pauses.at(-1)).toBe(300);
  });

  it('that polls before it upgrades is no cause for concern; one that goes on polling is', () => {
    const page = new Watched().during(3 * SECOND, { connected: false, polls: true });
    page.during(3 * SECOND, { connected: true, loggedIn: true });
    page.during(30 * SECOND, { connected: false, polls: true });
    expect(page.told).toEqual([
      ['connected', null],
      ['disconnected', 'the connection of the page ended'],
      ['degraded', POLLING],
    ]);
  });
});

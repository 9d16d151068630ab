import type { GameSummary } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_GAMES, comparer, cursorAfter, matches, readGamesQuery, SORTS } from '../../src/gamesQuery.js';

const NO_GAME: GameSummary = {
  ...{ game_id: 'g', start_time: '2025-12-07T14:30:22.118Z', end_time: null, duration_ticks: 0 },
  ...{ peak_multiplier: 1, server_seed_hash: null, server_seed: null, verified: null, rug_tick: null },
  ...{ complete: true, backfilled_ticks: 0, file: 'games/g.game.json', jsonl: null },
};

describe('the query of /api/games', () => {
  it('asks for the newest 50 games when it is empty', () => {
    expect(readGamesQuery({})).toEqual(ALL_GAMES);
    expect(ALL_GAMES).toMatchObject({ sort: 'start', order: 'desc', limit: 50, after: undefined });
  });

  it('takes a date as the whole day, and a time as it is', () => {
    const { from, to } = readGamesQuery({ from: '2025-12-07', to: '2025-12-07' });
    expect([new Date(from).toISOString(), new Date(to).toISOString()]).toEqual([
      '2025-12-07T00:00:00.000Z',
      '2025-12-07T23:59:59.999Z',
    ]);
    expect(readGamesQuery({ from: '2025-12-07T14:30:00+01:00' }).from).toBe(
      Date.parse('2025-12-07T13:30:00Z'),
    );
  });

  it.each(SORTS.flatMap((sort) => [{ sort, order: 'asc' } as const, { sort, order: 'desc' } as const]))(
    'continues after a cursor exactly with what comes later in the order %j',
    (sorted) => {
      const game = fc.record({
        game_id: fc.constantFrom('a', 'b', 'c', 'd'),
        start_time: fc.constantFrom('2025-12-07T14:30:22.118Z', '2025-12-07T14:30:22.119Z'),
        peak_multiplier: fc.constantFrom(1, 1.0000000001, 1e9),
        duration_ticks: fc.constantFrom(0, 7),
      });
      fc.assert(
        fc.property(fc.array(game, { maxLength: 12 }), (games) => {
          const all = games.map((each) => ({ ...NO_GAME, ...each })).sort(comparer(sorted));
          for (const [i, last] of all.entries()) {
            const query = readGamesQuery({ ...sorted, cursor: cursorAfter(last, sorted) });
            const rest = all.filter((each) => matches(each, query));
            expect(rest).toEqual(all.slice(i + 1).filter((each) => comparer(sorted)(each, last) !== 0));
          }
        }),
      );
    },
  );

  it('takes only what fits every bound', () => {
    const game = { ...NO_GAME, peak_multiplier: 5, duration_ticks: 100, verified: null, complete: false };
    const fits = (query: object) => matches(game, readGamesQuery(query));
    expect([{ maxPeak: '5' }, { minPeak: '5' }, { minTicks: '100' }, { maxTicks: '100' }].map(fits)).toEqual([
      ...[true, true, true, true],
    ]);
    expect(
      [{ maxPeak: '4.9' }, { minPeak: '5.1' }, { minTicks: '101' }, { maxTicks: '99' }].map(fits),
    ).toEqual([...[false, false, false, false]]);
    expect(['true', 'false', 'unknown'].map((verified) => fits({ verified }))).toEqual([false, false, true]);
    expect(['true', 'false'].map((complete) => fits({ complete }))).toEqual([false, true]);
  });

  it.each([
    [{ limit: '0' }, 'limit="0": expected a whole number from 1 to 200'],
    [{ limit: '201' }, 'limit="201": expected'],
    [{ limit: 'ten' }, 'limit="ten": expected'],
    [{ limit: ['1', '2'] }, 'limit=["1","2"]: expected the parameter once'],
    [{ from: '2025-02-30' }, 'from="2025-02-30": expected an ISO 8601 date'],
    [{ to: 'yesterday' }, 'to="yesterday": expected an ISO 8601 date'],
    [{ from: '2025-12-08', to: '2025-12-07' }, 'from: expected no more than to'],
    [{ minPeak: '3', maxPeak: '2' }, 'minPeak: expected no more than maxPeak'],
    [{ verified: 'yes' }, 'verified="yes": expected true, false or unknown'],
    [{ sort: 'name' }, 'sort="name": expected one of start, peak, ticks'],
    [{ sort: 'peak', cursor: cursorAfter(NO_GAME, ALL_GAMES) }, 'cursor: expected the sort and order'],
    [{ minPeak: '-1' }, 'minPeak="-1": expected a multiplier'],
    [{ minPeak: '1e99' }, 'minPeak="1e99"'],
    [{ cursor: '!!' }, 'cursor="!!": expected the `next`'],
    [{ cursor: Buffer.from('[1,"../x"]').toString('base64url') }, 'cursor='],
    [{ form: '2025-12-07' }, 'unknown parameter form; expected one of from, to, minPeak, maxPeak'],
  ])('%j is refused in words', (query, message) => {
    expect(() => readGamesQuery(query)).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import { cursorAfter, isBehind, readGamesQuery } from '../../src/gamesQuery.js';

describe('the query of /api/games', () => {
  it('asks for the newest 50 games when it is empty', () => {
    expect(readGamesQuery({})).toEqual({
      from: -Infinity,
      to: Infinity,
      minPeak: 0,
      limit: 50,
      after: undefined,
    });
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

  it('continues after a cursor', () => {
    const game = { start_time: '2025-12-07T14:30:22.118Z', game_id: 'g2' };
    const { after } = readGamesQuery({ cursor: cursorAfter(game) });
    expect(after).toBeDefined();
    if (after === undefined) return;
    expect(isBehind(game, after)).toBe(false);
    expect(isBehind({ ...game, game_id: 'g1' }, after)).toBe(true);
    expect(isBehind({ ...game, start_time: '2025-12-07T14:30:22.119Z' }, after)).toBe(false);
    expect(isBehind({ ...game, start_time: '2025-12-07T14:30:22.117Z', game_id: 'g3' }, after)).toBe(true);
  });

  it.each([
    [{ limit: '0' }, 'limit="0": expected a whole number from 1 to 200'],
    [{ limit: '201' }, 'limit="201": expected'],
    [{ limit: 'ten' }, 'limit="ten": expected'],
    [{ limit: ['1', '2'] }, 'limit=["1","2"]: expected the parameter once'],
    [{ from: '2025-02-30' }, 'from="2025-02-30": expected an ISO 8601 date'],
    [{ to: 'yesterday' }, 'to="yesterday": expected an ISO 8601 date'],
    [{ from: '2025-12-08', to: '2025-12-07' }, 'from="2025-12-08": expected a time before to="2025-12-07"'],
    [{ minPeak: '-1' }, 'minPeak="-1": expected a multiplier'],
    [{ minPeak: '1e99' }, 'minPeak="1e99"'],
    [{ cursor: '!!' }, 'cursor="!!": expected the `next`'],
    [{ cursor: Buffer.from('[1,"../x"]').toString('base64url') }, 'cursor='],
    [{ form: '2025-12-07' }, 'unknown parameter form; expected one of from, to, minPeak, limit, cursor'],
  ])('%j is refused in words', (query, message) => {
    expect(() => readGamesQuery(query)).toThrow(message);
  });
});

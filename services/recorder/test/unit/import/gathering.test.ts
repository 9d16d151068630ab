import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesIn, newAccount } from '../../../src/import/account.js';
import { gather, LegacyGame } from '../../legacyScript.js';

const ID = '20251215-1c1ca4cce9ac71e7';
const PRICES = [1, 1.02, 1.25, 0.0125];
const game = new LegacyGame(ID, PRICES);

describe('the lines of a game', () => {
  it('are told apart: what gives a tick, and what does not', () => {
    expect(gather(game.whole()).kinds).toEqual(['used', 'idle', ...PRICES.map(() => 'used'), 'idle', 'used']);
  });

  it('are duplicates the second time', () => {
    const { kinds } = gather([...game.whole(), ...game.whole()]);
    expect(kinds.slice(8).filter((kind) => kind !== 'idle')).toEqual(Array(6).fill('duplicate'));
  });

  it('give no price from cooldown, whose rows say 1.0, and none behind the rug', () => {
    const late = game.tick(2, { active: false, price: 1, cooldown_timer: 9600 });
    const { game: of } = gather([late, ...game.ticks(), game.echo(), game.countdown()]);
    expect(of(ID).prices.prices()).toEqual(PRICES);
    expect(of(ID).rug).toMatchObject({ tick: 3, price: 0.0125 });
  });

  it('with another price for a known tick are conflicts, and the first price stands', () => {
    const { kinds, game: of } = gather([game.tick(1), game.tick(1, { price: 9 })]);
    expect(kinds).toEqual(['used', 'conflict']);
    expect(of(ID).prices.get(1)).toBe(1.02);
  });

  it('may come in any order', () => {
    const rows = [...game.ticks(), game.echo(), game.start(), game.end()];
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(gather(shuffled).game(ID).prices.prices()).toEqual(PRICES);
      }),
    );
  });

  it('of two games in one file are kept apart', () => {
    const other = new LegacyGame('20251215-0000000011111111', [1, 2, 0.01]);
    const { game: of } = gather(
      game.whole().flatMap((line, at) => [line, ...other.whole().slice(at, at + 1)]),
    );
    expect(of(ID).prices.prices()).toEqual(PRICES);
    expect(of(other.id).prices.prices()).toEqual([1, 2, 0.01]);
  });
});

describe('a damaged line', () => {
  it('gives its rows to their game', () => {
    const line = `${game.tick(0).slice(0, -1)}{"${game.tick(1).slice(0, -1)}{"${game.tick(2)}`;
    const { outcomes, game: of } = gather([line]);
    expect(outcomes).toEqual([{ kind: 'repaired', recovered: 3, lost: 0 }]);
    expect(of(ID).prices.prices()).toEqual(PRICES.slice(0, 3));
  });

  it('gives no trade count that lost its last digits', () => {
    const [first, cut] = [game.tick(1, { trade_count: 158 }), game.tick(2, { trade_count: 161 })];
    const { game: of } = gather([first, `${cut.slice(0, -2)}{"${game.tick(3)}`]);
    expect(of(ID).ticks.get(2)).toMatchObject({ tradeCount: null });
    expect(of(ID).prices.get(2)).toBe(1.25);
  });

  it('that nothing can be made of is named', () => {
    expect(gather(['ice": 1.0, "phase": "UNKNOWN"}']).outcomes).toMatchObject([
      { kind: 'unreadable', lost: 1, reason: 'no JSON' },
    ]);
  });
});

describe('lines that are of no game', () => {
  it.each([
    ['blank', '   '],
    ['other', '## In this section, instead of calling it "unknown", …'],
    ['other', '{"type":"session_start","timestamp":"2025-10-29T17:46:40"}'],
    ['other', '{"_metadata":{"game_id":"x"}}'],
    ['other', '{"seq":1,"ts":"2025-12-12T17:16:58.624285","event":"connect","data":null}'],
    ['other', '{"seq":1,"ts":"2025-12-12T17:16:58","event":"authenticate","data":{},"direction":"sent"}'],
    ['unreadable', '[1,2]'],
    ['unreadable', '"text"'],
    ['unreadable', game.tick(1).replace(ID, '../../../etc/passwd')],
    ['unreadable', game.tick(1).replace('2025-12-15T', 'yesterday ')],
    ['unreadable', game.tick(1, { price: null as unknown as number })],
    ['unreadable', game.tick(-1)],
    ['unreadable', game.tick(100_001)],
  ])('are %s: %s', (kind, line) => {
    expect(gather([line]).kinds).toEqual([kind]);
  });
});

it('every line is of exactly one kind, whatever is in it', () => {
  const rows = game.whole();
  const line = fc.oneof(
    fc.constantFrom(...rows),
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.constantFrom(...rows), fc.nat(200), fc.constantFrom(...rows))
      .map(([a, at, b]) => a.slice(0, at) + b),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const account = newAccount();
      for (const kind of gather(lines).kinds) account[kind] += 1;
      expect(linesIn(account)).toBe(lines.length);
    }),
  );
});

describe('a raw capture', () => {
  const at = '2025-12-12T17:16:58.952637';
  const frame = (data: object): string =>
    JSON.stringify({ seq: 1, ts: at, event: 'gameStateUpdate', data: { gameId: ID, ...data } });
  const play = (tickCount: number, more: object = {}): string =>
    frame({ active: true, rugged: false, tickCount, price: PRICES[tickCount], ...more });

  it('gives the tick of a frame, and missed ones from what it repeats', () => {
    const { game: of } = gather([
      play(0),
      play(2, { partialPrices: { startTick: 0, endTick: 2, values: { 0: 1, 1: 1.02, 2: 1.25 } } }),
    ]);
    expect(of(ID).prices.prices()).toEqual(PRICES.slice(0, 3));
    expect([...of(ID).ticks].map(([tick, { backfilled }]) => [tick, backfilled])).toEqual([
      [0, undefined],
      [2, undefined],
      [1, 'partialPrices'],
    ]);
  });

  it('gives every tick of the snapshot a connection begins with', () => {
    const { game: of } = gather([play(2, { prices: PRICES.slice(0, 3), gameHistory: [] })]);
    expect(of(ID).prices.prices()).toEqual(PRICES.slice(0, 3));
  });

  it('tells the rug from the later frames of it, which carry the history', () => {
    const rug = { active: true, rugged: true, price: 0.0125 };
    const { game: of, kinds } = gather([
      play(2),
      frame({ ...rug, tickCount: 3 }),
      frame({ ...rug, tickCount: 5, gameHistory: [] }),
    ]);
    expect(of(ID).rug).toMatchObject({ tick: 3 });
    expect(kinds).toEqual(['used', 'used', 'idle']);
  });

  it('gives seeds by id, wherever they stand in the history', () => {
    const entry = { id: ID, provablyFair: { serverSeed: 'a5', serverSeedHash: 'c0' }, gameVersion: 'v3' };
    const { gathering, kinds } = gather([
      frame({ cooldownTimer: 15_000, gameHistory: [{ id: '20251215-0000000011111111' }, entry] }),
      frame({ cooldownTimer: 14_900 }),
    ]);
    expect([...gathering.seeds]).toEqual([
      [ID, { serverSeed: 'a5', serverSeedHash: 'c0', version: 'v3', prices: null, endedAt: null }],
    ]);
    expect(kinds).toEqual(['used', 'idle']);
  });

  it('is read in spite of a trace before the payload', () => {
    const data = [{ __trace: true }, { gameId: ID, active: true, rugged: false, tickCount: 0, price: 1 }];
    const line = JSON.stringify({ seq: 1, ts: at, event: 'gameStateUpdate', data });
    expect(gather([line]).kinds).toEqual(['used']);
  });
});

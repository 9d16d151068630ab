import { gameRecording, legacyLine, type Draft } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { GameBook, GAMES_KEPT, type Game } from '../../src/book.js';
import { recordGame } from '../../src/recording.js';
import { GameScript, logOf, STARTED } from '../script.js';

const ID = '20251207-1c1ca4cce9ac71e7';
const PRICES = [1, 1.02, 1.25, 0.9, 1.1, 0.0125];
const game = new GameScript(ID, PRICES);

/** The newest state in which each game's files became due. */
function due(drafts: readonly Draft[], book = new GameBook()): Map<string, Game> {
  const games = new Map<string, Game>();
  for (const event of logOf(drafts)) for (const each of book.apply(event)) games.set(each.id, each);
  return games;
}

/** The files of the one game a script has. */
function record(drafts: readonly Draft[], id = ID) {
  const found = due(drafts).get(id);
  const files = found && recordGame(found);
  if (files === undefined) throw new Error(`expected files of ${id}, there are none`);
  gameRecording.parse(files.recording);
  for (const line of files.lines) legacyLine.parse(line);
  const ticks = files.lines.filter((line) => line.type === 'tick');
  return { ...files, ...files.recording, ticks, end: files.lines.at(-1) };
}

describe('a game watched from start to rug', () => {
  const { meta, prices, lines, ticks, names } = record(game.whole());

  it('is recorded with every price, and complete', () => {
    expect(prices).toEqual(PRICES);
    expect(meta).toEqual({
      game_id: ID,
      start_time: '2025-12-07T14:30:22.118Z',
      end_time: '2025-12-07T14:30:23.368Z',
      duration_ticks: 5,
      peak_multiplier: 1.25,
      server_seed_hash: 'c0'.repeat(32),
      server_seed: null,
      verified: null,
      rug_tick: 5,
      complete: true,
      backfilled_ticks: 0,
    });
  });

  it('is named by its start', () => {
    expect(names).toEqual({
      date: '2025-12-07',
      game: 'games/20251207T143022_e9ac71e7.game.json',
      jsonl: 'jsonl/game_20251207_143022_e9ac71e7.jsonl',
    });
  });

  it('has legacy lines with the fields, in the order, of the first recordings', () => {
    expect(lines.map(({ type }) => type)).toEqual(['game_start', ...PRICES.map(() => 'tick'), 'game_end']);
    expect(JSON.stringify(lines[0])).toBe(
      `{"type":"game_start","timestamp":"2025-12-07T14:30:22.118000","game_id":"${ID}"}`,
    );
    expect(JSON.stringify(ticks[2])).toBe(
      `{"type":"tick","timestamp":"2025-12-07T14:30:22.618000","game_id":"${ID}","tick":2,"price":1.25,` +
        '"phase":"ACTIVE_GAMEPLAY","active":true,"rugged":false,"cooldown_timer":0,"trade_count":4}',
    );
    expect(JSON.stringify(lines.at(-1))).toBe(
      `{"type":"game_end","timestamp":"2025-12-07T14:30:23.368000","game_id":"${ID}","total_ticks":6,` +
        '"tick_range":[0,5],"price_range":[0.0125,1.25],"peak_price":1.25,"final_price":0.0125,"status":"complete"}',
    );
  });
});

describe('a game joined midway', () => {
  it('has every tick once the ones before were backfilled', () => {
    const before = [0, 1, 2].map((tick) => game.backfilled(tick));
    const { meta, prices, ticks } = record([game.start(3), ...before, ...game.ticks(3), game.rug()]);
    expect(prices).toEqual(PRICES);
    expect(meta).toMatchObject({ complete: true, backfilled_ticks: 3 });
    expect(ticks.map(({ phase }) => phase)).toEqual([
      'GAME_ACTIVATION',
      ...Array<string>(4).fill('ACTIVE_GAMEPLAY'),
      'RUG_EVENT_1',
    ]);
    expect(ticks.map(({ trade_count }) => trade_count)).toEqual([0, 0, 0, 6, 8, 10]);
  });

  it('has no prices while its first tick is unknown, but legacy lines of what was seen', () => {
    const { meta, prices, ticks, end, recording } = record([game.start(3), ...game.ticks(3), game.rug()]);
    expect(prices).toEqual([]);
    expect(meta).toMatchObject({ complete: false, duration_ticks: 0, peak_multiplier: 1.1, rug_tick: 5 });
    expect(recording.missing).toEqual([{ from: 0, to: 2 }]);
    expect(ticks.map(({ tick }) => tick)).toEqual([3, 4, 5]);
    expect(end).toMatchObject({ total_ticks: 3, tick_range: [3, 5], status: 'incomplete' });
  });
});

describe('a game with a hole', () => {
  const seen = [game.start(), ...game.ticks(0, 1), ...game.ticks(4), game.rug()];

  it('ends before its first unknown tick and is not complete', () => {
    const { meta, prices, ticks } = record(seen);
    expect(prices).toEqual([1, 1.02]);
    expect(meta).toMatchObject({ complete: false, duration_ticks: 1, rug_tick: 5 });
    expect(ticks.map(({ tick }) => tick)).toEqual([0, 1, 4, 5]);
  });

  it('stays incomplete as long as one tick is missing', () => {
    expect(record([...seen, game.backfilled(3)]).meta.complete).toBe(false);
  });

  it('becomes complete when gameHistory heals it after the rug', () => {
    const { meta, prices, ticks } = record([
      ...seen,
      game.backfilled(2, 'gameHistory'),
      game.backfilled(3, 'gameHistory'),
    ]);
    expect(prices).toEqual(PRICES);
    expect(meta).toMatchObject({ complete: true, backfilled_ticks: 2 });
    expect(ticks.map(({ trade_count }) => trade_count)).toEqual([0, 2, 2, 2, 8, 10]);
  });

  it('names the ticks that are missing, and those that were filled in by what they became known', () => {
    expect(record(seen).recording).toMatchObject({ missing: [{ from: 2, to: 3 }] });
    expect(record(seen).recording).not.toHaveProperty('backfills');
    const { recording } = record([
      ...seen,
      game.backfilled(2, 'partialPrices'),
      game.backfilled(3, 'gameHistory'),
    ]);
    expect(recording.backfills).toEqual([
      { from: 2, to: 2, by: 'partialPrices' },
      { from: 3, to: 3, by: 'gameHistory' },
    ]);
    expect(recording).not.toHaveProperty('missing');
    const sealed = record([...seen, game.sealed()]).recording;
    expect(sealed.backfills).toEqual([{ from: 2, to: 3, by: 'seed' }]);
  });

  it('becomes complete by a seal that states every price', () => {
    const { meta, prices } = record([...seen, game.sealed()]);
    expect(prices).toEqual(PRICES);
    expect(meta).toMatchObject({ complete: true, verified: true, backfilled_ticks: 2 });
  });

  it('takes no price from a seal that does not state every one', () => {
    const { meta } = record([...seen, game.sealed({ complete: false })]);
    expect(meta).toMatchObject({ complete: false, verified: true, server_seed: 'a5'.repeat(32) });
  });
});

describe('an interrupted game', () => {
  const seen = [game.start(), ...game.ticks(0, 2), game.interrupted(2)];

  it('is recorded as far as it was seen, its rug unknown', () => {
    const { meta, prices, end } = record(seen);
    expect(prices).toEqual([1, 1.02, 1.25]);
    expect(meta).toMatchObject({ complete: false, rug_tick: null, end_time: '2025-12-07T14:30:22.618Z' });
    expect(end).toMatchObject({ status: 'incomplete', final_price: 1.25 });
  });

  it('takes rug, end and the missing ticks from its seal', () => {
    const { meta, prices } = record([...seen, game.sealed()]);
    expect(prices).toEqual(PRICES);
    expect(meta).toMatchObject({ complete: true, rug_tick: 5, end_time: '2025-12-07T14:30:23.385Z' });
  });

  it('runs on when it is joined again, and is not due before its end', () => {
    const again = [...seen, game.start(3), ...game.ticks(3)];
    expect(record(again).prices).toHaveLength(3);
    expect(record([...again, game.rug()]).meta).toMatchObject({ complete: true, rug_tick: 5 });
  });

  it('stands at the time it was lost when the upstream states an impossible end', () => {
    const { meta } = record([...seen, game.sealed({ endedAt: 9e15 })]);
    expect(meta.end_time).toBe('2025-12-07T14:30:22.618Z');
  });
});

describe('the verdict', () => {
  it.each([
    ['verified', true],
    ['mismatch', false],
    ['hash-only', null],
  ] as const)('%s is recorded as %s', (verdict, verified) => {
    expect(record([...game.whole(), game.sealed({ verdict })]).meta.verified).toBe(verified);
  });

  it('leaves the prices that were seen as they were, also when it is mismatch', () => {
    const prices = ['1', '9', '9', '9', '9', '9'];
    expect(record([...game.whole(), game.sealed({ verdict: 'mismatch', prices })]).prices).toEqual(PRICES);
  });

  it('on prices stands against a later one that compared none', () => {
    const seals = [game.sealed(), game.sealed({ verdict: 'hash-only', complete: false, prices: [] })];
    expect(record([...game.whole(), ...seals]).meta.verified).toBe(true);
  });
});

describe('the book', () => {
  const other = new GameScript('20251207-0000000011111111', [1, 2, 0.01], STARTED + 60_000);

  it('keeps two interleaved games apart', () => {
    const [a, b] = [game.whole(), other.whole()];
    const mixed = a.flatMap((draft, index) => [draft, ...b.slice(index, index + 1)]);
    expect(record(mixed).prices).toEqual(PRICES);
    expect(record(mixed, other.id).prices).toEqual([1, 2, 0.01]);
  });

  it('holds the first sight of a tick against any later one, and none beyond the rug', () => {
    const later = [game.tick(1, { price: '77' }), game.tick(6, { price: '88' })];
    expect(record([...game.whole(), ...later]).prices).toEqual(PRICES);
  });

  it('takes no price from an end', () => {
    const { meta, prices } = record([game.start(), ...game.ticks(0, 4), game.rug()]);
    expect(prices).toEqual(PRICES.slice(0, 5));
    expect(meta).toMatchObject({ complete: false, rug_tick: 5 });
  });

  it('makes nothing due for a game of which no tick is known', () => {
    const games = due([game.start(), game.interrupted(0)]);
    expect([...games.values()].map(recordGame)).toEqual([undefined]);
  });

  it('does not open a game by a word about one that was never watched', () => {
    expect(due([game.sealed(), game.rug()]).size).toBe(0);
  });

  it('does not write a running game', () => {
    expect(due([game.start(), ...game.ticks(0, 3)]).size).toBe(0);
  });

  const many = Array.from(
    { length: GAMES_KEPT + 1 },
    (_, index) =>
      new GameScript(`20251207-${String(index).padStart(16, '0')}`, [1, 1.1, 0.01], STARTED + index * 20_000),
  );

  it('lets the oldest game go when it is full, and never opens it again', () => {
    const [first, ...rest] = many as [GameScript, ...GameScript[]];
    const book = new GameBook();
    due([...first.whole(), ...rest.flatMap((each) => each.whole())], book);
    expect(book.games.map(({ id }) => id)).not.toContain(first.id);
    expect(due([first.tick(1), first.sealed()], book).size).toBe(0);
  });

  it('makes a game due that leaves without its end having been seen', () => {
    const [first, ...rest] = many as [GameScript, ...GameScript[]];
    const games = due([first.start(), first.tick(0), ...rest.flatMap((each) => each.whole())]);
    const lost = games.get(first.id);
    expect(lost && recordGame(lost)?.recording).toMatchObject({
      meta: { complete: false, end_time: null },
      prices: [1],
    });
  });

  it('goes on from what it carries exactly as if it had seen everything', () => {
    const drafts = many.flatMap((each) => each.whole());
    const events = logOf([...drafts, ...many.map((each) => each.sealed())]);
    for (const cut of [0, 7, 40, drafts.length]) {
      const whole = new GameBook();
      for (const event of events.slice(0, cut)) whole.apply(event);
      const carry = whole.carry();
      const { events: carried } = carry;
      const restored = new GameBook(carry);
      for (const event of carried) restored.apply(event);
      const rest = events.slice(cut);
      expect(rest.map((event) => restored.apply(event))).toEqual(rest.map((event) => whole.apply(event)));
    }
  });
});

import { derivePrices, hashSeed } from '@vectra/game';
import { gameRecording, parseEvent } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { GatheredGame } from '../../../src/import/gathered.js';
import type { Seed } from '../../../src/import/seeds.js';
import { settle } from '../../../src/import/settle.js';
import { gather, LegacyGame, REAL } from '../../legacyScript.js';

const derived = derivePrices(REAL.serverSeed, REAL.id, 'v3').prices;
const PRICES = [...derived, REAL.rugPrice];
const game = new LegacyGame(REAL.id, PRICES);
const seed: Seed = {
  serverSeed: REAL.serverSeed,
  serverSeedHash: hashSeed(REAL.serverSeed),
  version: null,
  prices: null,
  endedAt: null,
};
const gathered = (lines: readonly string[]): GatheredGame => gather(lines).game(REAL.id);

/** What settling writes, as an existing recording of it would be read back. */
function recorded(lines: readonly string[], given?: Seed) {
  const { files } = settle(gathered(lines), given);
  if (files === undefined) throw new Error('expected files');
  const again = gathered(lines);
  if (files.recording.meta.server_seed_hash !== null)
    again.serverSeedHash = files.recording.meta.server_seed_hash;
  return { recording: files.recording, game: again };
}

describe('a whole game', () => {
  const { report, files, events } = settle(gathered(game.whole()), seed);

  it('is recorded from its activation to its rug, and verified', () => {
    expect(gameRecording.parse(files?.recording)).toMatchObject({
      meta: {
        start_time: '2025-12-15T14:30:22.118Z',
        end_time: '2025-12-15T14:30:23.868Z',
        rug_tick: 7,
        complete: true,
        verified: true,
        backfilled_ticks: 0,
        peak_multiplier: Math.max(...PRICES),
      },
      prices: PRICES,
    });
    expect(report).toMatchObject({ outcome: 'new', ticks: 8, healed: 0, lost: 0, why: [] });
  });

  it('comes as events of a log, with which other formats are written', () => {
    for (const event of events) parseEvent(event);
    expect(events.map(({ type }) => type)).toEqual([
      'game.start',
      ...PRICES.map(() => 'game.tick'),
      'game.end',
      'game.sealed',
    ]);
  });

  it('has the peak of its own prices, not that of the game before which old recorders wrote', () => {
    expect(game.end()).toContain('"peak_price": 9.24');
    expect(files?.recording.meta.peak_multiplier).toBeLessThan(9);
  });

  it('recorded twice is one game', () => {
    const twice = settle(gathered([...game.whole(), ...game.whole()]), seed);
    expect(twice.files).toEqual(files);
  });
});

describe('missing ticks', () => {
  const holed = [...game.ticks(1, 2), ...game.ticks(5)];

  it('are filled in from the seed, and counted', () => {
    const { report, files } = settle(gathered(holed), seed);
    expect(files?.recording).toMatchObject({ meta: { complete: true, backfilled_ticks: 3 }, prices: PRICES });
    expect(files?.recording.backfills?.every(({ by }) => by === 'seed')).toBe(true);
    expect(report).toMatchObject({ ticks: 8, healed: 3, lost: 0, why: [] });
  });

  it('are named without a seed', () => {
    const { report, files } = settle(gathered(holed));
    expect(files?.recording.prices).toEqual([]);
    expect(report).toMatchObject({ ticks: 5, healed: 0, lost: 3 });
    expect(report.why).toEqual(['joined at tick 1', 'ticks 3-4 are missing']);
  });

  it('are not filled in from the seed of another game', () => {
    const other = { ...seed, serverSeed: 'ab'.repeat(32), serverSeedHash: hashSeed('ab'.repeat(32)) };
    const { report, files } = settle(gathered(holed), other);
    expect(files?.recording.meta).toMatchObject({ verified: null, server_seed: null, backfilled_ticks: 0 });
    expect(report.why.at(-1)).toContain('the seed given for it disagrees: price at tick 1');
  });

  it('are not filled in when nothing shows that the seed is the right one', () => {
    const { files } = settle(gathered([game.tick(0)]), seed);
    expect(files?.recording).toMatchObject({ meta: { server_seed: null }, prices: [1] });
  });
});

describe('a rug that was not seen', () => {
  it('is named', () => {
    const { report } = settle(gathered(game.ticks(0, 4)));
    expect(report.why).toEqual(['the rug was not seen: it stops at tick 4']);
  });

  it('has its tick from the seed, and its price from a later frame of it', () => {
    const { files } = settle(gathered([...game.ticks(0, 4), game.echo(9)]), seed);
    expect(files?.recording).toMatchObject({ meta: { rug_tick: 7, complete: true }, prices: PRICES });
  });

  it('has its price from what was stated with the seed, if all of that is right', () => {
    const { files } = settle(gathered(game.ticks(0, 4)), { ...seed, prices: PRICES });
    expect(files?.recording).toMatchObject({ meta: { complete: true }, prices: PRICES });
    const wrong = settle(gathered(game.ticks(0, 4)), { ...seed, prices: PRICES.map((price) => price + 1) });
    expect(wrong.files?.recording).toMatchObject({ meta: { complete: false }, prices: derived });
    expect(wrong.report.why).toEqual(['the rug price (tick 7) is not known']);
  });

  it('is the later frame of it when there is no tick in between', () => {
    const { files } = settle(gathered([...game.ticks(0, 6), game.echo(7)]));
    expect(files?.recording).toMatchObject({ meta: { rug_tick: 7, complete: true }, prices: PRICES });
  });
});

describe('a game of which no tick is known', () => {
  it.each([
    ['seen only in its countdown', [game.start(), game.countdown(), game.end()]],
    ['seen only after its rug', [game.start(), game.echo(), game.end()]],
  ])('is not made up from its seed: %s', (why, lines) => {
    const { report, files } = settle(gathered(lines), seed);
    expect(files).toBeUndefined();
    expect(report).toMatchObject({ outcome: 'empty', ticks: 0, lost: 0, why: [why] });
  });
});

describe('a game that a capture joined after its rug', () => {
  it('is filled in, as the feed does, when its prices are stated with its seed', () => {
    const joined = gathered([game.echo()]);
    joined.serverSeedHash = hashSeed(REAL.serverSeed);
    const { report, files } = settle(joined, { ...seed, prices: PRICES });
    expect(files?.recording).toMatchObject({
      meta: { rug_tick: 7, complete: true, verified: true, backfilled_ticks: 8 },
      prices: PRICES,
    });
    expect(report).toMatchObject({ outcome: 'new', ticks: 8, healed: 8, lost: 0 });
  });
});

describe('a game that was recorded before', () => {
  it('is left alone when nothing is new', () => {
    const { report, files } = settle(gathered(game.whole()), undefined, recorded(game.whole()));
    expect(report.outcome).toBe('unchanged');
    expect(files).toBeUndefined();
  });

  it('is added to, under its name', () => {
    const before = recorded(game.ticks(2, 4));
    const { report, files } = settle(gathered(game.whole()), undefined, before);
    expect(report.outcome).toBe('merged');
    expect(files?.recording).toMatchObject({
      meta: { start_time: before.recording.meta.start_time, complete: true },
      prices: PRICES,
    });
  });

  it('is never made worse by a worse recording of it', () => {
    const worse = [game.tick(0), game.tick(1, { price: 7 }), game.tick(3, { price: 8 })];
    const { report, files } = settle(gathered(worse), undefined, recorded(game.whole(), seed));
    expect(report).toMatchObject({ outcome: 'unchanged', complete: true, verified: true });
    expect(files).toBeUndefined();
  });

  it('and verified is not cast into doubt by what is added', () => {
    const before = recorded([...game.ticks(0, 2)]);
    before.recording.meta.verified = true;
    before.recording.meta.server_seed = REAL.serverSeed;
    const { report } = settle(gathered([game.tick(3, { price: 8 })]), undefined, before);
    expect(report.outcome).toBe('unchanged');
  });

  it('is healed by a seed that became known since', () => {
    const { report, files } = settle(
      new GatheredGame(REAL.id),
      seed,
      recorded([...game.ticks(0, 2), game.tick(7)]),
    );
    expect(report).toMatchObject({ outcome: 'merged', healed: 4, verified: true });
    expect(files?.recording.prices).toEqual(PRICES);
  });
});

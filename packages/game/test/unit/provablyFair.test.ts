import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivePrices, hashSeed, UnknownVersionError, verifyGame } from '../../src/provablyFair.js';
import { readRealGames } from './realGames.js';

const { vectors, verificationPage } = readRealGames();

const EXAMPLE = {
  gameId: '20251218-831db215e62e461e',
  version: 'v3',
  serverSeed: '6500cdbe92a642aac84b178756ceea75665fd5f82ced512ecadb30fefed15755',
  serverSeedHash: '961079f9f7ebb139fe1c89d74bb16d0b606776c508b1b75c428ff39b077d7a8a',
};

const HEX_DIGITS = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
const hexSeed = fc.string({ unit: fc.constantFrom(...HEX_DIGITS), minLength: 64, maxLength: 64 });
const version = fc.constantFrom('v1', 'v2', 'v3');

/** A game as it is known after its rug: every price derived, and a usual rug price. */
function finishedGame(serverSeed: string, gameVersion: string) {
  const { prices } = derivePrices(serverSeed, EXAMPLE.gameId, gameVersion);
  return {
    gameId: EXAMPLE.gameId,
    serverSeed,
    serverSeedHash: hashSeed(serverSeed),
    version: gameVersion,
    prices: [...prices, 0.01 * Math.min(1, prices.at(-1) ?? 1)],
  };
}

/** The neighbouring double: the smallest difference there is. */
function nextDouble(value: number): number {
  const bits = new BigUint64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] ?? 0n) + 1n;
  return new Float64Array(bits.buffer)[0] ?? NaN;
}

describe('a real game', () => {
  it('is one of 43, of which 31 have every price', () => {
    expect(vectors).toHaveLength(43);
    expect(vectors.filter(({ prices }) => prices !== null)).toHaveLength(31);
  });

  it.each(vectors)('$gameId has the hash, the peak, the rug tick and the prices its seed says', (game) => {
    const derived = derivePrices(game.serverSeed, game.gameId, game.version);
    expect(hashSeed(game.serverSeed)).toBe(game.serverSeedHash);
    expect(derived.peakMultiplier).toBe(game.peakMultiplier);
    expect(derived.rugTick).toBe(game.rugTick);
    expect(derived.prices).toHaveLength(game.rugTick);
    expect(derived.rugged).toBe(true);
    if (game.prices) expect(derived.prices).toEqual(game.prices.slice(0, -1));
  });

  it.each(vectors)('$gameId is verified as far as its prices are known', ({ prices, ...game }) => {
    const { verdict, problems, notes } = verifyGame({ ...game, prices: prices ?? undefined });
    expect({ verdict, problems, notes }).toEqual({
      verdict: prices ? 'verified' : 'hash-only',
      problems: [],
      notes: [],
    });
  });

  it.each(verificationPage)('published on the verification page reproduces: $gameId', (game) => {
    const derived = derivePrices(game.serverSeed, game.gameId, game.version);
    expect(hashSeed(game.serverSeed)).toBe(game.serverSeedHash);
    expect(derived.peakMultiplier).toBeCloseTo(game.peakMultiplierRounded, 4);
    expect(derived.rugTick).toBe(game.rugTick);
  });
});

describe('the price generator', () => {
  it('gives the published example a peak of 3.3201 at v3', () => {
    const { peakMultiplier, rugTick } = derivePrices(EXAMPLE.serverSeed, EXAMPLE.gameId, 'v3');
    expect(peakMultiplier).toBe(3.3201366548143785);
    expect(rugTick).toBe(71);
  });

  it('gives the same example another game at v1 and v2, which draw no god candle', () => {
    const v1 = derivePrices(EXAMPLE.serverSeed, EXAMPLE.gameId, 'v1');
    expect({ peak: v1.peakMultiplier, rugTick: v1.rugTick }).toEqual({
      peak: 3.886542542771313,
      rugTick: 101,
    });
    expect(derivePrices(EXAMPLE.serverSeed, EXAMPLE.gameId, 'v2')).toEqual(v1);
  });

  it('gives v1 and v2 the same prices as long as they are at most 100', () => {
    fc.assert(
      fc.property(hexSeed, (seed) => {
        const v1 = derivePrices(seed, EXAMPLE.gameId, 'v1');
        const v2 = derivePrices(seed, EXAMPLE.gameId, 'v2');
        const above = v1.prices.findIndex((price) => price > 100);
        const end = above === -1 ? v1.prices.length : above + 1;
        expect(v2.prices.slice(0, end)).toEqual(v1.prices.slice(0, end));
        if (above === -1) expect(v2).toEqual(v1);
      }),
    );
  });

  it('opens at 1, counts the rug tick after the last price and knows its own peak', () => {
    fc.assert(
      fc.property(fc.oneof(hexSeed, fc.string()), version, (seed, gameVersion) => {
        const { prices, rugTick, peakMultiplier } = derivePrices(seed, EXAMPLE.gameId, gameVersion);
        expect(prices[0]).toBe(1);
        expect(rugTick).toBe(prices.length);
        expect(peakMultiplier).toBe(Math.max(...prices));
        expect(prices.every((price) => price >= 0)).toBe(true);
      }),
    );
  });

  it('multiplies by 10 at a god candle, which only v3 has', () => {
    const tenfold = ({ prices }: { prices: number[] }) =>
      prices.flatMap((price, tick) => (price === 10 * (prices[tick - 1] ?? NaN) ? [tick] : []));
    const game = ['seed-212', 'god-candle'] as const; // found by search: one candle in some 100,000 ticks
    expect(tenfold(derivePrices(...game, 'v3'))).toEqual([18]);
    expect(tenfold(derivePrices(...game, 'v2'))).toEqual([]);
  });

  it('has no god candle above 100, although it draws the number for one', () => {
    const { prices } = derivePrices('seed-388308', 'god-candle', 'v3'); // draws one at tick 784
    expect(prices.slice(783, 785)).toEqual([132.35632682003725, 131.02884418470032]);
    expect(prices).toHaveLength(957);
  });

  it('lets prices above 100 vary more under v1 than under v2', () => {
    const v1 = derivePrices('seed-162', 'high', 'v1');
    const v2 = derivePrices('seed-162', 'high', 'v2');
    expect([v1.peakMultiplier, v2.peakMultiplier]).toEqual([224.94582278325598, 219.8351605691125]);
    expect(v1.prices.findIndex((price, tick) => price !== v2.prices[tick])).toBe(370);
  });

  it('refuses a version it does not know, by an error of its own', () => {
    expect(() => derivePrices(EXAMPLE.serverSeed, EXAMPLE.gameId, 'v4')).toThrow(UnknownVersionError);
    expect(() => derivePrices(EXAMPLE.serverSeed, EXAMPLE.gameId, 'toString')).toThrow(/was "toString"/);
    expect(() => verifyGame({ ...EXAMPLE, version: '' })).toThrow(UnknownVersionError);
  });

  it("hashes the seed's text, not its bytes", () => {
    expect(hashSeed(EXAMPLE.serverSeed)).toBe(EXAMPLE.serverSeedHash);
    expect(hashSeed('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the verifier', () => {
  it('verifies a game of which every price is known', () => {
    fc.assert(
      fc.property(hexSeed, version, (seed, gameVersion) => {
        const game = finishedGame(seed, gameVersion);
        fc.pre(game.prices.length > 2);
        expect(verifyGame(game)).toMatchObject({ verdict: 'verified', problems: [], notes: [] });
      }),
    );
  });

  it('verifies a game known in parts', () => {
    fc.assert(
      fc.property(hexSeed, fc.infiniteStream(fc.boolean()), (seed, isKnown) => {
        const game = finishedGame(seed, 'v3');
        const prices = game.prices.map((price) => (isKnown.next().value ? price : undefined));
        const compared = prices.slice(1, -1).some((price) => price !== undefined);
        expect(verifyGame({ ...game, prices }).verdict).toBe(compared ? 'verified' : 'hash-only');
      }),
    );
  });

  it('finds one price before the rug that differs, even in its last bit', () => {
    fc.assert(
      fc.property(hexSeed, fc.nat(), fc.option(fc.double({ noNaN: true })), (seed, choice, other) => {
        const game = finishedGame(seed, 'v3');
        const tick = choice % (game.prices.length - 1);
        const price = game.prices[tick] ?? NaN;
        const flipped = other === null || other === price ? nextDouble(price) : other;
        const { verdict, problems } = verifyGame({ ...game, prices: game.prices.with(tick, flipped) });
        expect(verdict).toBe('mismatch');
        expect(problems.join()).toContain(`tick ${tick}:`);
      }),
    );
  });

  it('finds a seed that differs in one digit', () => {
    fc.assert(
      fc.property(hexSeed, fc.nat({ max: 63 }), fc.integer({ min: 1, max: 15 }), (seed, at, by) => {
        const game = finishedGame(seed, 'v3');
        const digit = ((parseInt(seed.charAt(at), 16) + by) % 16).toString(16);
        const serverSeed = seed.slice(0, at) + digit + seed.slice(at + 1);
        expect(verifyGame({ ...game, serverSeed }).verdict).toBe('mismatch');
        expect(verifyGame({ ...game, serverSeed, prices: undefined }).verdict).toBe('mismatch');
      }),
    );
  });

  it('finds prices that go on after the rug', () => {
    const { prices, ...game } = finishedGame(EXAMPLE.serverSeed, 'v3');
    const { verdict, problems } = verifyGame({ ...game, prices: [...prices, 0.01] });
    expect(verdict).toBe('mismatch');
    expect(problems).toEqual(["prices go on to tick 72, the seed's game ends at tick 71"]);
  });

  it('finds a rug that came too early, since its price is not the one of that tick', () => {
    const { prices, ...game } = finishedGame(EXAMPLE.serverSeed, 'v3');
    expect(verifyGame({ ...game, prices: [...prices.slice(0, 40), 0.01] }).verdict).toBe('mismatch');
  });

  it('finds the seed of another game', () => {
    const { gameId } = vectors[0] ?? EXAMPLE;
    const { prices, ...game } = finishedGame(EXAMPLE.serverSeed, 'v3');
    expect(verifyGame({ ...game, gameId, prices }).verdict).toBe('mismatch');
  });

  it('counts unknown ticks at the end for nothing', () => {
    const { prices, ...game } = finishedGame(EXAMPLE.serverSeed, 'v3');
    const padded = [...prices, undefined, undefined];
    expect(verifyGame({ ...game, prices: padded }).verdict).toBe('verified');
  });

  it.each([
    ['no prices', undefined],
    ['an empty list', []],
    ['nothing but the opening price', [1]],
    ['nothing but holes', [undefined, undefined]],
    ['nothing but the rug price', [...Array<undefined>(71), 0.01]],
  ])('can only compare the hash of a game with %s', (_, prices) => {
    expect(verifyGame({ ...EXAMPLE, prices })).toMatchObject({ verdict: 'hash-only', problems: [] });
  });

  it('notes an unusual rug price, and does not fail the game for it', () => {
    const { prices, ...game } = finishedGame(EXAMPLE.serverSeed, 'v3');
    for (const rugPrice of [0.5, -0.1]) {
      const { verdict, notes } = verifyGame({ ...game, prices: prices.with(-1, rugPrice) });
      expect(verdict).toBe('verified');
      expect(notes).toHaveLength(1);
    }
  });

  it('holds the highest rug price seen, 1 - 0.98 of min(1, the price before), for usual', () => {
    const { prices, ...game } = finishedGame(EXAMPLE.serverSeed, 'v3');
    const before = Math.min(1, prices.at(-2) ?? NaN);
    expect(verifyGame({ ...game, prices: prices.with(-1, 0) }).notes).toEqual([]);
    expect(verifyGame({ ...game, prices: prices.with(-1, 0.020000000000000018 * before) }).notes).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivePrices, hashSeed, UnknownVersionError, verifyGame } from '../../src/index.js';

interface Vector {
  gameId: string;
  version: string;
  serverSeed: string;
  serverSeedHash: string;
  rugTick: number;
  peakMultiplier?: number;
  peakMultiplierReplayed?: number;
  prices: number[] | null;
}

const file = new URL('../../../../../shared/rugs/provably_fair_vectors.json', import.meta.url);
const data = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[]; verificationPage: Vector[] };
const vectors = [...data.vectors, ...data.verificationPage];

const SEED = '1e23450371572df08e4c5a21c82c8d7e5bb5a1630061b5747d3864f58bcf26e8';
const GAME = {
  gameId: '20251212-6114b2ff44ef4b71',
  serverSeed: SEED,
  serverSeedHash: 'f8fb5fc595f23a0c148ad4ebabf4996b20190dd988932a0e52db55b043fc673a',
  version: 'v3',
};
const derived = derivePrices(GAME.serverSeed, GAME.gameId, GAME.version);
const prices = [...derived.prices, 0.02];

describe('the game derived from its seed', () => {
  it('has vectors to be compared with', () => {
    expect(vectors.length).toBeGreaterThan(40);
    expect(vectors.filter((vector) => vector.prices !== null).length).toBeGreaterThan(25);
  });

  it.each(vectors)('is bit for bit the real game $gameId', (vector) => {
    const game = derivePrices(vector.serverSeed, vector.gameId, vector.version);
    expect(hashSeed(vector.serverSeed)).toBe(vector.serverSeedHash);
    expect(game.rugged).toBe(true);
    expect(game.rugTick).toBe(vector.rugTick);
    expect(game.peakMultiplier).toBe(vector.peakMultiplier ?? vector.peakMultiplierReplayed);
    if (vector.prices === null) return;
    expect(game.prices).toEqual(vector.prices.slice(0, -1));
    expect(verifyGame({ ...vector, prices: vector.prices })).toMatchObject({
      verdict: 'verified',
      problems: [],
    });
  });

  it('is the same under v1 and v2 as long as its price stays below 100', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (seed) => {
        const first = derivePrices(seed, 'g', 'v1');
        fc.pre(first.peakMultiplier <= 100);
        expect(derivePrices(seed, 'g', 'v2')).toEqual(first);
      }),
    );
  });

  it('never has a negative price, and starts at 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('v1', 'v2', 'v3'), (seed, version) => {
        const game = derivePrices(seed, 'g', version);
        expect(game.prices[0]).toBe(1);
        expect(Math.min(...game.prices)).toBeGreaterThanOrEqual(0);
        expect(game.rugTick).toBe(game.prices.length);
      }),
    );
  });

  it('is refused for a version that is not known', () => {
    expect(() => derivePrices(SEED, 'g', 'v4')).toThrow(UnknownVersionError);
  });
});

describe('verifying a game', () => {
  it('finds a wrong seed, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (serverSeed) => {
        fc.pre(serverSeed !== SEED);
        expect(verifyGame({ ...GAME, serverSeed, prices }).verdict).toBe('mismatch');
      }),
    );
  });

  it('finds any one price that differs in its last bit, and names its tick', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: derived.prices.length - 1 }), (tick) => {
        const changed = prices.with(tick, (prices[tick] ?? 0) * (1 + Number.EPSILON));
        const { verdict, problems } = verifyGame({ ...GAME, prices: changed });
        expect(verdict).toBe('mismatch');
        expect(problems.join()).toContain(`tick ${tick}`);
      }),
    );
  });

  it('compares only the prices that are known', () => {
    expect(verifyGame({ ...GAME, prices: [undefined, ...prices.slice(1, 5)] }).verdict).toBe('verified');
    expect(verifyGame({ ...GAME, prices: [1] }).verdict).toBe('hash-only');
    expect(verifyGame({ ...GAME, prices: [] }).verdict).toBe('hash-only');
  });

  it('finds a game that goes on after its rug, and a rug that costs too little', () => {
    expect(verifyGame({ ...GAME, prices: [...prices, 0.01] }).verdict).toBe('mismatch');
    expect(verifyGame({ ...GAME, prices: prices.with(-1, 0.03) }).verdict).toBe('mismatch');
  });
});

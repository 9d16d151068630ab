import { derivePrices, hashSeed } from '@vectra/game';
import { describe, expect, it } from 'vitest';
import { compare, type Claim } from '../../../src/games/agreement.js';

const serverSeed = 'a5'.repeat(32);
const gameId = '20251207-1c1ca4cce9ac71e7';
const derived = derivePrices(serverSeed, gameId, 'v3');
const { rugTick } = derived;
const whole: Claim = {
  ...{ gameId, serverSeed, serverSeedHash: hashSeed(serverSeed), version: null },
  ...{ prices: [...derived.prices, 0.01], rugTick },
};
/** The recording with another price at a tick. */
const tampered = (tick: number, price: number): Claim => ({
  ...whole,
  prices: whole.prices.map((each, at) => (at === tick ? price : each)),
});

describe('a game that is what its seed says', () => {
  const result = compare(whole);

  it('agrees at every tick before the rug, whose price is not derived', () => {
    expect(result).toMatchObject({ verdict: 'agrees', version: 'v3', isHashRight: true, rugTick });
    expect(result.counts).toEqual({ agrees: rugTick, differs: 0, unrecorded: 0, rug: 1 });
    expect(result.ticks.at(-1)).toEqual({
      tick: rugTick,
      recorded: 0.01,
      derived: undefined,
      agreement: 'rug',
    });
    expect(result.first).toBeUndefined();
  });

  it('agrees as far as it was recorded', () => {
    const part = compare({ ...whole, prices: whole.prices.slice(0, 2), rugTick: null });
    expect(part.verdict).toBe('agrees');
    expect(part.counts).toEqual({ agrees: 2, differs: 0, unrecorded: rugTick - 2, rug: 1 });
  });
});

describe('a game that is not what its seed says', () => {
  it('differs where a price is another one, in the last bit too', () => {
    const price = (whole.prices[3] ?? 0) * (1 + Number.EPSILON);
    const result = compare(tampered(3, price));
    expect(result).toMatchObject({ verdict: 'differs', isHashRight: true });
    expect(result.first).toEqual({
      tick: 3,
      recorded: price,
      derived: whole.prices[3],
      agreement: 'differs',
    });
    expect(result.counts).toMatchObject({ differs: 1, agrees: rugTick - 1 });
  });

  it('differs from tick 1 on with another seed, whose hash is not the announced one', () => {
    const result = compare({ ...whole, serverSeed: `b${serverSeed.slice(1)}` });
    expect(result).toMatchObject({ verdict: 'differs', isHashRight: false, first: { tick: 1 } });
  });

  it('differs by its hash alone', () => {
    const result = compare({ ...whole, serverSeedHash: 'c0'.repeat(32) });
    expect(result).toMatchObject({ verdict: 'differs', isHashRight: false, first: undefined });
  });

  it('differs when it went on after the tick of the rug', () => {
    const longer = { ...whole, prices: [...whole.prices, 1, 0.01], rugTick: rugTick + 2 };
    expect(compare(longer)).toMatchObject({ verdict: 'differs', first: { tick: rugTick } });
  });

  it('differs when it ended before the tick of the rug', () => {
    const end = rugTick - 3;
    const shorter = { ...whole, prices: [...whole.prices.slice(0, end), 0.01], rugTick: end };
    expect(compare(shorter)).toMatchObject({
      verdict: 'differs',
      first: { tick: end },
      counts: { differs: 4 },
    });
  });
});

it('says only what a seed gives where there is nothing to compare', () => {
  const result = compare({ ...whole, serverSeedHash: null, prices: [], rugTick: null });
  expect(result).toMatchObject({ verdict: 'nothing', isHashRight: null, rugTick });
  expect(result.counts).toEqual({ agrees: 0, differs: 0, unrecorded: rugTick, rug: 1 });
});

it('compares with the version that is asked for', () => {
  expect(compare({ ...whole, version: 'v2' })).toMatchObject({ version: 'v2', verdict: 'differs' });
});

import { derivePrices, hashSeed } from '@vectra/game';
import type { GameRecording } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { verifyRecording } from '../../src/verify.js';
import { REAL } from '../legacyScript.js';

const PRICES = [...derivePrices(REAL.serverSeed, REAL.id, 'v3').prices, REAL.rugPrice];

function recording(meta: Partial<GameRecording['meta']> = {}, prices = PRICES): GameRecording {
  return {
    meta: {
      game_id: REAL.id,
      start_time: '2025-12-15T14:30:22.118Z',
      end_time: '2025-12-15T14:30:23.868Z',
      duration_ticks: Math.max(0, prices.length - 1),
      peak_multiplier: Math.max(...prices),
      server_seed_hash: hashSeed(REAL.serverSeed),
      server_seed: REAL.serverSeed,
      verified: true,
      rug_tick: 7,
      complete: prices.length === 8,
      backfilled_ticks: 0,
      ...meta,
    },
    prices,
  };
}

describe('a recording', () => {
  it('is verified when every price before the rug is the seed’s', () => {
    expect(verifyRecording(recording())).toEqual({ verdict: 'verified', problems: [] });
  });

  it('is verified as far as it goes', () => {
    expect(verifyRecording(recording({}, PRICES.slice(0, 4))).verdict).toBe('verified');
  });

  it('is a mismatch when the last bit of one price differs', () => {
    const prices = PRICES.map((price, tick) => (tick === 3 ? price * (1 + Number.EPSILON) : price));
    const { verdict, problems } = verifyRecording(recording({}, prices));
    expect(verdict).toBe('mismatch');
    expect(problems[0]).toContain('price at tick 3');
  });

  it('may have any rug price: no seed tells it', () => {
    expect(verifyRecording(recording({}, [...PRICES.slice(0, -1), 0.001])).verdict).toBe('verified');
  });

  it('without a seed can be neither verified nor refuted', () => {
    const without = recording({ server_seed: null, verified: null });
    expect(verifyRecording(without)).toEqual({ verdict: 'no seed', problems: [] });
  });

  it('with nothing but tick 0 has only its hash to agree', () => {
    expect(verifyRecording(recording({}, [1])).verdict).toBe('hash-only');
  });

  it('of the first version is verified by that version', () => {
    const { prices } = derivePrices(REAL.serverSeed, REAL.id, 'v1');
    const old = recording({ rug_tick: prices.length, complete: false }, prices);
    expect(verifyRecording(old).verdict).toBe('verified');
  });

  it.each([
    ['peak_multiplier', { peak_multiplier: 9.24 }],
    ['rug_tick', { rug_tick: 6 }],
    ['duration_ticks', { duration_ticks: 9 }],
    ['complete', { complete: false }],
    ['hash', { server_seed_hash: 'c0'.repeat(32) }],
    ['verified', { server_seed: null }],
  ])('that contradicts itself is a mismatch: %s', (name, meta) => {
    const { verdict, problems } = verifyRecording(recording(meta));
    expect(verdict).toBe('mismatch');
    expect(problems.join('; ')).toContain(name);
  });
});

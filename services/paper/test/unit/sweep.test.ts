import { strategy, type GameRecording } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestByChance,
  ChanceOfOne,
  generatedGames,
  gridOf,
  OrderedGames,
  pack,
  randomFrom,
  randomOf,
  readParameter,
  reportOf,
  SAMPLES,
  spearman,
  SweepRuns,
  unpack,
  weightsOf,
  type Combination,
  type SweepReport,
} from '../../src/index.js';

const BASE = {
  ...{ kind: 'position', name: 'ride', initial_balance: 5, entry_tick: 3 },
  ...{ sizing: { by: 'fraction', of: 0.02 }, take_profit: 1.5 },
};
const games = [...generatedGames('sweep', 60)];

async function sweep(
  combinations: readonly Combination[],
  train: readonly GameRecording[],
  test: readonly GameRecording[],
): Promise<SweepReport> {
  const runs = await SweepRuns.open(
    combinations.map((one) => one.strategy),
    '',
  );
  train.forEach((game, index) => runs.play(game, 'train', index));
  test.forEach((game, index) => runs.play(game, 'test', train.length + index));
  return reportOf({
    ...{ strategy: strategy.parse(BASE), combinations, outcomes: runs.outcomes(), measure: 'mean-return' },
    ...{ minStaked: 5, games: train.length + test.length, trainGames: train.length, leftOut: 0 },
  });
}

describe('a sweep', () => {
  const combinations = gridOf(BASE, ['take_profit=1.2,1.5,2', 'entry_tick=0:20:10'].map(readParameter));

  it('ranks by the training games alone, whatever the test games are', async () => {
    const train = games.slice(0, 40);
    const one = await sweep(combinations, train, games.slice(40));
    const crash = games
      .slice(40)
      .map(({ meta, prices }) => ({ meta, prices: [...prices.slice(0, 30), 0.01] }));
    const other = await sweep(combinations, train, crash);
    const ranking = ({ combinations: rows, chance }: SweepReport) => ({
      chance,
      rows: rows.map(({ rank, parameters, train: result }) => ({ rank, parameters, result })),
    });
    expect(ranking(other)).toEqual(ranking(one));
    expect(other.combinations.map(({ test }) => test)).not.toEqual(one.combinations.map(({ test }) => test));
  });

  it('begins its test with the initial balance, and with the last training games to look back on', async () => {
    const whole = await sweep(combinations, games.slice(0, 20), games.slice(20));
    const alone = await sweep(combinations, games.slice(20), []);
    const byParameters = (rows: SweepReport['combinations']) =>
      new Map(rows.map((row) => [JSON.stringify(row.parameters), row]));
    const trained = byParameters(alone.combinations);
    for (const [key, { test }] of byParameters(whole.combinations))
      expect(trained.get(key)?.train).toEqual(test);
  });

  it('ranks last what went broke, or staked too little', async () => {
    const many = gridOf({ ...BASE, initial_balance: 0.02 }, [readParameter('sizing.of=0.9,0.06')]);
    const { combinations: rows } = await sweep(many, games.slice(0, 40), games.slice(40));
    expect(rows.map(({ rank, parameters }) => [rank, parameters['sizing.of']])).toContainEqual([1, 0.06]);
    const late = gridOf(BASE, [readParameter('entry_tick=3,2000')]);
    const { combinations: others } = await sweep(late, games.slice(0, 40), games.slice(40));
    expect(others.map(({ rank }) => rank)).toEqual([1, null]);
  });
});

describe('the best of many by chance', () => {
  /** Combinations without an edge: returns of a wager like a sidebet, but fair. */
  function luck(seed: number, count: number, plays: number) {
    const random = randomFrom(seed);
    const all = Array.from({ length: count }, () => ({ one: new ChanceOfOne(), returns: [] as number[] }));
    for (let game = 0; game < plays; game++) {
      const weights = weightsOf(game + seed * 10_000);
      for (const { one, returns } of all) {
        const value = random() < 0.2 ? 0.04 : -0.01;
        returns.push(value);
        one.add(value, weights);
      }
    }
    const z = all.map(({ returns }) => {
      const mean = returns.reduce((sum, value) => sum + value, 0) / plays;
      const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return (mean * Math.sqrt(plays)) / Math.sqrt(squares / (plays - 1));
    });
    return { samples: all.map(({ one }) => one.samples()), best: Math.max(...z) };
  }

  it('of one is as the normal distribution has it, and of more is higher', () => {
    const one = bestByChance(luck(1, 1, 500).samples, 0);
    expect(one?.median).toBeCloseTo(0, 0);
    expect(Math.abs((one?.threshold ?? 0) - 1.645)).toBeLessThan(0.3);
    const twenty = bestByChance(luck(2, 20, 500).samples, 0);
    // The expected highest of 20 independent ones is 1.87.
    expect(Math.abs((twenty?.median ?? 0) - 1.82)).toBeLessThan(0.35);
  });

  it('is exceeded by luck about as often as it says', () => {
    let exceeded = 0;
    for (let seed = 10; seed < 70; seed++) {
      const { samples, best } = luck(seed, 10, 200);
      if ((bestByChance(samples, best)?.probability ?? 1) < 0.05) exceeded += 1;
    }
    expect(exceeded).toBeLessThan(9); // 3 expected of 60
  });

  it('counts combinations that do the same as one', () => {
    const { samples } = luck(3, 1, 300);
    const same = bestByChance(
      Array.from({ length: 50 }, () => samples[0] ?? null),
      1,
    );
    expect(same?.threshold).toBe(bestByChance(samples, 1)?.threshold);
    expect(samples[0]).toHaveLength(SAMPLES);
  });

  it('is not said where nothing was staked', () => {
    expect(bestByChance([null], null)).toBeNull();
  });
});

describe('the parameters of a sweep', () => {
  it('are exact in decimals, both ends included, and may be left away', () => {
    expect(readParameter('sizing.of=0.1:0.5:0.1').values).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    const all = gridOf(BASE, [
      readParameter('take_profit=1.2,none'),
      readParameter('sizing.of=0.01:0.02:0.01'),
    ]);
    expect(all.map(({ parameters }) => parameters)).toEqual([
      { take_profit: 1.2, 'sizing.of': 0.01 },
      { take_profit: 1.2, 'sizing.of': 0.02 },
      { take_profit: null, 'sizing.of': 0.01 },
      { take_profit: null, 'sizing.of': 0.02 },
    ]);
    expect(all[2]?.strategy).not.toHaveProperty('take_profit');
    expect(all[3]?.strategy).toMatchObject({ sizing: { by: 'fraction', of: 0.02 } });
  });

  it('at random are the same for a seed, within their range, and with its decimals', () => {
    const parameters = [readParameter('take_profit=1.10:2.00'), readParameter('entry_tick=0:50')];
    const some = randomOf(BASE, parameters, { count: 30, seed: 7 });
    expect(some).toHaveLength(30);
    expect(randomOf(BASE, parameters, { count: 30, seed: 7 })).toEqual(some);
    expect(randomOf(BASE, parameters, { count: 30, seed: 8 })).not.toEqual(some);
    for (const { parameters: values } of some) {
      expect(String(values.take_profit)).toMatch(/^[12](\.\d\d?)?$/);
      expect(values.take_profit).toBeGreaterThanOrEqual(1.1);
      expect(Number.isInteger(values.entry_tick)).toBe(true);
    }
  });

  it.each(['__proto__.x=1', 'a.constructor.b=1', 'entry_tick=1:9999999:0.1', 'x=1,,2', 'x=1:2:0', '=1'])(
    'are refused: %s',
    (given) => {
      expect(() => readParameter(given)).toThrow('--vary');
    },
  );
});

describe('the order of games', () => {
  it('is the same whatever chunk comes first, and keeps the limit and the split', () => {
    const loads = [0, 1, 2, 3].map((chunk) => ({
      games: pack(games.slice(chunk * 5, chunk * 5 + 5)),
      leftOut: [`chunk ${chunk}`],
    }));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.integer({ min: 1, max: 25 }),
        fc.nat(20),
        (order, limit, first) => {
          const ordered = new OrderedGames(4, limit);
          for (const chunk of order) {
            const load = loads[chunk];
            if (load !== undefined) ordered.add(chunk, load);
          }
          expect(ordered.complete).toBe(true);
          ordered.split(first);
          const parts = ordered.stretches.flatMap((stretch) =>
            stretch === undefined ? [] : unpack(stretch.games).map((game) => ({ game, part: stretch.part })),
          );
          expect(parts.map(({ game }) => game)).toEqual(games.slice(0, Math.min(limit, 20)));
          expect(parts.map(({ part }) => part)).toEqual(
            parts.map((_, index) => (index < first ? 'train' : 'test')),
          );
        },
      ),
    );
  });
});

describe('the correlation of ranks', () => {
  it('is 1 for the same order, -1 for the opposite, and unknown where all are alike', () => {
    expect(spearman([1, 2, 3, 9].map((value) => [value, value ** 2]))).toBeCloseTo(1);
    expect(spearman([1, 2, 3, 9].map((value) => [value, -value]))).toBeCloseTo(-1);
    expect(spearman([1, 1, 1].map((value) => [value, value]))).toBeNull();
  });
});

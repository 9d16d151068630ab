import type { Strategy } from '@vectra/protocol';
import { bestByChance, type Chance } from './chance.js';
import { MEASURE_NAMES, type Measure, type Outcome, type Result } from './outcome.js';
import type { Combination } from './parameters.js';

/** What luck does more often than that is no sign of anything else. */
const MOST_LUCK = 0.05;

/** What a sweep came to. Shares from 0 to 1; null where there is too little to say. */
export interface SweepReport {
  /** What was varied. */
  strategy: Strategy;
  parameters: string[];
  measure: Measure;
  games: number;
  trainGames: number;
  testGames: number;
  leftOut: number;
  /** A combination that staked in fewer training games is not ranked. */
  minStaked: number;
  /** What the best of so many looks like by chance alone; of all that staked enough. */
  chance: Chance | null;
  /** Whether what is better in training is better in the test: Spearman's correlation, from -1 to 1. Of those that are ranked. */
  rankCorrelation: number | null;
  /** The best in the training games first; those that are not ranked last. */
  combinations: Ranked[];
}

export interface Ranked {
  /** From 1 on; null: not ranked, as in training it went broke, staked too little, or failed. */
  rank: number | null;
  parameters: Combination['parameters'];
  train: Result;
  test: Result;
}

export interface Swept {
  strategy: Strategy;
  combinations: readonly Combination[];
  outcomes: readonly Outcome[];
  measure: Measure;
  minStaked: number;
  games: number;
  trainGames: number;
  leftOut: number;
}

/** Ranks by the training games alone: the test games are shown beside them, and decide nothing. */
export function reportOf(swept: Swept): SweepReport {
  const { strategy, combinations, outcomes, measure, minStaked, games, trainGames, leftOut } = swept;
  const rows = combinations.flatMap(({ parameters }, index) => {
    const outcome = outcomes[index];
    return outcome === undefined ? [] : [{ parameters, ...outcome }];
  });
  const hasStaked = ({ train }: Outcome): boolean => train.error === null && train.gamesStaked >= minStaked;
  const isRanked = (row: Outcome): boolean =>
    hasStaked(row) && row.train.measures[measure] !== null && row.train.brokeAfter === null;
  const inTraining = ({ train }: Outcome): number => train.measures[measure] ?? 0;
  const ranked = rows.filter(isRanked).sort((a, b) => inTraining(b) - inTraining(a));
  const all = [...ranked, ...rows.filter((row) => !isRanked(row))];
  // Those that went broke were tried as well: that others did not may be luck.
  const tried = rows.filter(hasStaked).map(({ chance }) => chance);
  return {
    ...{ strategy, measure, minStaked, games, trainGames, leftOut, testGames: games - trainGames },
    parameters: Object.keys(combinations[0]?.parameters ?? {}),
    chance: bestByChance(tried, ranked[0]?.train.z ?? null),
    rankCorrelation: spearman(
      ranked.flatMap(({ train, test }) => {
        const [a, b] = [train.measures[measure], test.measures[measure]];
        return a === null || b === null ? [] : [[a, b]];
      }),
    ),
    combinations: all.map(({ parameters, train, test }, index) => ({
      ...{ rank: index < ranked.length ? index + 1 : null, parameters, train, test },
    })),
  };
}

/** The correlation of the ranks; equal values share theirs. null of less than three, or when all are equal. */
export function spearman(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 3) return null;
  const [first, second] = [ranksOf(pairs.map(([a]) => a)), ranksOf(pairs.map(([, b]) => b))];
  const middle = (pairs.length - 1) / 2;
  let [both, ofFirst, ofSecond] = [0, 0, 0];
  first.forEach((rank, index) => {
    const [a, b] = [rank - middle, (second[index] ?? 0) - middle];
    both += a * b;
    ofFirst += a * a;
    ofSecond += b * b;
  });
  return ofFirst === 0 || ofSecond === 0 ? null : both / Math.sqrt(ofFirst * ofSecond);
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && order[end + 1]?.value === order[start]?.value) end += 1;
    for (const { index } of order.slice(start, end + 1)) ranks[index] = (start + end) / 2;
    start = end + 1;
  }
  return ranks;
}

/** The warning that belongs to every choice of the best of many; plain, and first of all. */
export function warningOf({ chance, combinations, trainGames, minStaked }: SweepReport): string[] {
  const tried = `${combinations.length.toLocaleString('en')} combinations were tried on the same ${trainGames.toLocaleString('en')} training games`;
  if (chance === null)
    return [
      `${tried}, and each either went broke in them, staked in fewer than ${minStaked}, or brought always the same: nothing can be ranked. Take smaller stakes, more games, or a lower --min-staked.`,
    ];
  const { best, median, threshold, probability } = chance;
  const said = `${tried}. If none of them had an edge, the best would by chance alone still have a mean return of ${median.toFixed(2)} standard errors above 0 in half of the cases, and of more than ${threshold.toFixed(2)} in one of twenty. The one ranked first has ${best.toFixed(2)}.`;
  if (best <= 0) return [said, 'Even that one lost, in the mean: not to play is better than any of them.'];
  return [
    said,
    probability > MOST_LUCK
      ? `Luck alone does as well in ${percentText(probability)} of the cases: nothing here tells a combination from chance.`
      : `Luck alone does as well in only ${percentText(probability)} of the cases. Believe it when the test games say the same.`,
  ];
}

/** Whether chance alone explains what the best has. */
export function isLuck({ chance }: SweepReport): boolean {
  return chance === null || chance.probability > MOST_LUCK;
}

/** What the test games say of the best in training. */
export function testText({ combinations, measure, rankCorrelation, testGames }: SweepReport): string {
  const [best] = combinations;
  if (best === undefined || best.rank === null) return '';
  const { z, gamesStaked } = best.test;
  const name = MEASURE_NAMES[measure];
  const order =
    rankCorrelation === null
      ? ''
      : ` From training to test the order of the combinations by their ${name} agrees by ${rankCorrelation.toFixed(2)} (1: wholly, 0: not at all).`;
  if (z === null)
    return `In the ${testGames.toLocaleString('en')} test games the best in training staked in only ${gamesStaked.toLocaleString('en')}: they say nothing of it.${order}`;
  const said =
    z > 1.96
      ? 'which chance alone does in one of forty'
      : z < -1.96
        ? 'which is a loss that chance alone does not explain'
        : 'which cannot be told from 0';
  return `In the test games the mean return of the best in training is ${z.toFixed(2)} standard errors from 0, ${said}.${order} Choosing again by what the test shows makes test games training games.`;
}

function percentText(probability: number): string {
  return `${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)} %`;
}

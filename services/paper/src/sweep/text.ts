import { wrapped } from '../backtest/text.js';
import { count, figure, orDash, percent, signed, table } from '../format.js';
import { MEASURE_NAMES, type Measure, type Result } from './outcome.js';
import { testText, warningOf, type SweepReport } from './report.js';

/** What a sweep came to, for a terminal: the best `top` in training, and the test games beside them. */
export function renderSweep(report: SweepReport, top: number): string {
  const { measure, parameters, combinations, leftOut } = report;
  const part = ['staked', ...(isExtra(measure) ? [SHORT[measure]] : []), 'mean', 'profit', 'drawdown'];
  const heading = ['', ...parameters, 'train:', ...part, 'test:', ...part];
  const rows = combinations
    .slice(0, top)
    .map(({ rank, parameters: values, train, test }) => [
      orDash(rank, String),
      ...parameters.map((path) => String(values[path] ?? 'none')),
      '',
      ...cells(train, measure),
      '',
      ...cells(test, measure),
    ]);
  const lines = [
    `strategy   ${report.strategy.name} (${report.strategy.kind})`,
    `games      ${count(report.trainGames)} for training, the ${count(report.testGames)} after them for the test${leftOut > 0 ? `; ${count(leftOut)} left out` : ''}`,
    `ranked by  ${MEASURE_NAMES[measure]} in the training games; without a rank: went broke, failed, or staked in fewer than ${report.minStaked}`,
    '',
    table([heading, ...rows]),
  ];
  if (combinations.length > top)
    lines.push(
      `${count(combinations.length - top)} more: --top ${combinations.length} shows them, and a report has them all`,
    );
  lines.push('', ...warningOf(report).flatMap(wrapped), ...wrapped(testText(report)));
  return `${lines.join('\n')}\n`;
}

const SHORT: Record<Measure, string> = {
  'mean-return': 'mean',
  profit: 'profit',
  sharpe: 'sharpe',
  'drawdown-adjusted': 'adjusted',
};

/** Whether it has no column anyhow. */
function isExtra(measure: Measure): boolean {
  return measure !== 'mean-return' && measure !== 'profit';
}

function cells(
  { measures, gamesStaked, profit, maxDrawdown, brokeAfter, error }: Result,
  measure: Measure,
): string[] {
  return [
    count(gamesStaked),
    ...(isExtra(measure) ? [orDash(measures[measure], figure)] : []),
    orDash(measures['mean-return'], (mean) => percent(mean, 3)),
    signed(Number(profit)),
    error !== null ? 'failed' : brokeAfter !== null ? 'broke' : percent(maxDrawdown, 1),
  ];
}

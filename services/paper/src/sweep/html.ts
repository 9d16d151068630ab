import { scatter } from '../backtest/charts.js';
import { count, escaped, figure, orDash, percent, signed } from '../format.js';
import { colour, page, pageTable } from '../page.js';
import { MEASURE_NAMES, type Measure, type Result } from './outcome.js';
import { isLuck, testText, warningOf, type SweepReport } from './report.js';

/** Rows; further ones are in the JSON report. */
const MOST_ROWS = 1_000;

export function renderSweepHtml(report: SweepReport): string {
  const { strategy, measure, combinations, leftOut } = report;
  const dots = combinations.flatMap(({ rank, train, test }): [number, number][] => {
    const [x, y] = [train.measures[measure], test.measures[measure]];
    return rank === null || x === null || y === null ? [] : [[x, y]];
  });
  const isShare = measure === 'mean-return';
  const show = (value: number): string => (isShare ? `${figure(100 * value)} %` : figure(value));
  return page(
    `Sweep: ${strategy.name}`,
    `<h1>${escaped(strategy.name)}: ${count(combinations.length)} combinations</h1>
<p class="soft">${count(report.trainGames)} games for training, the ${count(report.testGames)} after them for the test${leftOut > 0 ? `; ${count(leftOut)} left out` : ''}. Ranked by ${MEASURE_NAMES[measure]} in the training games; without a rank are those that went broke in them, failed, or staked in fewer than ${count(report.minStaked)}.</p>
<p class="verdict${isLuck(report) ? ' bad' : ''}">${warningOf(report).map(escaped).join(' ')}</p>
<p class="verdict">${escaped(testText(report))}</p>
<h2>Training against test</h2>
<p class="soft">Each dot is a combination: to the right, its ${MEASURE_NAMES[measure]} in training; upwards, in the test. Where the dots do not rise to the right, the ranking says nothing of other games.</p>
${scatter(dots, { label: `${MEASURE_NAMES[measure]} in training and test`, show })}
<h2>Combinations</h2>
${ranking(report)}
<h2>The strategy that was varied</h2>
<pre>${escaped(JSON.stringify(strategy, null, 2))}</pre>`,
  );
}

function ranking({ parameters, measure, combinations }: SweepReport): string {
  const names = [
    ...(measure === 'drawdown-adjusted' ? ['Adjusted'] : []),
    ...['Staked', 'Mean return', 'Profit, SOL', 'Sharpe', 'Drawdown'],
  ];
  const inside = names.map((name) => `<th>${name}</th>`).join('');
  const tested = names.map((name) => `<th class="test">${name}</th>`).join('');
  const heading = `<tr class="split"><th></th><th colspan="${parameters.length}">Parameters</th><th colspan="${names.length}">Training</th><th class="test" colspan="${names.length}">Test</th></tr>
<tr><th></th>${parameters.map((path) => `<th>${escaped(path)}</th>`).join('')}${inside}${tested}</tr>`;
  const rows = combinations
    .slice(0, MOST_ROWS)
    .map(
      ({ rank, parameters: values, train, test }) =>
        `<tr><td>${orDash(rank, String)}</td>${parameters.map((path) => `<td>${escaped(String(values[path] ?? 'none'))}</td>`).join('')}${cells(train, measure, '')}${cells(test, measure, 'test')}</tr>`,
    );
  const more = combinations.length - rows.length;
  const note =
    more > 0
      ? `<p class="soft">The best ${count(rows.length)}; ${count(more)} more are in the JSON report.</p>`
      : '';
  return `${pageTable(heading, rows, 'long dense')}${note}`;
}

function cells(result: Result, measure: Measure, part: string): string {
  const { measures, gamesStaked, profit, maxDrawdown, brokeAfter, error } = result;
  const cell = (text: string, kind = ''): string => `<td class="${`${part} ${kind}`.trim()}">${text}</td>`;
  if (error !== null)
    return `<td class="${part} loss" colspan="${measure === 'drawdown-adjusted' ? 6 : 5}">failed: ${escaped(error)}</td>`;
  const mean = measures['mean-return'];
  return [
    ...(measure === 'drawdown-adjusted' ? [cell(orDash(measures[measure], figure))] : []),
    cell(count(gamesStaked)),
    cell(
      orDash(mean, (value) => percent(value, 3)),
      colour(mean ?? 0),
    ),
    cell(signed(Number(profit)), colour(Number(profit))),
    cell(orDash(measures.sharpe, (ratio) => ratio.toFixed(3))),
    brokeAfter === null ? cell(percent(maxDrawdown, 1)) : cell('broke', 'loss'),
  ].join('');
}

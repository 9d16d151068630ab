import { KINDS, type Fault } from './faults.js';
import type { Settings } from './settings.js';
import type { Story } from './soak.js';
import { problemsOf, type Place } from './verdict.js';

/** Where and when it ran. */
export interface Setting {
  settings: Settings;
  /** The version of the code, as git names it. */
  commit: string;
  startedAt: Date;
}

/** The report of a soak in Markdown. */
export function renderReport(story: Story, { settings, commit, startedAt }: Setting): string {
  const { outcome, faults, recoveries, events, games, remark } = story;
  const problems = problemsOf(outcome);
  const sum = (of: (place: Place['tally']) => number): number =>
    outcome.places.reduce((total, place) => total + of(place.tally), 0);
  return [
    '# Soak of the whole system',
    '',
    `**${problems.length === 0 ? 'Passed' : 'Failed'}**: ${sum(({ lost }) => lost)} lost and ` +
      `${sum(({ duplicated }) => duplicated)} doubled of ${events} events, over ` +
      `${outcome.minutes.run.toFixed(1)} minutes and ${outcome.done} faults.`,
    '',
    ...problems.map((problem) => `- ${problem}`),
    ...(problems.length === 0 ? [] : ['']),
    ...table(
      ['what ran', ''],
      [
        ['commit', commit],
        ['begun', startedAt.toISOString()],
        ['speed', `${settings.speed} times the real game`],
        ['seed', `${settings.seed} (\`SOAK_SEED=${settings.seed} make soak\` draws the same faults)`],
        [
          'games',
          `${games.files} recorded, ${games.complete} complete, ${games.heardWhole} of them heard whole`,
        ],
        ['health at the end', remark ?? 'no problem'],
        ['recovery', recoveryOf(recoveries.map(({ ms }) => ms))],
      ],
    ),
    '## Events',
    '',
    ...table(
      ['where', 'events', 'lost', 'doubled', 'out of order', 'altered', 'foreign', 'reconnects'],
      outcome.places.map(({ name, tally, reconnects }) => [
        ...[name, tally.events, tally.lost, tally.duplicated, tally.outOfOrder, tally.altered, tally.foreign],
        reconnects ?? '',
      ]),
    ),
    '## Sessions of paper trading',
    '',
    "`undisturbed` is what the same engine makes of the recorder's journal with nothing to disturb it: history and balance have to be the",
    'same. Each game that was heard whole is compared with the backtest of its file, line by line.',
    '',
    ...table(
      [
        'session',
        'games',
        'bets',
        'balance',
        'undisturbed',
        'games equal to the backtest of their file',
        'differs',
      ],
      outcome.sessions.map(
        ({ name, games: played, bets, wallet, expectedWallet, backtested, problems: wrong }) => [
          ...[name, played, bets, wallet, expectedWallet, backtested, wrong.length],
        ],
      ),
    ),
    '## Faults',
    '',
    ...faultTable(faults),
    '## Recovery after each',
    '',
    'From the end of the fault until `/health` was well and every client was told of what came after that.',
    '',
    ...table(
      ['kind', 'times', 'p50', 'max'],
      KINDS.map((kind) => {
        const times = recoveries
          .filter((one) => one.faults.some((fault) => fault.kind === kind))
          .map(({ ms }) => ms);
        return [kind, times.length, seconds(quantile(times, 0.5)), seconds(quantile(times, 1))];
      }),
    ),
  ].join('\n');
}

function faultTable(faults: readonly Fault[]): string[] {
  const containers = [...new Set(faults.map(({ container }) => container))].sort();
  const count = (container: string, kind: string): number =>
    faults.filter((fault) => fault.container === container && fault.kind === kind).length;
  return table(
    ['container', ...KINDS],
    containers.map((container) => [container, ...KINDS.map((kind) => count(container, kind))]),
  );
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** The smallest value that so many of them are not above; undefined when there are none. */
function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '' : `${(ms / 1_000).toFixed(1)} s`);

const recoveryOf = (times: readonly number[]): string =>
  `half of the times within ${seconds(quantile(times, 0.5))}, at most ${seconds(quantile(times, 1))}`;

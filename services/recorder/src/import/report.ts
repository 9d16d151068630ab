import { LINE_KINDS, LINE_MEANING, linesIn } from './account.js';
import type { FileReport, ImportReport } from './importer.js';
import type { GameReport } from './settle.js';
import { count, megabytes, printable, some, table } from '../table.js';

/** Rows a table shows at most, unless all were asked for. */
const SHOWN = 40;

/** What an import did, for a terminal. `all`: every game and every file, not only those that something is wrong with. */
export function renderReport(report: ImportReport, { all }: { all: boolean }): string {
  const wrong = report.games.filter(({ why }) => all || why.length > 0);
  const damaged = report.files.filter((file) => all || isDamaged(file));
  return [
    section(all ? 'Games' : 'Games that are not whole', gamesTable(wrong, all)),
    section(all ? 'Files' : 'Damaged files', filesTable(damaged, all)),
    section('In all', totals(report)),
    section('Lines', lines(report)),
    remarks(report),
  ].join('');
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}\n${body}\n`;
}

/** Cuts a long list, and says so. */
function shown<T>(list: readonly T[], all: boolean): [rows: readonly T[], rest: string] {
  if (all || list.length <= SHOWN) return [list, ''];
  return [list.slice(0, SHOWN), `  … and ${count(list.length - SHOWN)} more: --all shows them\n`];
}

function gamesTable(games: readonly GameReport[], all: boolean): string {
  const [rows, rest] = shown(games, all);
  const columns = [
    { title: 'file' },
    { title: 'game' },
    { title: 'ticks', right: true },
    { title: 'healed', right: true },
    { title: 'lost', right: true },
    { title: 'why' },
  ];
  const cells = rows.map(({ files: [file = '-', ...more], gameId, ticks, healed, lost, why }) => [
    printable(file) + (more.length > 0 ? ` and ${count(more.length)} more` : ''),
    gameId,
    count(ticks),
    count(healed),
    count(lost),
    why.join('; '),
  ]);
  return table(columns, cells) + rest;
}

function isDamaged({ problem, lines: { repaired, unreadable } }: FileReport): boolean {
  return problem !== null || repaired + unreadable > 0;
}

function filesTable(files: readonly FileReport[], all: boolean): string {
  const [rows, rest] = shown(files, all);
  const columns = [
    { title: 'file' },
    { title: 'lines', right: true },
    { title: 'repaired', right: true },
    { title: 'unreadable', right: true },
    { title: 'rows recovered', right: true },
    { title: 'rows lost', right: true },
    { title: 'why' },
  ];
  const cells = rows.map((file) => [
    printable(file.file),
    count(linesIn(file.lines)),
    count(file.lines.repaired),
    count(file.lines.unreadable),
    count(file.recovered),
    count(file.lost),
    printable(file.problem ?? reasonsOf(file)),
  ]);
  return table(columns, cells) + rest;
}

function reasonsOf({ damages }: FileReport): string {
  const [first] = damages;
  if (first === undefined) return '';
  return first.reason === null
    ? `two writers, first in line ${first.line}`
    : `${first.reason}: line ${first.line}`;
}

function totals({ files, games }: ImportReport): string {
  const sum = (of: (game: GameReport) => number): string =>
    count(games.reduce((total, game) => total + of(game), 0));
  const titles = ['files', 'games', 'complete', 'verified', 'ticks', 'healed', 'lost'];
  const cells = [
    count(files.length),
    sum(({ outcome }) => (outcome === 'empty' ? 0 : 1)),
    sum(({ complete }) => (complete ? 1 : 0)),
    sum(({ verified }) => (verified === true ? 1 : 0)),
    sum(({ ticks }) => ticks),
    sum(({ healed }) => healed),
    sum(({ lost }) => lost),
  ];
  return table(
    titles.map((title) => ({ title, right: true })),
    [cells],
  );
}

function lines({ lines: account }: ImportReport): string {
  const kinds = LINE_KINDS.filter((kind) => account[kind] > 0);
  return table(
    [{ title: '' }, { title: '', right: true }, { title: '' }],
    [
      ...kinds.map((kind) => [kind, count(account[kind]), LINE_MEANING[kind]]),
      ['read', count(linesIn(account)), 'all of them'],
    ],
  ).replace(/^\s*\n/, '');
}

function remarks({ games, bytes, seconds, ...report }: ImportReport): string {
  const by = (outcome: GameReport['outcome']): number =>
    games.filter((game) => game.outcome === outcome).length;
  const speed = `${megabytes(bytes)} in ${seconds.toFixed(1)} s, ${megabytes(bytes / seconds)}/s`;
  const [newGames, merged, unchanged] = [
    some(by('new'), 'new game'),
    count(by('merged')),
    count(by('unchanged')),
  ];
  const did = report.dryRun
    ? `Would record ${newGames}, add to ${merged} and leave ${unchanged} as they are`
    : `Recorded ${newGames}, added to ${merged} and left ${unchanged} as they were`;
  const said = [`${did}; ${count(by('empty'))} without any tick. ${speed}.`];
  if (by('refused') > 0) said.push(`${some(by('refused'), 'game')} refused: the name is no file name.`);
  if (report.passedOver.length > 0)
    said.push(`${some(report.passedOver.length, 'file')} passed over: not .jsonl.`);
  if (report.misdated > 0)
    said.push(
      `${some(report.misdated, 'game starts', 'games start')} on another day than the id says: times without a zone were ` +
        `taken as ${report.timeZone}, which is wrong. Name the right one with --time-zone, and begin with an empty data ` +
        `folder: what is recorded keeps its times.`,
    );
  return said.map((line) => `${line}\n`).join('');
}

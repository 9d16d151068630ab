import { parseArgs } from 'node:util';
import { createLogger, defineCommand, loadConfig } from '@vectra/service-kit';
import { count, printable, some, table } from '../table.js';
import { verifyStore, type StoreReport } from './verify.js';

const HELP = `recorder store verify

Counts the rows of the event store in RUGS_DATA_DIR by type and day, beside the events of the journal, and reads every file on
the way. Nothing is changed. A running recorder stores new events after a while: those still wait, and are counted apart.

  --problems  lists only types and days that something is wrong with
  --json      one JSON object: {"folders":[…],"waiting":…}
  --help      shows this

Environment: RUGS_DATA_DIR, where journal/ and events_parquet/ lie (./data).
Exit status: 0 every event has one row, 1 not so, or a file cannot be read, 2 wrong usage.
`;

const OPTIONS = {
  problems: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** `recorder store` */
export const storeCommand = defineCommand({
  name: 'store',
  about: 'Counts the event store beside the journal: recorder store verify.',
  help: HELP,
  read: (args) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (positionals.join(' ') !== 'verify')
      throw new Error(`expected verify, was "${positionals.join(' ')}"`);
    return values;
  },
  run: async ({ problems, json }) => {
    const config = loadConfig(['RUGS_DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT']);
    const log = createLogger('recorder', config, process.stderr);
    const report = await verifyStore(config.RUGS_DATA_DIR, log);
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : render(report, problems));
    return report.folders.some(({ problem }) => problem !== null) ? 1 : 0;
  },
});

function render({ folders, waiting }: StoreReport, problemsOnly: boolean): string {
  const columns = [
    { title: 'type and day' },
    ...['journal', 'stored', 'imported', 'files'].map((title) => ({ title, right: true })),
    { title: 'problem' },
  ];
  const shown = folders.filter(({ problem }) => !problemsOnly || problem !== null);
  const rows = shown.map(({ folder, journal, stored, imported, files, problem }) => [
    printable(folder),
    ...[journal, stored, imported, files].map(count),
    printable(problem ?? ''),
  ]);
  const total = folders.reduce((sum, { stored, imported }) => sum + stored + imported, 0);
  const wrong = folders.filter(({ problem }) => problem !== null).length;
  return `${table(columns, rows)}${some(total, 'row')}, ${some(waiting, 'event waits', 'events wait')} to be stored, ${
    wrong === 0 ? 'nothing is wrong' : `${some(wrong, 'type and day', 'types and days')} wrong`
  }\n`;
}

import { parseArgs } from 'node:util';
import { createLogger, defineCommand, loadConfig } from '@vectra/service-kit';
import { rebuild } from './rebuild.js';
import { count, table } from './table.js';

const HELP = `recorder rebuild

Derives every file anew from the journal in RUGS_DATA_DIR, byte for byte, and says day by day what it did. The journal is only
read; files that are right already, and files of games the journal does not hold, are left alone.

Environment: RUGS_DATA_DIR, where journal/ and recordings/ lie (./data).
Exit status: 0 done, 1 the data folder could not be read or written, 2 wrong usage.
`;

const COUNTS = ['games', 'complete', 'written', 'unchanged'] as const;

/** `recorder rebuild` */
export const rebuildCommand = defineCommand({
  name: 'rebuild',
  about: 'Derives every file anew from the journal in RUGS_DATA_DIR.',
  help: HELP,
  read: (args) => parseArgs({ args: [...args] }),
  run: async () => {
    const config = loadConfig(['RUGS_DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT']);
    // Standard output is the table's.
    const days = await rebuild(config.RUGS_DATA_DIR, createLogger('recorder', config, process.stderr));
    const columns = [{ title: 'date' }, ...COUNTS.map((title) => ({ title, right: true }))];
    const rows = days.map((day) => [day.date, ...COUNTS.map((column) => count(day[column]))]);
    process.stdout.write(rows.length === 0 ? 'the journal holds no finished game\n' : table(columns, rows));
    return 0;
  },
});

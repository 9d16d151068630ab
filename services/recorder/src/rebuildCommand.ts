import { parseArgs } from 'node:util';
import { createLogger, describeFailure, loadConfig } from '@vectra/service-kit';
import { rebuild, type RebuiltDay } from './rebuild.js';

const HELP = `recorder rebuild

Derives every file anew from the journal in RUGS_DATA_DIR, byte for byte, and says day by day what it did. The journal is only
read; files that are right already, and files of games the journal does not hold, are left alone.

Environment: RUGS_DATA_DIR, where journal/ and recordings/ lie (./data).
Exit status: 0 done, 1 the data folder could not be read or written, 2 wrong usage.
`;

const COLUMNS = ['date', 'games', 'complete', 'written', 'unchanged'] as const;

/** Runs `recorder rebuild`; gives the exit status. */
export async function rebuildCommand(args: readonly string[]): Promise<number> {
  const { stdout, stderr } = process;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h', default: false } },
    });
    if (values.help) {
      stdout.write(HELP);
      return 0;
    }
  } catch (error) {
    stderr.write(
      `recorder rebuild: ${describeFailure(error)}\nrecorder rebuild --help shows what it takes\n`,
    );
    return 2;
  }
  try {
    const config = loadConfig(['RUGS_DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT']);
    // Standard output is the table's.
    const log = createLogger('recorder', config, stderr);
    const days = await rebuild(config.RUGS_DATA_DIR, log);
    stdout.write(days.length === 0 ? 'the journal holds no finished game\n' : `${table(days)}\n`);
    return 0;
  } catch (error) {
    stderr.write(`recorder: ${describeFailure(error)}\n`);
    return 1;
  }
}

function table(days: readonly RebuiltDay[]): string {
  const rows = [[...COLUMNS], ...days.map((day) => COLUMNS.map((column) => String(day[column])))];
  return rows
    .map((row) =>
      row
        .map((cell) => cell.padEnd(11))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

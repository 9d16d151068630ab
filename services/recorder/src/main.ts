#!/usr/bin/env node
import { createLogger, describeFailure, loadConfig, runService, variables } from '@vectra/service-kit';
import { importCommand } from './import/command.js';
import { rebuild, type RebuiltDay } from './rebuild.js';
import { recorderService } from './service.js';
import { verifyCommand } from './verifyCommand.js';

const HELP = `recorder            ${recorderService.about}
recorder rebuild    Derives every file anew from the journal in RUGS_DATA_DIR, and says what it did.
recorder import     Reads old recordings and raw captures into RUGS_DATA_DIR; see recorder import --help.
recorder verify     Derives recorded games again from their seeds; see recorder verify --help.
recorder --help     Shows this.

Environment:
${recorderService.variables.map((name) => `  ${name.padEnd(16)} ${variables[name].about} (${variables[name].fallback ?? 'unset'})`).join('\n')}
`;

const COLUMNS = ['date', 'games', 'complete', 'written', 'unchanged'] as const;

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

async function runRebuild(): Promise<void> {
  try {
    const config = loadConfig(['RUGS_DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT']);
    // Standard output is the table's.
    const log = createLogger('recorder', config, process.stderr);
    const days = await rebuild(config.RUGS_DATA_DIR, log);
    process.stdout.write(days.length === 0 ? 'the journal holds no finished game\n' : `${table(days)}\n`);
  } catch (error) {
    process.stderr.write(`recorder: ${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}

const [command, ...rest] = process.argv.slice(2);
if (command === undefined) await runService(recorderService);
else if (command === 'rebuild' && rest.length === 0) await runRebuild();
else if (command === 'import') process.exitCode = await importCommand(rest);
else if (command === 'verify') process.exitCode = await verifyCommand(rest);
else if (command === '--help' || command === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(
    `recorder: expected nothing, "rebuild", "import", "verify" or "--help", was "${process.argv.slice(2).join(' ')}"\n`,
  );
  process.exitCode = 2;
}

#!/usr/bin/env node
import { runService, variables } from '@vectra/service-kit';
import { backtestCommand } from './backtest/command.js';
import { paperService } from './live/service.js';

const HELP = `paper            ${paperService.about}
paper backtest   Plays a strategy through recorded or generated games; see paper backtest --help.
paper --help     Shows this.

Environment:
${paperService.variables.map((name) => `  ${name.padEnd(18)} ${variables[name].about} (${variables[name].fallback ?? 'unset'})`).join('\n')}
`;

const [name, ...rest] = process.argv.slice(2);
if (name === undefined) await runService(paperService);
else if (name === 'backtest') process.exitCode = await backtestCommand(rest);
else if (name === '--help' || name === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(
    `paper: expected nothing, backtest or --help, was "${process.argv.slice(2).join(' ')}"\n`,
  );
  process.exitCode = 2;
}

#!/usr/bin/env node
import { runService, serviceUsage } from '@vectra/service-kit';
import { backtestCommand } from './backtest/command.js';
import { runCommand } from './commandLine.js';
import { paperService } from './live/service.js';
import { pluginCommand } from './plugins/check.js';
import { sweepCommand } from './sweep/command.js';

const HELP = serviceUsage(
  paperService,
  `Commands:
  paper backtest  Plays strategies through recorded or generated games; see paper backtest --help.
  paper sweep     Looks for the parameters of a strategy, and says what is luck; see paper sweep --help.
  paper plugin    Checks a plug-in strategy; see paper plugin --help.
  paper --help    Shows this.`,
);

const [name, ...rest] = process.argv.slice(2);
if (name === undefined) await runService(paperService);
else if (name === 'backtest') process.exitCode = await runCommand(backtestCommand, rest);
else if (name === 'sweep') process.exitCode = await runCommand(sweepCommand, rest);
else if (name === 'plugin') process.exitCode = await runCommand(pluginCommand, rest);
else if (name === '--help' || name === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(
    `paper: expected nothing, backtest, sweep, plugin or --help, was "${process.argv.slice(2).join(' ')}"\n`,
  );
  process.exitCode = 2;
}

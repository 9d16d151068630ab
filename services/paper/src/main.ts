#!/usr/bin/env node
import { backtestCommand } from './backtest/command.js';

const HELP = `paper backtest   Plays a strategy through recorded or generated games; see paper backtest --help.
paper --help     Shows this.
`;

const [name, ...rest] = process.argv.slice(2);
if (name === 'backtest') process.exitCode = await backtestCommand(rest);
else if (name === '--help' || name === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(`paper: expected backtest or --help, was "${process.argv.slice(2).join(' ')}"\n`);
  process.exitCode = 2;
}

#!/usr/bin/env node
import { runProgram } from '@vectra/service-kit';
import { backtestCommand } from './backtest/command.js';
import { paperService } from './live/service.js';
import { pluginCommand } from './plugins/check.js';
import { sweepCommand } from './sweep/command.js';

await runProgram(paperService, [backtestCommand, sweepCommand, pluginCommand]);

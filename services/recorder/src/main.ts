#!/usr/bin/env node
import { runProgram } from '@vectra/service-kit';
import { controlCommands } from './control/command.js';
import { importCommand } from './import/command.js';
import { queryCommand } from './query/command.js';
import { rebuildCommand } from './rebuildCommand.js';
import { recorderService } from './service.js';
import { storeCommand } from './store/command.js';
import { verifyCommand } from './verifyCommand.js';

await runProgram(recorderService, [
  rebuildCommand,
  importCommand,
  ...controlCommands,
  queryCommand,
  storeCommand,
  verifyCommand,
]);

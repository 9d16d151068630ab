import { runProgram } from '@vectra/service-kit';
import { gateway } from './service.js';
import { tokenCommand } from './tokenCommand.js';

await runProgram(gateway, [tokenCommand]);

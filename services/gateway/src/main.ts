import { runService } from '@vectra/service-kit';
import { gateway } from './service.js';
import { tokenCommand } from './tokenCommand.js';

if (process.argv[2] === 'token') process.exitCode = tokenCommand(process.argv.slice(3));
else await runService(gateway);

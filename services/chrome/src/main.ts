import { runProgram } from '@vectra/service-kit';
import { chromeService } from './service.js';

await runProgram(chromeService);

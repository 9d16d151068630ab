import { runProgram } from '@vectra/service-kit';
import { simulatorService } from './service.js';

await runProgram(simulatorService);

import { runService } from '@vectra/service-kit';
import { simulatorService } from './service.js';

await runService(simulatorService);

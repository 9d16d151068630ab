import { runService } from '@vectra/service-kit';
import { chromeService } from './service.js';

await runService(chromeService);

import { runService } from '@vectra/service-kit';
import { gateway } from './service.js';

await runService(gateway);

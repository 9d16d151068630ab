import { runService } from '@vectra/service-kit';
import { feed } from './service.js';

await runService(feed);

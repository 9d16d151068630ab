export { recorderService } from './service.js';
export { rebuild, type RebuiltDay } from './rebuild.js';

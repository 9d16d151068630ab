export { simulatorService } from './service.js';
export type { EndedGame } from './ended.js';

export { gateway, gatewayOver } from './service.js';
export type { CurrentGame, FinishedGame, Recent, WindowTrade } from './window.js';
export type { HealthReport } from './health.js';
export type { LogSource } from './source.js';

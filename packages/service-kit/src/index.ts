export * from './config.js';
export * from './envExample.js';
export * from './failure.js';
export * from './health.js';
export * from './logger.js';
export * from './service.js';
export * from './usage.js';
export { variableGroups } from './variableGroups.js';
export { variables, type Config, type VariableName } from './variables.js';

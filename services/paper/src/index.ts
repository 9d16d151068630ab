export * from './session/behaviour.js';
export * from './session/builtIn.js';
export * from './session/session.js';
export * from './session/sizing.js';
export * from './session/statistics.js';

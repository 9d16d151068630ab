export * from './channels.js';
export * from './decimal.js';
export * from './envelope.js';
export * from './events.js';
export * from './gateway.js';
export * from './phases.js';
export * from './recording.js';
export * from './resume.js';

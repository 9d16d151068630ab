export type { LogSink } from './connection.js';
export * from './errors.js';
export type { Batch, GroupOptions, OrderedGroup } from './group.js';
export { logKeys, type LogKeys } from './keys.js';
export { EventLog, type LogOptions, type TrimResult } from './log.js';
export type { Publisher, PublisherOptions } from './publisher.js';
export type { ServiceState } from './services.js';
export type { GroupState, LogState } from './state.js';
export { WriteAheadFile } from './wal.js';

export { Child, type ChildOptions, type Exit } from './child.js';
export { freePort, isFree } from './ports.js';
export { findRedis, startRedis, type LocalRedis, type RedisOptions } from './redis.js';
export { LocalSystem, type ServiceName, type SystemOptions } from './system.js';

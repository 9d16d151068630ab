export { backoff } from './backoff.js';
export type { EventsOf } from './channels.js';
export { connect } from './client.js';
export type {
  ConnectOptions,
  Connection,
  ReplayOptions,
  Snapshot,
  Status,
  StrategyInput,
  Told,
  Unrecovered,
} from './connection.js';
export { GatewayError, RefusedError, type GatewayErrorCode } from './errors.js';
export type { OrderResult, PaperMessage, PaperTold, PaperTrading } from './paper.js';
export type { Replay, ReplayStatus } from './replay.js';
export {
  rest,
  RestError,
  type GamesPage,
  type GamesQuery,
  type GroupHealth,
  type Health,
  type LatencyMs,
  type Problem,
  type Rest,
  type ServiceInstance,
  type SessionPage,
  type SourceHealth,
} from './rest.js';
export type { Socket, SocketConstructor, SocketEvent } from './socket.js';

export { backoff } from './backoff.js';
export {
  connect,
  RefusedError,
  type ConnectOptions,
  type Connection,
  type Listeners,
  type Status,
  type Unrecovered,
} from './connection.js';
export type { Socket, SocketConstructor, SocketEvent } from './socket.js';

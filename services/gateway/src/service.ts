import { randomUUID } from 'node:crypto';
import type { ServiceContext, ServiceDefinition } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { Gateway } from './gateway.js';
import { serverLimits } from './guard.js';
import { SOCKET_LIMITS, type SocketLimits } from './sockets.js';
import type { LogSource } from './source.js';

const VARIABLES = [
  'GATEWAY_MAX_CLIENTS',
  'GATEWAY_MAX_CLIENTS_PER_ADDRESS',
  'GATEWAY_PORT',
  'GATEWAY_TOKENS',
  'GATEWAY_HOSTS',
  'GATEWAY_CORS_ORIGINS',
  'GATEWAY_TRUST_PROXY',
  'GATEWAY_RATE_LIMIT',
  'GATEWAY_PUBLISHED_ADDRESS',
  'GATEWAY_WINDOW',
  'GATEWAY_EXPECTED_SERVICES',
  'GATEWAY_WEB_DIR',
  'LEASE_TTL_MS',
  'REDIS_URL',
  'REQUIRED_GROUPS',
  'RUGS_DATA_DIR',
  'STREAM',
] as const;
type GatewayVariable = (typeof VARIABLES)[number];
export type GatewayContext = ServiceContext<GatewayVariable>;

/** The gateway over any log that fits; limits are those of `SOCKET_LIMITS` unless told otherwise. */
export function gatewayOver(
  openLog: (context: GatewayContext) => Promise<LogSource>,
  limits: Partial<SocketLimits> = {},
): ServiceDefinition<GatewayVariable> {
  return {
    name: 'gateway',
    about:
      'The log -> browsers and programs: the web app, a WebSocket with resume, REST and the health of the system.',
    variables: VARIABLES,
    port: 'GATEWAY_PORT',
    http: serverLimits,
    async start(context) {
      const log = await openLog(context);
      const instance = randomUUID().slice(0, 8);
      const { GATEWAY_MAX_CLIENTS: maxClients, GATEWAY_MAX_CLIENTS_PER_ADDRESS: maxClientsPerAddress } =
        context.config;
      const gateway = new Gateway(context, {
        ...{ log, instance },
        limits: { ...SOCKET_LIMITS, maxClients, maxClientsPerAddress, ...limits },
      });
      await gateway.start();
      return () => gateway.stop();
    },
  };
}

export const gateway = gatewayOver(({ config, log, stopping }) =>
  EventLog.open({ url: config.REDIS_URL, stream: config.STREAM, name: 'gateway', log, signal: stopping }),
);

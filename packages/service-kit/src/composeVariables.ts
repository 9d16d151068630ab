import { z } from 'zod';
import { port, text, type Variable } from './kinds.js';

/** What docker-compose.yml reads besides what it hands on to the services. */
export const composeVariables = {
  VECTRA_VERSION: {
    schema: text,
    fallback: 'local',
    about: 'Tag of the images that are built and run, and the version in their labels.',
  },
  VECTRA_REVISION: {
    schema: text,
    fallback: 'unknown',
    about: 'The commit in the labels of the images.',
  },
  GATEWAY_ADDRESS: {
    schema: text,
    fallback: '127.0.0.1',
    about:
      'Address of this machine on which the gateway is published. Anything but loopback opens it to the network.',
  },
  VNC_PASSWORD: {
    schema: text.optional(),
    about:
      'Password of the window in which to log in once (profile login); only its first eight characters count. Without one there is no such window.',
  },
  NOVNC_PORT: {
    schema: port,
    fallback: '6080',
    about: 'Port of that window, on loopback of this machine.',
  },
  PROMETHEUS_IMAGE: {
    schema: text,
    fallback: 'prom/prometheus:v2.55.1',
    about: 'Image of Prometheus (profile observability).',
  },
  PROMETHEUS_PORT: {
    schema: port,
    fallback: '9090',
    about: 'Port of Prometheus, on loopback of this machine.',
  },
  PROMETHEUS_RETENTION: {
    schema: text,
    fallback: '15d',
    about: 'How long it keeps figures, 2 GB at most.',
  },
  GRAFANA_IMAGE: {
    schema: text,
    fallback: 'grafana/grafana:11.4.0',
    about: 'Image of Grafana (profile observability).',
  },
  GRAFANA_PORT: {
    schema: port,
    fallback: '3000',
    about: 'Port of Grafana, on loopback of this machine; whoever reaches it may look.',
  },
  GRAFANA_ADMIN_PASSWORD: {
    schema: text.optional(),
    about:
      'Password of the user admin of Grafana, from its first start on. Unset = nobody knows it, and it only shows.',
  },
  REDIS_MAXMEMORY: {
    schema: text,
    fallback: '1gb',
    about: 'Memory limit of Redis; nothing is evicted at it.',
  },
  REDIS_MEMORY_LIMIT: {
    schema: text,
    fallback: '2g',
    about:
      'Memory limit of its container: up to twice REDIS_MAXMEMORY is needed while its file is written anew.',
  },
  REDIS_NETWORK: {
    schema: z
      .string()
      .regex(/^\d{1,3}(\.\d{1,3}){2}$/, 'expected the first three numbers of an IPv4 network'),
    fallback: '10.83.72',
    about:
      'With deploy/sentinel or deploy/cluster: the first three numbers of the addresses of the network of Redis, which nothing else here may use.',
  },
} as const satisfies Record<string, Variable>;

import { z } from 'zod';
import { composeVariables } from './composeVariables.js';
import {
  integer,
  list,
  networks,
  origins,
  port,
  positiveNumber,
  text,
  tokens,
  url,
  type Variable,
} from './kinds.js';

/**
 * Every environment variable of the project. A service names those it reads; `.env.example` lists them all.
 * Grouped as in `.env.example`.
 */
export const variableGroups = {
  'Every service': {
    LOG_LEVEL: {
      schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
      fallback: 'info',
      about: 'trace, debug, info, warn, error or fatal.',
    },
    LOG_FORMAT: {
      schema: z.enum(['auto', 'json', 'pretty']),
      fallback: 'auto',
      about: 'json, pretty, or auto: pretty on a terminal, json elsewhere.',
    },
    BIND_ADDRESS: {
      schema: text,
      fallback: '127.0.0.1',
      about: 'Address the HTTP ports listen on. Anything but loopback opens them to the network.',
    },
    SHUTDOWN_TIMEOUT_MS: {
      schema: integer(100, 600_000),
      fallback: '8000',
      about: 'How long a service may take to stop before it is ended.',
    },
  },
  'The log (Redis Streams)': {
    REDIS_URL: {
      schema: z
        .string()
        .regex(
          /^rediss?(\+sentinel|\+cluster)?:\/\/./,
          'expected redis://host:port, redis+sentinel://host:port,host:port/master or redis+cluster://host:port,host:port (rediss with TLS)',
        ),
      fallback: 'redis://127.0.0.1:6379',
      about:
        'Where Redis is: redis://host:port, redis+sentinel://host:port,host:port/master, redis+cluster://host:port,host:port; rediss with TLS. Standalone runs start a redis-server of their own unless this is set.',
    },
    STREAM: {
      schema: z
        .string()
        .regex(/^(\{[a-z0-9_-]+\}|[a-z0-9_-]+)$/, 'expected lower-case letters, digits, - or _')
        .transform((name) => name.replace(/^\{|\}$/g, '')),
      fallback: 'rugs',
      about: 'Name of the log: every key starts with it in braces, as in {rugs}:events.',
    },
    LEASE_TTL_MS: {
      schema: integer(500, 60_000),
      fallback: '4000',
      about:
        'How long a feed or an ordered consumer stays owner without renewing; a standby takes over after that.',
    },
    LOG_RETENTION_HOURS: {
      schema: positiveNumber,
      fallback: '24',
      about: 'Events older than this are trimmed once every required group has processed them.',
    },
    LOG_MAX_EVENTS: {
      schema: integer(1_000, 1_000_000_000),
      fallback: '1500000',
      about:
        'How many events Redis may hold. When a required group is so far behind that none can be trimmed, newer ones wait in the file of the feed, which raises an alarm. A million ticks take some 350 MB.',
    },
    REQUIRED_GROUPS: {
      schema: list,
      fallback: 'recorder',
      about: 'Consumer groups (comma-separated) for which events are kept until processed, running or not.',
    },
  },
  Feed: {
    FEED_PORT: { schema: port, fallback: '8081', about: 'Health and metrics of the feed.' },
    FEED_DATA_DIR: {
      schema: text,
      fallback: './data/feed',
      about:
        'Where the feed writes events before it publishes them; kept until they are trimmed from the log.',
    },
    UPSTREAM_URL: {
      schema: url('http:', 'https:', 'ws:', 'wss:'),
      fallback: 'https://backend.rugs.fun?frontend-version=1.0',
      about: 'The Socket.IO server of the game; its query is sent along.',
    },
    SIMULATOR_URL: {
      schema: url('http:', 'https:').optional(),
      about:
        'Upstream instead of UPSTREAM_URL where its host is known, as that of the simulator in the profile demo of Compose.',
    },
    UPSTREAM_ORIGIN: {
      schema: url('http:', 'https:'),
      fallback: 'https://rugs.fun',
      about: 'Origin header of the upstream connection.',
    },
    FEED_SOURCE: {
      schema: z.enum(['auto', 'public', 'chrome']),
      fallback: 'auto',
      about:
        'Which connection to the game is followed: public, chrome (the page in Chrome), or auto: public, and the page while that is lost. With auto, the page tells of the account all the time.',
    },
    CHROME_CDP_URL: {
      schema: url('http:').optional(),
      about:
        'Where the DevTools of a Chrome with the logged-in page answer, as http://127.0.0.1:9222. Unset, or where its host is unknown: without Chrome.',
    },
    CHROME_SOCKET_HOSTS: {
      schema: list,
      fallback: '',
      about:
        'Hosts (comma-separated) whose Socket.IO connections in the page are read. Unset = that of the upstream.',
    },
    CHROME_LOGIN_WAIT_MS: {
      schema: integer(100, 600_000),
      fallback: '30000',
      about:
        'How long the page may take to tell who is logged in. The feed then says that nobody is, and loads the page again after ten times as long, and ever more seldom.',
    },
    FEED_RAW_EVENTS: {
      schema: list,
      fallback: '',
      about: 'Upstream events (comma-separated, or *) that have no type of their own to log as raw.<event>.',
    },
    FEED_LIMIT_PER_SECOND: {
      schema: positiveNumber,
      fallback: '500',
      about:
        'How many upstream events a second are taken that are not about the game, its players or their bets (chat and the like). Those are always taken.',
    },
    FEED_RING_TICKS: {
      schema: integer(1, 1_000_000),
      fallback: '5000',
      about: 'How many of the newest ticks the feed keeps in memory.',
    },
  },
  Chrome: {
    CHROME_PORT: { schema: port, fallback: '8083', about: 'Health and metrics of the Chrome sidecar.' },
    CHROME_PATH: {
      schema: text.optional(),
      about: 'Program to run as Chrome. Unset = Chrome or Chromium from the PATH.',
    },
    CHROME_PROFILE_DIR: {
      schema: text,
      fallback: '~/.gamebot/chrome_profiles/rugs_bot',
      about:
        'Folder of the profile that is logged in. Whoever can read it can act for the account. (In Docker: a volume.)',
    },
    CHROME_HEADLESS: {
      schema: z.enum(['true', 'false']).transform((given) => given === 'true'),
      fallback: 'false',
      about: 'true: without a window. Log in once with one: wallet extensions need it.',
    },
    CHROME_CDP_PORT: {
      schema: port,
      fallback: '9222',
      about: 'DevTools port of Chrome, on loopback. Whoever reaches it can act for the account.',
    },
    CHROME_ARGS: {
      schema: text.transform((given) => given.split(/\s+/).filter((argument) => argument !== '')),
      fallback: '',
      about: 'Further arguments for Chrome, separated by spaces.',
    },
    CHROME_START_URL: {
      schema: url('http:', 'https:'),
      fallback: 'https://rugs.fun',
      about: 'The page of the game that Chrome is to have open.',
    },
  },
  Recorder: {
    RECORDER_PORT: { schema: port, fallback: '8082', about: 'Health and metrics of the recorder.' },
    RUGS_DATA_DIR: {
      schema: text,
      fallback: './data',
      about: 'Where recordings and the journal lie (and, standalone, the data of Redis).',
    },
    RECORDER_RAW_CAPTURE: {
      schema: z.enum(['true', 'false']).transform((given) => given === 'true'),
      fallback: 'false',
      about:
        'true: every upstream event is also kept as it was received, in captures/ of RUGS_DATA_DIR, some 3 GB a day. For feed and recorder alike.',
    },
    RECORDER_CAPTURE_ROTATE_MB: {
      schema: integer(1, 100_000),
      fallback: '64',
      about: 'A capture that has reached this size is followed by a new one.',
    },
    RECORDER_CAPTURE_ROTATE_HOURS: {
      schema: positiveNumber,
      fallback: '24',
      about: 'The same for its age.',
    },
    RAW_CAPTURE_MAX_MB: {
      schema: integer(1, 100_000),
      fallback: '64',
      about:
        'How much of Redis raw events may take while no recorder captures them; beyond that the oldest are dropped.',
    },
    RECORDER_RETENTION_DAYS: {
      schema: positiveNumber.optional(),
      about: 'Recordings, captures and the journal older than this are deleted. Unset = all are kept.',
    },
    RECORDER_RETENTION_GB: {
      schema: positiveNumber.optional(),
      about:
        'When the data folder of the recorder grows beyond this, the oldest is deleted: first of the journal, which the files were derived from. Unset = all is kept.',
    },
    RECORDER_MIN_FREE_MB: {
      schema: integer(0, 1_000_000),
      fallback: '50',
      about:
        'With less than this free on its disk the recorder stops writing and says so; what comes meanwhile waits in the log.',
    },
    RECORDER_STORE_SECONDS: {
      schema: positiveNumber,
      fallback: '30',
      about: 'How long an event may wait in the journal before it is in the event store (Parquet), too.',
    },
    RECORDER_WINDOW: {
      schema: integer(1, 100),
      fallback: '10',
      about: 'How many finished games the recorder keeps in Redis for bots, with all their prices.',
    },
  },
  'Paper trading': {
    PAPER_PORT: { schema: port, fallback: '8084', about: 'Health and metrics of paper trading.' },
    PAPER_SLOTS: {
      schema: integer(1, 256),
      fallback: '8',
      about:
        'Over how many slots its sessions are spread: as many instances can share them. The first start decides; later it must stay.',
    },
    PAPER_MAX_SESSIONS: {
      schema: integer(1, 1_000_000),
      fallback: '1000',
      about: 'How many sessions there may be, those included that were left.',
    },
    PAPER_MAX_LAG_MS: {
      schema: integer(100, 600_000),
      fallback: '10000',
      about: 'At a price that is older than this when paper trading hears of it, nothing is traded.',
    },
    PAPER_PLUGINS_DIR: {
      schema: text,
      fallback: './plugins',
      about: 'Folder of plug-in strategies: modules in TypeScript or JavaScript.',
    },
    PAPER_HISTORY_MAX: {
      schema: integer(100, 10_000_000),
      fallback: '100000',
      about:
        'How many lines of the history of a session Redis keeps, some 200 bytes each; of more, the oldest are dropped.',
    },
  },
  Gateway: {
    GATEWAY_PORT: { schema: port, fallback: '8080', about: 'The web app, WebSocket, REST and health.' },
    GATEWAY_WINDOW: {
      schema: integer(1, 1000),
      fallback: '10',
      about: 'How many finished games the gateway keeps at hand.',
    },
    GATEWAY_TOKENS: {
      schema: tokens,
      fallback: '',
      about:
        'Who may do what through the gateway (comma-separated): <role>:sha256:<hex>, role viewer, trader or operator. `node services/gateway/dist/main.js token operator` prints a token and its entry. Unset = whoever reaches the port sees everything and trades on paper, and nobody controls the services.',
    },
    GATEWAY_HOSTS: {
      schema: list,
      fallback: '',
      about:
        'Names (comma-separated) under which the gateway may be asked besides addresses and localhost, while GATEWAY_TOKENS is not set. Others are refused: a web page could have its own name lead here.',
    },
    GATEWAY_CORS_ORIGINS: {
      schema: origins,
      fallback: '',
      about:
        'Sites (comma-separated, as https://example.org) whose pages may use the gateway from a browser. Unset = only its own.',
    },
    GATEWAY_TRUST_PROXY: {
      schema: networks,
      fallback: '',
      about:
        'Addresses or networks (comma-separated) of proxies before the gateway, whose X-Forwarded-* headers tell who asks; in Docker before the proxy of Compose. Unset = none.',
    },
    GATEWAY_RATE_LIMIT: {
      schema: integer(1, 100_000_000),
      fallback: '1200',
      about: 'How many HTTP requests an address may make in a minute; health and WebSockets do not count.',
    },
    GATEWAY_PUBLISHED_ADDRESS: {
      schema: text,
      fallback: '',
      about:
        'Set by Docker Compose to GATEWAY_ADDRESS: where the port of the container, which listens everywhere in it, is reached from.',
    },
    GATEWAY_MAX_CLIENTS: {
      schema: integer(1, 1_000_000),
      fallback: '10000',
      about: 'How many WebSocket clients are served at a time.',
    },
    GATEWAY_MAX_CLIENTS_PER_ADDRESS: {
      schema: integer(1, 1_000_000),
      fallback: '2000',
      about: 'The same for the clients of one address.',
    },
    GATEWAY_EXPECTED_SERVICES: {
      schema: list,
      fallback: 'feed,recorder,paper',
      about: 'Services (comma-separated) without which /health is not well.',
    },
    GATEWAY_WEB_DIR: {
      schema: text,
      fallback: './apps/web/dist',
      about: 'Folder of the built web app.',
    },
  },
  'Command line (vectra)': {
    GATEWAY_URL: {
      schema: url('http:', 'https:'),
      fallback: 'http://127.0.0.1:8080',
      about: 'The gateway that `vectra` speaks to.',
    },
    VECTRA_TOKEN: {
      schema: text.optional(),
      about: 'Its token for what is not for everybody. There is no option for it: others see command lines.',
    },
  },
  Simulator: {
    SIMULATOR_PORT: { schema: port, fallback: '8090', about: 'The simulated game server.' },
    SIMULATOR_SEED: {
      schema: text.optional(),
      about: 'Makes a run repeatable: the same games, trades and ids. Unset = a new one each start.',
    },
    SIMULATOR_SPEED: {
      schema: positiveNumber,
      fallback: '1',
      about: 'How many times faster than the real game; 1 = real time.',
    },
    SIMULATOR_CAPTURE: {
      schema: text.optional(),
      about:
        'A captured session (JSONL) to replay instead of generated games; it starts at the first connection.',
    },
  },
  'Docker Compose': composeVariables,
  'Standalone (without Docker)': {
    STANDALONE_REDIS_PORT: { schema: port, fallback: '6390', about: 'Port of the redis-server it starts.' },
    REDIS_SERVER: {
      schema: text.optional(),
      about: 'Program to start as Redis. Unset = redis-server or valkey-server from the PATH.',
    },
  },
} as const satisfies Record<string, Record<string, Variable>>;

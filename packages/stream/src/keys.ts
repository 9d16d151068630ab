/** The Redis keys of one log. All share the hash tag `{stream}`, so a Cluster keeps them in one slot. */
export interface LogKeys {
  /** Stream of events; entry id `<seq>-0`; fields `t` type, `g` game id, `e` the event's JSON. */
  events: string;
  /** Hash: `epoch`, `schema`. */
  meta: string;
  /** Set of groups that end with their consumer. */
  ephemeral: string;
  /** Hash of heartbeats: `<service>:<instance>` -> JSON. */
  services: string;
  leasePrefix: string;
  /** Owner of a role or group; expires. */
  lease: (name: string) => string;
  /** Newest fencing token of a role or group, `<n>:<owner>`; never expires. */
  fence: (name: string) => string;
  /** Stream of a group's dead letters: entry id and fields of the entry, after `error` and the reason. */
  deadLetters: (group: string) => string;
  /** Hash with one field: the pending entry that was delivered in vain, and how often. */
  attempts: (group: string) => string;
  /** Set of the ids of dead letters that are to be delivered again. */
  replays: (group: string) => string;
  /** Strings of JSON: the running game, and the last finished ones. */
  window: { running: string; games: string };
  /** Stream of upstream events as they were received, for a capture; entry id `<ms>-<seq>`. */
  raw: string;
  /** Hash: `recording` (`on` or `paused`), `at`, `by`. */
  recorderControl: string;
  paper: PaperKeys;
}

/** Where paper trading keeps what it has. */
export interface PaperKeys {
  /** String: over how many slots the sessions are spread. */
  slots: string;
  /** Sorted set of the instances that live, by the time (Unix ms of Redis) until which they are believed to. */
  instances: string;
  /** Stream of what the gateways are told; field `m`, JSON. The newest ones only. */
  messages: string;
  /** Hash: `revision`, `position` and `command` (the newest processed), `reader` (JSON). */
  slot: (slot: number) => string;
  /** Stream of the commands that wait for a slot; field `c`, JSON. */
  commands: (slot: number) => string;
  /** Hash of a slot's sessions as the service needs them: id -> JSON. */
  states: (slot: number) => string;
  /** Hash of a slot's sessions as clients see them: id -> JSON. */
  sessions: (slot: number) => string;
  /** Hash of a slot's sessions: how many of the oldest lines of a history were dropped. */
  dropped: (slot: number) => string;
  historyPrefix: string;
  /** List of a session's history, oldest first, JSON. */
  history: (session: string) => string;
}

export function logKeys(stream: string): LogKeys {
  const prefix = `{${stream}}`;
  return {
    events: `${prefix}:events`,
    meta: `${prefix}:meta`,
    ephemeral: `${prefix}:ephemeral`,
    services: `${prefix}:services`,
    leasePrefix: `${prefix}:lease:`,
    lease: (name) => `${prefix}:lease:${name}`,
    fence: (name) => `${prefix}:fence:${name}`,
    deadLetters: (group) => `${prefix}:dlq:${group}`,
    attempts: (group) => `${prefix}:attempts:${group}`,
    replays: (group) => `${prefix}:replay:${group}`,
    window: { running: `${prefix}:window:running`, games: `${prefix}:window:games` },
    raw: `${prefix}:raw`,
    recorderControl: `${prefix}:recorder:control`,
    paper: paperKeys(`${prefix}:paper`),
  };
}

function paperKeys(prefix: string): PaperKeys {
  return {
    slots: `${prefix}:slots`,
    instances: `${prefix}:instances`,
    messages: `${prefix}:messages`,
    slot: (slot) => `${prefix}:slot:${slot}`,
    commands: (slot) => `${prefix}:commands:${slot}`,
    states: (slot) => `${prefix}:states:${slot}`,
    sessions: (slot) => `${prefix}:sessions:${slot}`,
    dropped: (slot) => `${prefix}:dropped:${slot}`,
    historyPrefix: `${prefix}:history:`,
    history: (session) => `${prefix}:history:${session}`,
  };
}

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
  /** Counter of a role's or group's fencing tokens; never expires. */
  fence: (name: string) => string;
  /** Stream of a group's dead letters. */
  deadLetters: (group: string) => string;
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
  };
}

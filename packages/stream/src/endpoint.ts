/** Where a log's Redis is. */
export interface Endpoint {
  /** One server; the first answering Sentinel's master; or a Cluster found by any of its nodes. */
  kind: 'server' | 'sentinel' | 'cluster';
  nodes: { host: string; port: number }[];
  /** Name of the master that Sentinel watches. */
  master?: string;
  username?: string;
  password?: string;
  db: number;
  tls: boolean;
}

const SHAPE =
  /^redis(s)?(?:\+(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#]+)(?:\/([^/?#]*))?(?:\/(\d+))?$/;
const DEFAULT_PORT = { server: 6379, sentinel: 26379, cluster: 6379 };

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `redis+sentinel://host[:port],.../master[/db]` or
 * `redis+cluster://host[:port],...`; `rediss` instead of `redis` = TLS.
 *
 * @throws TypeError saying what was expected; the message holds no password.
 */
export function parseRedisUrl(url: string): Endpoint {
  const [, tls, variant, user, password, hosts, path, second] = SHAPE.exec(url) ?? [];
  const kind = variant === 'sentinel' || variant === 'cluster' ? variant : 'server';
  if (hosts === undefined) throw unreadable(url, 'a host');
  const nodes = hosts.split(',').map((node) => nodeOf(url, node, DEFAULT_PORT[kind]));
  if (kind === 'server' && nodes.length > 1)
    throw unreadable(url, 'one host, or redis+sentinel: or redis+cluster:');
  if (kind === 'sentinel' && !path) throw unreadable(url, 'the name of the master after the hosts');
  return {
    kind,
    nodes,
    db: databaseOf(url, kind, kind === 'sentinel' ? second : path),
    tls: tls !== undefined,
    ...(kind === 'sentinel' ? decoded('master', path) : {}),
    ...decoded('username', user),
    ...decoded('password', password),
  };
}

/** The URL without credentials. */
export function safeUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}

/** Nothing when the part is missing or empty. */
function decoded<K extends string>(name: K, text: string | undefined): Partial<Record<K, string>> {
  return text ? ({ [name]: decodeURIComponent(text) } as Record<K, string>) : {};
}

function databaseOf(url: string, kind: Endpoint['kind'], text = ''): number {
  const isNumber = /^\d*$/.test(text);
  if (!isNumber || (kind === 'cluster' && Number(text) > 0))
    throw unreadable(url, 'the number of a database');
  return Number(text);
}

function nodeOf(url: string, text: string, defaultPort: number): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw unreadable(url, 'host or host:port');
  return { host, port: port === undefined ? defaultPort : Number(port) };
}

function unreadable(url: string, expected: string): TypeError {
  return new TypeError(`Redis URL: expected ${expected}, was ${safeUrl(url)}`);
}

import { isIP } from 'node:net';

export interface OriginRules {
  /** GATEWAY_CORS_ORIGINS: sites, besides the gateway's own, whose pages may read it. */
  origins: readonly string[];
  /** GATEWAY_HOSTS: names, besides addresses and localhost, under which the gateway may be asked. */
  hosts: readonly string[];
  /** Where tokens decide who may do what, a name proves nothing and none is refused. */
  anyHost: boolean;
}

interface Asking {
  origin?: string | undefined;
  host?: string | undefined;
}

/**
 * Which pages may use the gateway. A browser carries out what any page asks for, with the reach of its visitor; it says in `Origin`
 * which page asks, and in `Host` under which name it found the gateway. Programs send no `Origin`.
 */
export class Origins {
  readonly #origins: ReadonlySet<string>;
  readonly #hosts: ReadonlySet<string>;
  readonly #anyHost: boolean;

  constructor({ origins, hosts, anyHost }: OriginRules) {
    this.#origins = new Set(origins);
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
    this.#anyHost = anyHost;
  }

  /** Whether a page of that site may: it is the gateway's own, or listed. */
  allows({ origin, host }: Asking): boolean {
    if (origin === undefined || this.isListed(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  isListed(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /**
   * Whether the gateway goes by that name. A page that has its own name resolve to this machine (DNS rebinding) would be of the same
   * origin as the gateway otherwise.
   */
  goesBy(host: string | undefined): boolean {
    if (this.#anyHost) return true;
    const name = nameIn(host ?? '');
    if (name === undefined) return false;
    return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || this.#hosts.has(name);
  }
}

/** The name or address in a `Host` header, in lower case; undefined when there is none. */
function nameIn(host: string): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

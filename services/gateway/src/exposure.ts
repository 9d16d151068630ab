import { BlockList, isIP } from 'node:net';

export interface Exposure {
  /** BIND_ADDRESS. */
  bound: string;
  /** GATEWAY_PUBLISHED_ADDRESS; empty outside of containers. */
  published: string;
  hasTokens: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** What is open to others, and what to do about it; undefined while the gateway is reached from its own machine only, or knows tokens. */
export function exposureWarning({ bound, published, hasTokens }: Exposure): string | undefined {
  const address = published === '' ? bound : published;
  if (hasTokens || isLoopback(address)) return undefined;
  return (
    `the gateway is open to whoever reaches ${address}: they see every event, those of your own account included, all recordings and ` +
    'the health of the system, and trade on paper; no one controls the recorder. To change that, set GATEWAY_TOKENS ' +
    '(`node services/gateway/dist/main.js token operator` prints an entry), or go back to loopback with ' +
    `${published === '' ? 'BIND_ADDRESS' : 'GATEWAY_ADDRESS'}=127.0.0.1`
  );
}

function isLoopback(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return address === 'localhost';
  return loopback.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The address of the gateway's WebSocket: of `http://host:8080` it is `ws://host:8080/ws`; one of `ws:` or `wss:` stays as it is.
 *
 * @throws TypeError when it is no URL of these.
 */
export function socketAddress(url: string): string {
  const address = parse(url);
  if (address.protocol === 'ws:' || address.protocol === 'wss:') return address.href;
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.pathname = `${address.pathname.replace(/\/$/, '')}/ws`;
  return address.href;
}

/** The address below which the gateway's REST routes are, without a `/` at its end. */
export function httpAddress(url: string): string {
  const address = parse(url);
  if (address.protocol.startsWith('ws')) {
    address.protocol = address.protocol === 'wss:' ? 'https:' : 'http:';
    address.pathname = address.pathname.replace(/\/ws$/, '');
  }
  return address.href.replace(/\/$/, '');
}

function parse(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !/^(https?|wss?):$/.test(address.protocol)) {
    throw new TypeError(
      `expected the gateway's address, as http://127.0.0.1:8080, was ${JSON.stringify(url)}`,
    );
  }
  return address;
}

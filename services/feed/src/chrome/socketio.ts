/** What one text frame of an Engine.IO connection (version 4) carries, as far as the feed cares. */
export type Packet =
  /** The Socket.IO connection is made. */
  | { kind: 'connect'; namespace: string }
  /** It is ended, or was refused. */
  | { kind: 'disconnect'; namespace: string }
  | { kind: 'event'; namespace: string; name: string; args: unknown[] }
  /** The answer to a request of the page; `id` is the request's. */
  | { kind: 'ack'; namespace: string; id: number; args: unknown[] }
  /** Engine.IO's own: open, close, ping, pong, upgrade. */
  | { kind: 'transport' };

/** Socket.IO packet: type, optional namespace up to a comma, optional acknowledgement id, optional JSON. */
const PACKET = /^4([0-4])(?:(\/[^,]{0,200})(?:,|$))?(\d{0,15})/;

/**
 * Reads a text frame: `0{..}` open, `1` close, `2` ping, `3` pong, `5`, `6` of the upgrade, `40` connect, `41` disconnect,
 * `42[..]` event (`42<id>[..]` with an answer asked for, `42/ns,[..]` in a namespace), `43<id>[..]` answer, `44{..}` refusal.
 * Never throws. Undefined for anything else, binary packets included: none has ever been seen from the game.
 */
export function parseFrame(text: string): Packet | undefined {
  if (/^[012356]/.test(text)) return { kind: 'transport' };
  const match = PACKET.exec(text);
  if (match === null) return undefined;
  const [head, type, namespace = '/', id = ''] = match;
  if (type === '0') return { kind: 'connect', namespace };
  if (type === '1' || type === '4') return { kind: 'disconnect', namespace };
  const values = arrayIn(text.slice(head.length));
  if (values === undefined) return undefined;
  if (type === '3') return id === '' ? undefined : { kind: 'ack', namespace, id: Number(id), args: values };
  const [name, ...args] = values;
  return typeof name === 'string' ? { kind: 'event', namespace, name, args } : undefined;
}

function arrayIn(json: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // cut short, or not JSON at all
  }
}

import { encodeEvent, parsePosition, RAW_PREFIX, type Event, type Position } from '@vectra/protocol';

/** An event as every client gets it: encoded and framed once, however many clients there are. */
export interface Frame {
  type: string;
  position: Position;
  /** The event's text: of one WebSocket message, or of one message in another protocol. */
  bytes: Buffer;
  /** The whole WebSocket frame of that text. */
  framed: Buffer;
  /** It tells of the own account, and is not for everybody. */
  own: boolean;
  /** Which tick of which game it is; undefined when it is no tick. */
  tick: { gameId: string; count: number } | undefined;
}

const OWN_TYPES: ReadonlySet<string> = new Set([
  'player.identity',
  'player.update',
  'player.leaderboard',
  'player.drift',
]);

/** Whether an event tells of the own account: it is for those whose token allows it. */
export function isOwn({ type, data }: Event): boolean {
  return OWN_TYPES.has(type) || type.startsWith(RAW_PREFIX) || ('own' in data && data.own === true);
}

export function frameOf(event: Event): Frame {
  const { id, type, gameId, data } = event;
  const position = parsePosition(id);
  if (position === undefined) throw new TypeError(`expected an event with a place in the log, was "${id}"`);
  const text = encodeEvent(event);
  const framed = textFrame(text);
  return {
    ...{ type, position, framed },
    bytes: framed.subarray(framed.length - Buffer.byteLength(text)),
    own: isOwn(event),
    tick: type === 'game.tick' && gameId !== null ? { gameId, count: data.tickCount } : undefined,
  };
}

/** A text message from server to client: one unmasked frame (RFC 6455, section 5.2). */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = 0x81;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

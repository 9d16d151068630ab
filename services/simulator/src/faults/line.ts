import type { LineRequest } from './request.js';

/** One event on its way to clients. */
export interface Packet {
  event: string;
  args: readonly unknown[];
  /** Only to the client with this id; without it, to all. */
  to?: string;
  /** Arrives cut in the middle: no JSON any more. */
  cut?: boolean;
}

/** A fault at work on one line. */
export interface Fault {
  id: number;
  request: LineRequest;
  /** How often it still happens; undefined when it lasts for a time. */
  left: number | undefined;
  /** When it ends (ms); undefined when it is counted. */
  endsAt: number | undefined;
  /** What it holds back. */
  held: Packet[];
}

/** A fault that begins `now`. */
export function beginFault(id: number, request: LineRequest, now: number): Fault {
  const { durationMs, count: times = 1 } = request;
  return durationMs === undefined
    ? { id, request, left: times, endsAt: undefined, held: [] }
    : { id, request, left: undefined, endsAt: now + durationMs, held: [] };
}

/** What happens to the packets between the server and one kind of clients. Pure: `now` (ms, any origin) is given. */
export class Line {
  #faults: Fault[] = [];

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  add(fault: Fault): void {
    this.#faults.push(fault);
    // What a stall holds back has been through everything else.
    this.#faults.sort((a, b) => Number(a.request.kind === 'stall') - Number(b.request.kind === 'stall'));
  }

  /** What arrives when this packet is sent, in order. */
  pass(packet: Packet, now: number): Packet[] {
    const released = this.expire(now);
    let packets = [packet];
    for (const fault of this.#faults) packets = packets.flatMap((one) => apply(fault, one));
    return [...released, ...packets, ...this.expire(now)];
  }

  /** Whether a client that connects now is refused. */
  refuses(now: number): boolean {
    return this.#faults.some(
      ({ request, endsAt }) => request.kind === 'disconnect' && endsAt !== undefined && endsAt > now,
    );
  }

  /** Whether the clients connected now are to be disconnected; counts. */
  cuts(now: number): boolean {
    const fault = this.#faults.find(({ request }) => request.kind === 'disconnect');
    if (fault === undefined) return false;
    if (fault.left !== undefined) fault.left -= 1;
    this.expire(now);
    return true;
  }

  /** Ends the faults that are over; what they held back goes out now. */
  expire(now: number): Packet[] {
    return this.#remove(({ left, endsAt }) => left === 0 || (endsAt !== undefined && endsAt <= now));
  }

  /** Ends one fault, or all; what they held back goes out now. */
  clear(id?: number): Packet[] {
    return this.#remove((fault) => id === undefined || fault.id === id);
  }

  #remove(over: (fault: Fault) => boolean): Packet[] {
    const ended = this.#faults.filter(over);
    if (ended.length > 0) this.#faults = this.#faults.filter((fault) => !ended.includes(fault));
    return ended.flatMap(({ held }) => held);
  }
}

function apply(fault: Fault, packet: Packet): Packet[] {
  if (fault.left === 0) return [packet];
  const { request } = fault;
  switch (request.kind) {
    case 'disconnect':
      return [packet];
    case 'stall':
      return hold(fault, packet);
    case 'reorder':
      return reorder(fault, packet);
    case 'no-frame-c':
      return isFrameC(packet) ? count(fault, []) : [packet];
    case 'history-without-prices':
      return payloadOf(packet).gameHistory === undefined ? [packet] : count(fault, [withoutPrices(packet)]);
    default:
      // A client's first frame is its own; these concern what all get.
      if (packet.to !== undefined || !['*', packet.event].includes(request.event)) return [packet];
      return count(fault, spoil(request, packet));
  }
}

function count(fault: Fault, result: Packet[]): Packet[] {
  if (fault.left !== undefined) fault.left -= 1;
  return result;
}

type Spoiling = Extract<LineRequest, { event: string }>;

function spoil(request: Spoiling, packet: Packet): Packet[] {
  switch (request.kind) {
    case 'drop':
      return [];
    case 'duplicate':
      return [packet, packet];
    case 'malformed':
      return [{ ...packet, cut: true }];
    case 'oversized':
      return [withPayload(packet, { ...payloadOf(packet), padding: 'x'.repeat(request.bytes) })];
  }
}

/** Nothing arrives; when the fault ends, everything at once. */
function hold(fault: Fault, packet: Packet): Packet[] {
  fault.held.push(packet);
  return count(fault, []);
}

/**
 * The second frame of a rug arrives after the next game's first minimal frame, so that the game id goes from the new to the
 * old and back: seen once in a real session, on 2025-12-12.
 */
function reorder(fault: Fault, packet: Packet): Packet[] {
  const payload = payloadOf(packet);
  if (packet.event !== 'gameStateUpdate' || packet.to !== undefined) return [packet];
  if (payload.gameHistory !== undefined && payload.rugged === true) {
    fault.held.push(packet);
    return [];
  }
  const [late] = fault.held;
  const isNextGame = late !== undefined && payloadOf(late).gameId !== payload.gameId;
  if (!isNextGame || payload.gameHistory !== undefined) return [packet];
  const held = fault.held.splice(0);
  return count(fault, [packet, ...held]);
}

/** The new game's full frame, the first to reveal the seed of the one that ended. */
function isFrameC(packet: Packet): boolean {
  const { gameHistory, active, cooldownTimer } = payloadOf(packet);
  return packet.to === undefined && gameHistory !== undefined && active === false && cooldownTimer === 15_000;
}

/** As seen in February 2026: neither the games of the history nor the records have their prices. */
function withoutPrices(packet: Packet): Packet {
  const kept = Object.entries(payloadOf(packet)).filter(([name]) => !/(Today|x)Prices$/.test(name));
  const payload: Record<string, unknown> = Object.fromEntries(kept);
  const history = payload.gameHistory as readonly Record<string, unknown>[];
  const gameHistory = history.map((game) =>
    Object.fromEntries(Object.entries(game).filter(([name]) => name !== 'prices')),
  );
  return withPayload(packet, { ...payload, gameHistory });
}

/** An event's payload is its last argument. */
function payloadOf({ args }: Packet): Record<string, unknown> {
  const payload = args.at(-1);
  return typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
}

function withPayload(packet: Packet, payload: unknown): Packet {
  return { ...packet, args: [...packet.args.slice(0, -1), payload] };
}

import { beginFault, Line, type Fault, type Packet } from './line.js';
import { AUDIENCES, type Audience, type Drift, type FaultRequest, type LineRequest } from './request.js';

/** A fault as `GET /api/simulator/faults` shows it. */
export type ActiveFault = FaultRequest & {
  id: number;
  /** How often it still happens on the connections where it has happened least; null when it lasts for a time. */
  left: number | null;
  /** null when it is counted. */
  endsInMs: number | null;
};

/** Where packets go once they are through. */
export interface Outlet {
  deliver(audience: Audience, packets: readonly Packet[]): void;
  /** Cuts every connection of these clients, if there are any. */
  disconnect(audience: Audience): boolean;
  /** Changes the account of the logged-in page. */
  tamper(drift: Drift): void;
}

/** The faults by request: one line for each kind of clients. */
export class Faults {
  readonly #outlet: Outlet;
  readonly #lines: Record<Audience, Line> = { public: new Line(), page: new Line() };
  readonly #timers = new Set<NodeJS.Timeout>();
  #lastId = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** Begins a fault. A disconnection and a drift happen at once. */
  add(request: FaultRequest): ActiveFault {
    const id = ++this.#lastId;
    if (request.kind === 'drift') {
      this.#outlet.tamper(request);
      return { ...request, id, left: 0, endsInMs: null };
    }
    const now = performance.now();
    const audiences = AUDIENCES.filter((name) => request.sockets === 'all' || request.sockets === name);
    if (request.kind === 'disconnect') this.#disconnect(audiences, beginFault(id, request, now));
    else for (const name of audiences) this.#lines[name].add(beginFault(id, request, now));
    if (request.durationMs !== undefined) this.#expireIn(request.durationMs);
    return this.#show(id, request);
  }

  list(): ActiveFault[] {
    this.#expire();
    const active = AUDIENCES.flatMap((audience) => this.#lines[audience].faults);
    const requests = new Map(active.map(({ id, request }) => [id, request]));
    return [...requests].sort(([a], [b]) => a - b).map(([id, request]) => this.#show(id, request));
  }

  /** Ends all faults; what they held back arrives. */
  clear(): void {
    for (const audience of AUDIENCES) this.#outlet.deliver(audience, this.#lines[audience].clear());
  }

  /** Sends a packet through the faults of these clients. */
  pass(audience: Audience, packet: Packet): void {
    this.#outlet.deliver(audience, this.#lines[audience].pass(packet, performance.now()));
  }

  refuses(audience: Audience): boolean {
    return this.#lines[audience].refuses(performance.now());
  }

  /** A client has connected: whether it is to be disconnected again. */
  cuts(audience: Audience): boolean {
    return this.#lines[audience].cuts(performance.now());
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** One disconnection is one for all it concerns; it counts when somebody was connected. */
  #disconnect(audiences: readonly Audience[], fault: Fault): void {
    for (const name of audiences) this.#lines[name].add(fault);
    const happened = audiences.map((name) => this.#outlet.disconnect(name)).includes(true);
    if (happened && fault.left !== undefined) fault.left -= 1;
    this.#expire();
  }

  #expireIn(ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#expire();
    }, ms + 1);
    this.#timers.add(timer);
  }

  #expire(): void {
    const now = performance.now();
    for (const audience of AUDIENCES) this.#outlet.deliver(audience, this.#lines[audience].expire(now));
  }

  #show(id: number, request: LineRequest): ActiveFault {
    const parts = AUDIENCES.flatMap((audience) =>
      this.#lines[audience].faults.filter((one) => one.id === id),
    );
    const left = Math.max(0, ...parts.map((fault) => fault.left ?? 0));
    const ends = Math.max(0, ...parts.map(({ endsAt }) => (endsAt ?? 0) - performance.now()));
    return request.durationMs === undefined
      ? { ...request, id, left, endsInMs: null }
      : { ...request, id, left: null, endsInMs: Math.round(ends) };
  }
}

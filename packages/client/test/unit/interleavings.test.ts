import type { Event } from '@vectra/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect } from '../../src/index.js';
import { FakeSocket, tick } from './fakeSocket.js';

const EPOCH = 'aaaa';

function eventAt(seq: number): Event {
  const event = tick(seq, EPOCH);
  // Every third one is of another family.
  return seq % 3 === 0 ? { ...event, type: 'error', data: { code: 'A', message: 'b' } } : event;
}

/** What may happen, in any order. The number says how much of it. */
const STEPS = [
  'append',
  'open',
  'deliver',
  'deliver late',
  'cut',
  'close late',
  'slow consumer',
  'goaway',
  'pong',
  'silence',
  'wait',
] as const;
type Step = readonly [(typeof STEPS)[number], number];

/** A gateway over a log of numbered events; what it sends is on its way until it is delivered. */
class FakeGateway {
  last = 0;
  readonly #over = new Set<FakeSocket>();
  readonly #wants: (event: Event) => boolean;
  readonly #sockets = new Map<FakeSocket, { onTheWay: Event[]; place: number; gone: boolean }>();

  constructor(wants: (event: Event) => boolean) {
    this.#wants = wants;
  }

  append(count: number): void {
    for (let i = 0; i < count; i++) {
      this.last += 1;
      for (const [socket] of this.#sockets) this.#send(socket, this.last);
    }
  }

  open(socket: FakeSocket): void {
    if (this.#sockets.has(socket) || this.#over.has(socket) || socket.closed) return;
    socket.open();
    expect(socket.sent).toEqual([{ action: 'auth', token: 'secret' }]);
    socket.say({ type: 'authenticated', role: 'viewer' });
    const { since } = socket.asked('subscribe')[0] ?? {};
    const from = Number(String(since).split(':')[1]);
    this.#sockets.set(socket, { onTheWay: [], place: from, gone: false });
    const id = `${EPOCH}:${this.last}`;
    socket.say({ type: 'subscribed', channels: ['*'], recovered: true, mode: 'lossless', id });
    for (let seq = from + 1; seq <= this.last; seq++) this.#send(socket, seq);
  }

  deliver(socket: FakeSocket, count: number): void {
    socket.say(...(this.#sockets.get(socket)?.onTheWay.splice(0, count) ?? []));
  }

  /** The place of a socket to which everything that was sent has come. */
  settle(socket: FakeSocket): string | undefined {
    const state = this.#sockets.get(socket);
    if (state === undefined || state.gone) return undefined;
    this.deliver(socket, Infinity);
    return `${EPOCH}:${state.place}`;
  }

  leave(socket: FakeSocket): void {
    this.#over.add(socket);
    const state = this.#sockets.get(socket);
    if (state !== undefined) state.gone = true;
  }

  #send(socket: FakeSocket, seq: number): void {
    const state = this.#sockets.get(socket);
    if (state === undefined || state.gone) return;
    state.place = seq;
    const event = eventAt(seq);
    if (this.#wants(event)) state.onTheWay.push(event);
  }
}

function perform(gateway: FakeGateway, [step, size]: Step): void {
  const socket = FakeSocket.newest;
  const old = FakeSocket.all[size % FakeSocket.all.length] ?? socket;
  const place = ['slow consumer', 'goaway', 'pong'].includes(step) ? gateway.settle(socket) : undefined;
  if (step === 'append') gateway.append(size);
  else if (step === 'open') gateway.open(socket);
  else if (step === 'deliver') gateway.deliver(socket, size);
  else if (step === 'deliver late') gateway.deliver(old, size);
  else if (step === 'wait') vi.advanceTimersByTime(size * 1_000);
  else if (step === 'silence') vi.advanceTimersByTime(20_000);
  else if (step === 'cut') {
    gateway.leave(socket);
    socket.lose(1006);
  } else if (step === 'close late' && old !== socket) old.lose(1006);
  else if (place === undefined) return;
  else if (step === 'pong') socket.say({ type: 'pong', id: place, timestamp: 1 });
  else {
    gateway.leave(socket);
    if (step === 'goaway') socket.say({ type: 'goaway', id: place, reconnectInMs: size * 200 });
    else socket.lose(4008, place);
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each([
  ['*', () => true],
  ['game.*', (event: Event) => event.type.startsWith('game.')],
] as const)(
  'whatever is lost, closed late or sent away, every event of %s comes once and in order',
  (channel, wants) => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.integer({ min: 1, max: 12 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(steps, (taken) => {
        FakeSocket.all = [];
        const gateway = new FakeGateway(wants);
        const options = { channels: [channel], since: `${EPOCH}:0`, token: 'secret', WebSocket: FakeSocket };
        const connection = connect({ url: 'ws://gateway/ws', ...options });
        const seqs: number[] = [];
        const missed: unknown[] = [];
        connection.on('event', ({ seq }) => seqs.push(seq));
        connection.on('unrecovered', (what) => missed.push(what));
        for (const step of taken) perform(gateway, step);
        // In the end all is well again.
        gateway.append(1);
        perform(gateway, ['cut', 1]);
        const before = FakeSocket.all.length;
        while (FakeSocket.all.length === before) vi.advanceTimersByTime(100);
        gateway.open(FakeSocket.newest);
        gateway.deliver(FakeSocket.newest, Infinity);
        connection.close();
        const all = Array.from({ length: gateway.last }, (_, index) => eventAt(index + 1));
        expect(seqs).toEqual(all.filter(wants).map(({ seq }) => seq));
        expect(missed).toEqual([]);
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 500 },
    );
  },
);

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Connection } from '@vectra/client';
import type { Draft } from '@vectra/protocol';
import type { Publisher } from '@vectra/stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, metric, testSystem, type TestSystem } from '../harness.js';

const CLIENTS = 1_000;
/** So many events are in the memory of a gateway. */
const RECENT_EVENTS = 8_192;
const STALL_MS = 60_000;
const MEGABYTE = 1024 * 1024;

let test: TestSystem;
let publisher: Publisher;
let url: string;

beforeAll(async () => {
  // A small young generation, so that memory which is only not collected yet is no growth.
  const env = { NODE_OPTIONS: '--max-semi-space-size=1', LOG_LEVEL: 'info' };
  test = await testSystem({ services: ['gateway'], env });
  url = test.system.url('gateway');
  publisher = await test.log.publisher({
    ...{ folder: join(test.dir, 'writer'), requiredGroups: [], leaseTtlMs: 10_000 },
    signal: new AbortController().signal,
  });
});
afterAll(async () => {
  await publisher.close();
  await test.stop();
});

let tickCount = 0;
function ticks(count: number, bytes = 0): Draft[] {
  return Array.from({ length: count }, () => ({
    ...{ type: 'error', timestamp: Date.now(), gameId: null, source: 'simulator' },
    data: { code: String(++tickCount), message: 'x'.repeat(bytes) },
  }));
}

/** Publishes so many events a second until told to stop; resolves to the newest seq. */
function load(perSecond: number, bytes: number): () => Promise<number> {
  const abort = new AbortController();
  const running = (async () => {
    while (!abort.signal.aborted) {
      publisher.publish(ticks(perSecond / 10, bytes));
      await sleep(100);
    }
    return publisher.last;
  })();
  return () => {
    abort.abort();
    return running;
  };
}

/** A client that checks what it gets: every event once and in order. */
class Reader {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  #first: number | undefined;
  last = 0;

  constructor(since?: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    this.socket.on('open', () =>
      this.socket.send(JSON.stringify({ action: 'subscribe', channels: ['*'], since })),
    );
    this.socket.on('message', (data: Buffer) => this.#take(data.toString()));
  }

  get first(): number {
    return this.#first ?? 0;
  }

  #take(text: string): void {
    if (!text.startsWith('{"v":')) return;
    const { seq } = JSON.parse(text) as { seq: number };
    if (this.#first !== undefined && seq !== this.last + 1)
      this.socket.close(4999, `${seq} after ${this.last}`);
    this.#first ??= seq;
    this.last = seq;
  }
}

describe('a client that takes nothing for 60 s (row 17)', () => {
  it('costs the gateway less than 5 MB, is closed 4008 with a resume token, recovers, and others get everything', async () => {
    publisher.publish(ticks(RECENT_EVENTS, 1_000));
    const stop = load(500, 1_000);
    const [good, slow] = [new Reader(), new Reader()];
    await eventually('both get events', () => good.last > 0 && slow.last > 0);
    // Until what is kept for everybody has its size.
    await memoryFor(60_000);
    const before = median(await memoryFor(20_000));
    slow.socket.pause();
    const during = median((await memoryFor(STALL_MS)).slice(-20));
    slow.socket.resume();
    const { code, reason } = await slow.closed;
    expect(code).toBe(4008);
    expect(reason).toMatch(new RegExp(`:${slow.last}$`));
    expect((during - before) / MEGABYTE).toBeLessThan(5);
    const back = new Reader(reason);
    const last = await stop();
    await eventually('everybody has everything', () => good.last === last && back.last === last);
    expect(back.first).toBe(slow.last + 1);
    for (const { socket } of [good, back]) socket.terminate();
  });
});

/** Resident memory of the gateway, once a second, in bytes. */
async function memoryFor(ms: number): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < ms / 1_000; i++) {
    await sleep(1_000);
    samples.push(await metric(url, 'process_resident_memory_bytes'));
  }
  return samples;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe('1,000 clients of a gateway that is restarted (row 18)', () => {
  it('come back spread over 3 s and more, and each gets every event once', async () => {
    const stop = load(10, 10);
    const clients = Array.from({ length: CLIENTS }, () => follow());
    await eventually('all get events', () => clients.every(({ seqs }) => seqs.length > 0));
    await test.system.stopService('gateway');
    await test.system.startService('gateway');
    await eventually('all are back', () => clients.every(({ backAt }) => backAt() > 0), 120_000);
    const last = await stop();
    await eventually('all have everything', () => clients.every(({ seqs }) => seqs.at(-1) === last), 120_000);
    const times = clients.map(({ backAt }) => backAt());
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(3_000);
    for (const { seqs, connection } of clients) {
      connection.close();
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    }
    expect(clients.flatMap(({ missed }) => missed)).toEqual([]);
  });

  interface Follower {
    connection: Connection;
    seqs: number[];
    /** Why events were missed. */
    missed: string[];
    /** When it was live again after the connection was lost; 0 before. */
    backAt: () => number;
  }

  function follow(): Follower {
    const connection = connect({ url: `${url.replace('http', 'ws')}/ws`, channels: ['*'], WebSocket });
    const seqs: number[] = [];
    const missed: string[] = [];
    let [lost, back] = [false, 0];
    connection.on('event', ({ seq }) => seqs.push(seq));
    connection.on('unrecovered', ({ reason }) => missed.push(reason));
    connection.on('status', ({ state }) => {
      lost ||= state === 'reconnecting';
      if (state === 'live' && lost) back = performance.now();
    });
    return { connection, seqs, missed, backAt: () => back };
  }
});

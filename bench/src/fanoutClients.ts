import { connect, type Socket } from 'node:net';

/** What the bench asks: forget what came so far, and tell when so many more have come. */
export interface ClientsOrder {
  expect: number;
}

/** From sending to receiving, in ms; how long (ms) it took until all had come; what came, and what CPU (ms) the clients used. */
export interface ClientsTold {
  p50: number;
  p99: number;
  ms: number;
  bytes: number;
  clientsCpuMs: number;
}

const [kind = '', port = '0', count = '0'] = process.argv.slice(2);
const PATH = kind === 'socket.io' ? '/socket.io/?EIO=4&transport=websocket' : '/ws';
const HELLO: Record<string, string | undefined> = {
  gateway: '{"action":"subscribe","channels":["*"]}',
  'socket.io': '40',
};
const STAMP = '"timestamp":';
const PING = 9;

let received = 0;
let expected = Infinity;
let startedAt = 0;
let bytes = 0;
let cpuBefore = process.cpuUsage();
let delays: number[] = [];
/** Each client says hello once; then so many messages come that are no events. */
let greeted = 0;

/** One connection: just enough of a WebSocket to count what comes, so that the server is what is measured. */
function open(): Promise<void> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.setNoDelay(true);
  socket.write(
    `GET ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    let rest: Buffer | undefined;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (rest !== undefined) {
        rest = readFrames(socket, rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
        return;
      }
      const end = chunk.indexOf('\r\n\r\n');
      if (!chunk.toString('latin1', 0, 12).endsWith('101')) reject(new Error(chunk.toString()));
      const hello = HELLO[kind];
      if (hello !== undefined) send(socket, 0x81, hello);
      rest = readFrames(socket, chunk.subarray(end + 4));
      greeted += 1;
      resolve();
    });
  });
}

/** Reads the whole frames; returns what is left. */
function readFrames(socket: Socket, data: Buffer): Buffer {
  let at = 0;
  while (at + 2 <= data.length) {
    const short = data[at + 1] ?? 0;
    const header = short < 126 ? 2 : 4;
    if (at + header > data.length) break;
    const length = short < 126 ? short : data.readUInt16BE(at + 2);
    const end = at + header + length;
    if (end > data.length) break;
    if (((data[at] ?? 0) & 15) === PING) send(socket, 0x8a, '');
    else take(data, at + header);
    at = end;
  }
  return data.subarray(at);
}

function take(data: Buffer, from: number): void {
  received += 1;
  if (expected === Infinity) return;
  const stamp = data.indexOf(STAMP, from) + STAMP.length;
  delays.push(Date.now() - Number(data.toString('latin1', stamp, stamp + 13)));
  if (received === expected) tellAll();
}

function send(socket: Socket, first: number, text: string): void {
  // Masked with zeros, which leaves the text as it is.
  socket.write(Buffer.concat([Buffer.from([first, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]));
}

function tellAll(): void {
  const sorted = Int32Array.from(delays).sort();
  const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
  const { user, system } = process.cpuUsage(cpuBefore);
  const told: ClientsTold = {
    p50: quantile(0.5),
    p99: quantile(0.99),
    ms: performance.now() - startedAt,
    bytes,
    clientsCpuMs: (user + system) / 1_000,
  };
  process.send?.(told);
}

process.on('message', ({ expect }: ClientsOrder) => {
  received = 0;
  delays = [];
  bytes = 0;
  cpuBefore = process.cpuUsage();
  expected = expect;
  startedAt = performance.now();
});

for (let opened = 0; opened < Number(count); opened += 50) {
  await Promise.all(Array.from({ length: Math.min(50, Number(count) - opened) }, open));
}
process.send?.({ p50: 0, p99: 0, ms: greeted, bytes: 0, clientsCpuMs: 0 } satisfies ClientsTold);

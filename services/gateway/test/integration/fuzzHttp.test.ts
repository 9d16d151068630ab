import { connect } from 'node:net';
import seedrandom from 'seedrandom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeLog, GAME, start, tick } from '../fakeLog.js';
import { startGateway, type TestClient, type TestGateway } from '../gatewayFixture.js';
import { sealedRecording, writeDay } from '../recordingsFixture.js';

/** How many requests; and the seed, which is printed when a request is answered as none should be. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 10_000);
const SEED = process.env.FUZZ_SEED ?? String(Date.now());
/** At a time, each on a connection of its own. */
const TOGETHER = 16;
const PATIENCE_MS = 60_000;

const ID = '20251207-1c1ca4cce9ac71e7';
let log: FakeLog;
let gateway: TestGateway;
let bystander: TestClient;

beforeAll(async () => {
  log = new FakeLog();
  gateway = await startGateway(() => Promise.resolve(log), { env: { GATEWAY_RATE_LIMIT: '100000000' } });
  await writeDay(gateway.dataDir, '2025-12-07', [
    sealedRecording(ID, '2025-12-07T14:30:22.118Z', 'ab'.repeat(32)),
  ]);
  bystander = await gateway.connect();
  await bystander.subscribe(['*']);
});
afterAll(() => gateway.stop());

const random = seedrandom(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const oneOf = <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0];
const often = (share: number) => random() < share;
const many = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make);

const byte = () => String.fromCharCode(below(256));
const garbage = (most: number) => many(most, byte).join('');
const nasty = () =>
  oneOf<() => string>([
    () => '',
    () => '../'.repeat(below(20)) + 'etc/passwd',
    () => '%2e%2e%2f'.repeat(below(10)),
    () => '%00',
    () => '%zz',
    () => '%',
    () => encodeURIComponent(garbage(40).replace(/[\ud800-\udfff]/g, '')),
    () => garbage(60),
    () => 'a'.repeat(below(6_000)),
    () => '[' + '['.repeat(below(2_000)),
    () => '__proto__',
    () => 'constructor',
    () => '-1',
    () => '1e999',
    () => 'NaN',
    () => '2025-02-30',
    () => '９',
    () => ID,
    () => GAME,
    () => '*',
    () => 'game.*',
    () => 'ffff:18446744073709551616',
  ])();

const PATHS = [
  '/',
  '/health',
  '/healthz',
  '/readyz',
  '/metrics',
  '/docs',
  '/docs/',
  '/docs/json',
  '/openapi.json',
  '/asyncapi.json',
  '/api/games',
  '/api/games/recent',
  `/api/games/${ID}`,
  `/api/games/${ID}/ticks`,
  `/api/games/${ID}/verify`,
  '/api/account/sessions',
  '/api/account/sessions/20251207T143000_dutch',
  '/api/recorder',
  '/api/recorder/pause',
  '/api/live/status',
  '/api/live/sessions',
  '/api/live/sessions/x',
  '/ws',
  '/assets/x.js',
  '*',
  '//',
  '/%2f',
] as const;
const PARAMETERS = [
  'from',
  'to',
  'minPeak',
  'maxPeak',
  'minTicks',
  'maxTicks',
  'verified',
  'complete',
  'sort',
  'order',
  'limit',
  'cursor',
  'format',
  'channels',
  'since',
  '__proto__',
] as const;
const VALUES = [
  '1',
  '0',
  '200',
  'true',
  'false',
  'unknown',
  'peak',
  'ticks',
  'start',
  'asc',
  'desc',
  '2025-12-07',
  'csv',
  'parquet',
  'game.*',
] as const;
const HEADERS = [
  'accept',
  'if-none-match',
  'authorization',
  'origin',
  'content-type',
  'range',
  'cookie',
  'last-event-id',
  'x-forwarded-for',
  'accept-encoding',
  'accept-version',
  'forwarded',
  'if-modified-since',
  'access-control-request-method',
  'transfer-encoding',
  'expect',
] as const;
const HEADER_VALUES = [
  '*/*',
  'text/csv',
  'text/plain',
  'text/html',
  'application/json;q=0',
  '*',
  '"x"',
  'Bearer x',
  'Basic eDp5',
  'null',
  'http://evil.example',
  'application/json',
  'bytes=0-',
  'bytes=9-1',
  'aaaa:1',
  'chunked',
  '100-continue',
] as const;
const METHODS = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'G\u0000T',
  '',
] as const;

function query(): string {
  const pairs = many(
    6,
    () => `${often(0.9) ? oneOf(PARAMETERS) : nasty()}=${often(0.6) ? oneOf(VALUES) : nasty()}`,
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function headers(): string[] {
  return many(5, () => {
    const name = often(0.95) ? oneOf(HEADERS) : nasty();
    return `${name}: ${often(0.7) ? oneOf(HEADER_VALUES) : nasty()}`;
  });
}

function body(): [length: string[], text: string] {
  if (often(0.7)) return [[], ''];
  const text = oneOf<() => string>([
    () => '{}',
    () => '{"a":',
    () => `{"__proto__":{"x":1}}`,
    () => garbage(200),
    () => '['.repeat(below(5_000)),
    () => 'x'.repeat(below(100_000)),
  ])();
  const length = often(0.8)
    ? Buffer.byteLength(text, 'latin1')
    : oneOf<number | string>([-1, 'x', 5, 2 ** 53, 1e9]);
  return [
    [`content-length: ${length}`, `content-type: ${oneOf(['application/json', 'text/plain', 'x/y', ''])}`],
    text,
  ];
}

/** A request that is more or less one of HTTP, or no such thing. */
function request(): string {
  if (often(0.05)) return garbage(400);
  const path = often(0.7)
    ? oneOf(PATHS)
    : `/${oneOf(['api/games/', 'api/', 'docs/', 'assets/', ''])}${nasty()}`;
  const [length, text] = body();
  const host = often(0.9)
    ? ['host: 127.0.0.1']
    : oneOf([[], ['host: evil.example'], ['host: '], ['host: a', 'host: b']]);
  const upgrade = often(0.03)
    ? ['upgrade: websocket', 'connection: upgrade', `sec-websocket-key: ${nasty()}`]
    : ['connection: close'];
  const version = often(0.97) ? 'HTTP/1.1' : oneOf(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'x', '']);
  const line = `${oneOf(METHODS)} ${path}${query()} ${version}`;
  return [line, ...host, ...headers(), ...upgrade, ...length, '', text].join('\r\n');
}

/** What is answered to one request on its own connection, closed in this or that way. */
function send(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const answer: Buffer[] = [];
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => {
      const cut = often(0.1) ? below(bytes.length) : bytes.length;
      socket.write(bytes.slice(0, cut), 'latin1');
      if (often(0.03)) socket.resetAndDestroy();
      else socket.end();
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(
          `no end of the answer to ${JSON.stringify(bytes.slice(0, 600))}: ${Buffer.concat(answer).toString('latin1').slice(0, 300)}`,
        ),
      );
    }, PATIENCE_MS);
    socket.on('data', (data) => answer.push(data));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(answer).toString('latin1'));
    });
  });
}

it(`outlives ${REQUESTS} requests of all kinds (seed ${SEED}): none is answered 500, and other clients notice nothing`, async () => {
  const statuses = new Map<string, number>();
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < REQUESTS) {
      sent += 1;
      if (sent % 200 === 0) log.append(sent === 200 ? start() : tick(sent));
      const bytes = request();
      const answer = await send(bytes);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // 503: /health, which tells of a log that nobody writes.
      if (
        status.startsWith('5') &&
        !(status === '503' && answer.includes('"problems"')) &&
        !/^\S+ \/(health|readyz)/.test(bytes)
      )
        throw new Error(
          `answered ${status} to ${JSON.stringify(bytes.slice(0, 600))}: ${answer.slice(0, 600)}`,
        );
      expect(answer, JSON.stringify(bytes.slice(0, 600))).not.toMatch(/node_modules|\n {4}at |FST_ERR/);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  await bystander.until(() => bystander.seqs.length === log.last);
  expect(bystander.seqs).toEqual(Array.from({ length: log.last }, (_, i) => i + 1));
  expect((await gateway.fetchJson(`/api/games/${ID}`)).status).toBe(200);
  expect(gateway.logged.filter(({ msg }) => msg === 'a request failed')).toEqual([]);
  expect(Number(statuses.get('200'))).toBeGreaterThan(REQUESTS / 50);
}, 600_000);

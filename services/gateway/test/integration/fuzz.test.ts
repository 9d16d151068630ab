import { command } from '@vectra/protocol';
import seedrandom from 'seedrandom';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EPOCH, FakeLog, GAME, tick } from '../fakeLog.js';
import { numbers, startGateway, type TestClient, type TestGateway } from '../gatewayFixture.js';

/** How many messages; repeat a run with its seed. */
const MESSAGES = Number(process.env.FUZZ_MESSAGES ?? 20_000);
const SEED = process.env.FUZZ_SEED ?? String(Date.now());
const BATCH = 200;

const random = seedrandom(SEED);
const below = (n: number): number => Math.floor(random() * n);
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;

const ACTIONS = command.options.map((option) => option.shape.action.value);
const NAMES = ['channels', 'since', 'mode', 'ref', 'token', 'skip', 'gameId', 'games', 'query', 'speed'];
const MORE_NAMES = ['ticks', 'tick', 'session_id', 'strategy', 'side', 'amount', '__proto__', 'constructor'];
const CHANNELS = [['*'], ['game.*'], ['player.trade'], ['raw.*', 'game.tick'], [], ['Game *'], [null]];
const VALUES: unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  '',
  'x',
  '\u0000',
  '\ud800',
  {},
  [],
  [[]],
  { toString: 1 },
  GAME,
];
const TEXTS = [
  'lossless',
  'latest',
  'max',
  'buy',
  '0.01',
  '1e999',
  'live-1',
  '../../etc/passwd',
  'a'.repeat(300),
];
const TOKENS = [`${EPOCH}:1`, `${EPOCH}:19`, `${EPOCH}:0`, `${EPOCH}:99999`, 'ffff:1', `${EPOCH}:-1`, ':'];

function value(): unknown {
  return pick([VALUES, TEXTS, TOKENS, CHANNELS, [below(1_000) / 10]].map((list) => pick<unknown>(list)));
}

/** A command as somebody might send it, fields and order at random. */
function almost(): string {
  const names = Array.from({ length: below(5) }, () => pick([...NAMES, ...MORE_NAMES]));
  const fields = names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value())}`);
  const channels = random() < 0.3 ? [`"channels":${JSON.stringify(pick(CHANNELS))}`] : [];
  return `{${[`"action":${JSON.stringify(pick(ACTIONS))}`, ...channels, ...fields].join(',')}}`;
}

function bytes(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => below(256)));
}

const KINDS: readonly (() => string | Buffer)[] = [
  almost,
  almost,
  () => almost().slice(0, below(80)),
  () => bytes(below(200)),
  () => bytes(below(200)).toString('latin1'),
  () => `${'['.repeat(below(8_000))}1`,
  () => '{"action":'.repeat(below(1_500)),
  () => JSON.stringify({ action: pick(ACTIONS), channels: Array.from({ length: below(300) }, () => 'a.*') }),
  () => (random() < 0.05 ? 'x'.repeat(10_000 + below(20_000)) : 'null'),
  // Beyond what is read at all.
  () => (random() < 0.01 ? Buffer.alloc(70_000 + below(100_000)) : ''),
];

let log: FakeLog;
let gateway: TestGateway;
beforeEach(async () => {
  log = new FakeLog();
  log.append(...numbers(1, 20).map((k) => tick(k)));
  // Nothing is refused unread for coming too fast.
  const limits = { commandsPerSecond: 1e6, commandBurst: 1e6, commandsWaiting: 1e6, garbage: 1e6 };
  gateway = await startGateway(() => Promise.resolve(log), { limits });
});
afterEach(() => gateway.stop());

it(
  `${MESSAGES} malformed, oversized, deeply nested, wrong-order and binary messages harm nobody (seed ${SEED})`,
  async () => {
    const good = await gateway.connect();
    await good.subscribe(['*']);
    let bad = await gateway.connect();
    let closed = 0;
    for (let sent = 0; sent < MESSAGES; sent += BATCH) {
      for (let i = 0; i < Math.min(BATCH, MESSAGES - sent); i++) bad.say(pick(KINDS)());
      if (random() < 0.05) wire(bad).write(bytes(1 + below(50)));
      log.append(tick(log.last + 1));
      if (!(await answers(bad))) {
        closed += 1;
        bad = await gateway.connect();
      }
      // What was received is of no more use.
      bad.messages.length = 0;
    }
    await good.until(() => good.seqs.at(-1) === log.last);
    expect(good.seqs).toEqual(numbers(21, log.last));
    expect(good.messages.filter(({ type }) => type === 'error')).toEqual([]);
    expect(closed).toBeLessThan(MESSAGES / BATCH);
    expect(gateway.logged).toEqual([]);
  },
  60_000 + MESSAGES * 10,
);

function wire(client: TestClient): import('node:net').Socket {
  return (client.socket as unknown as { _socket: import('node:net').Socket })._socket;
}

let pings = 0;
/** Whether all before was read, and the connection lives. */
async function answers(client: TestClient): Promise<boolean> {
  const ref = `fuzz-${++pings}`;
  client.say({ action: 'ping', ref });
  try {
    await client.until(() => client.messages.some((message) => 'ref' in message && message.ref === ref));
    return true;
  } catch {
    return false;
  }
}

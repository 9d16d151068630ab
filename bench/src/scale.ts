import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Draft } from '@vectra/protocol';
import { gateway } from '@vectra/gateway';
import { startService, type RunningService } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Fanout } from './fanout.js';

/** About what the live game tells in a second: four ticks, and the trades and sidebets of its players. */
const RATE = 10;
const CLIENTS = [1_000, 2_000, 5_000, 8_000, 10_000];
const WARM_UP_EVENTS = 50;
const EVENTS = 200;

const GATEWAYS = [0, 1, 4, 16, 32];
const STREAM = 'readers';
const LEASE_MS = 4_000;
const READERS_MS = 15_000;
/** What a start asks of Redis is over by then. */
const SETTLE_MS = 3_000;

export interface ScaleFigures {
  clients: number;
  /** From publishing to the client, ms. */
  p50: number;
  p99: number;
  /** How long the events took until the last client had the last one, as a share of the time in which they were published. */
  pace: number;
  /** Shares of one core. */
  serverCpu: number;
  clientsCpu: number;
  /** What everything else on this machine used meanwhile: beyond little, the figures are those of a busy machine. */
  othersCpu: number;
  /** To the clients, bytes a second. */
  egress: number;
  /** Bytes of the process for each connection. */
  connectionBytes: number;
}

/** The gateway over a log in memory, to one process of clients: the figures of each number of clients. */
export async function* benchScale(): AsyncGenerator<ScaleFigures, void, undefined> {
  for (const clients of CLIENTS) yield await measureClients(clients);
}

async function measureClients(clients: number): Promise<ScaleFigures> {
  const fanout = new Fanout('gateway', clients);
  try {
    const { before, after } = await fanout.connect();
    await fanout.publish({ count: WARM_UP_EVENTS, together: 1, rate: RATE });
    const busyBefore = busyMs();
    const { p50, p99, ms, cpuMs, clientsCpuMs, bytes } = await fanout.publish({
      ...{ count: EVENTS, together: 1, rate: RATE },
    });
    return {
      clients,
      p50,
      p99,
      pace: ms / ((EVENTS * 1_000) / RATE),
      serverCpu: cpuMs / ms,
      clientsCpu: clientsCpuMs / ms,
      othersCpu: Math.max(0, (busyMs() - busyBefore - cpuMs - clientsCpuMs) / ms),
      egress: (bytes * 1_000) / ms,
      connectionBytes: (after - before) / clients,
    };
  } finally {
    await fanout.stop();
  }
}

/** CPU time (ms) that all cores together have used. */
function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

export function reportScale(figures: ScaleFigures): string {
  const { clients, p50, p99, pace, serverCpu, clientsCpu, othersCpu, egress, connectionBytes } = figures;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return (
    `  ${clients.toLocaleString('en').padStart(6)} clients   p50 ${p50} ms, p99 ${p99} ms, pace ${pace.toFixed(2)}` +
    `   gateway ${percent(serverCpu)}, clients ${percent(clientsCpu)}, others ${percent(othersCpu)} of a core` +
    `   ${(egress / 1e6).toFixed(1)} MB/s   ${(connectionBytes / 1024).toFixed(1)} KB a connection`
  );
}

export interface ReadersFigures {
  gateways: number;
  /** Share of one core that Redis uses. */
  cpu: number;
  /** Bytes a second that Redis sends and gets. */
  out: number;
  in: number;
  commands: number;
}

/** One writer and so many gateways without clients on a real Redis: what all of them together ask of it. */
export async function* benchReaders(redisUrl: string): AsyncGenerator<ReadersFigures, void, undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'vectra-readers-'));
  const redis = new Redis(redisUrl);
  const log = await EventLog.open({ url: redisUrl, stream: STREAM });
  const stop = new AbortController();
  const publisher = await log.publisher({
    ...{ folder, requiredGroups: [], leaseTtlMs: LEASE_MS, signal: stop.signal },
  });
  let tickCount = 0;
  const timer = setInterval(() => publisher.publish([tick(++tickCount)]), 1_000 / RATE);
  const running: RunningService[] = [];
  try {
    for (const gateways of GATEWAYS) {
      while (running.length < gateways) running.push(await startGateway(redisUrl, folder));
      await sleep(SETTLE_MS);
      yield { gateways, ...(await usedBy(redis)) };
    }
  } finally {
    clearInterval(timer);
    await Promise.all(running.map((each) => each.stop()));
    stop.abort();
    await publisher.close();
    await log.close();
    redis.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

function startGateway(redisUrl: string, folder: string): Promise<RunningService> {
  return startService(gateway, {
    env: { REDIS_URL: redisUrl, STREAM, GATEWAY_PORT: '0', RUGS_DATA_DIR: join(folder, 'none') },
    log: pino({ level: 'silent' }),
  });
}

const tick = (tickCount: number): Draft => ({
  type: 'game.tick',
  timestamp: Date.now(),
  gameId: '20260101-0123456789abcdef',
  source: 'simulator',
  data: {
    ...{ tickCount, price: '1.2345678901234567', active: true, rugged: false },
    ...{ phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: 12 },
  },
});

async function usedBy(redis: Redis): Promise<Omit<ReadersFigures, 'gateways'>> {
  const figures = async (): Promise<
    [at: number, cpu: number, out: number, got: number, commands: number]
  > => {
    const info = await redis.info('everything');
    const value = (name: string): number => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]);
    return [
      performance.now() / 1_000,
      value('used_cpu_sys') + value('used_cpu_user'),
      value('total_net_output_bytes'),
      value('total_net_input_bytes'),
      value('total_commands_processed'),
    ];
  };
  const before = await figures();
  await sleep(READERS_MS);
  const after = await figures();
  const [seconds, ...used] = after.map((value, index) => value - (before[index] ?? 0)) as typeof before;
  const [cpu = 0, out = 0, got = 0, commands = 0] = used.map((value) => value / seconds);
  return { cpu, out, in: got, commands };
}

export function reportReaders({ gateways, cpu, out, in: got, commands }: ReadersFigures): string {
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB/s`;
  return (
    `  ${String(gateways).padStart(6)} gateways  Redis ${(cpu * 100).toFixed(1)} % of a core` +
    `   sends ${kilobytes(out)}, gets ${kilobytes(got)}, ${Math.round(commands)} commands/s`
  );
}

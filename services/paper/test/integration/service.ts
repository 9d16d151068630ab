import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, freePort, startRedis } from '@vectra/launcher';
import { paperHappening, type PaperCommand, type PaperMessage, type PaperOrder } from '@vectra/protocol';
import { startService } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import { paperService, type Happening } from '../../src/index.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
export const STREAM = 'test';
export const LEASE_TTL_MS = 800;
export const SLOTS = 4;
/** For what must happen at some time. */
export const patiently = { timeout: 30_000, interval: 20 };

/** A Redis with a log and a writer on it; gone when the test ends. */
export async function testLog() {
  const dir = await mkdtemp(join(tmpdir(), 'vectra-paper-'));
  const redis = await startRedis({ port: await freePort(), dir });
  const log = await EventLog.open({ url: redis.url, stream: STREAM, name: 'test' });
  const stop = new AbortController();
  const publisher = await log.publisher({
    ...{ folder: join(dir, 'feed'), requiredGroups: [], leaseTtlMs: 5_000, signal: stop.signal },
  });
  onTestFinished(async () => {
    stop.abort();
    await publisher.close();
    await log.close();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const environment = {
    ...{ REDIS_URL: redis.url, STREAM, LEASE_TTL_MS: String(LEASE_TTL_MS), PAPER_SLOTS: String(SLOTS) },
    ...{ PAPER_PORT: '0', LOG_LEVEL: 'fatal', PAPER_MAX_LAG_MS: '600000' },
  };

  /** An instance in this process. */
  const startPaper = async (env: Record<string, string> = {}) => {
    const running = await startService(paperService, {
      env: { ...environment, ...env },
      log: pino({ enabled: false }),
    });
    onTestFinished(() => running.stop());
    return running;
  };

  /** An instance in a process of its own. */
  const spawnPaper = async (env: Record<string, string> = {}) => {
    const port = String(await freePort());
    const child = new Child({
      command: process.execPath,
      args: [MAIN],
      env: { PATH: process.env.PATH, ...environment, PAPER_PORT: port, ...env },
    });
    onTestFinished(() => child.stop(5_000));
    const isReady = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, patiently).toBe(true);
    return { child };
  };

  /** Waits until every event there is has been processed by all slots. */
  const settled = async (slots = SLOTS) => {
    await publisher.flush();
    const behind = async () => {
      const groups = (await log.groups()).filter(({ name }) => name.startsWith('paper:'));
      return groups.length === slots && groups.every(({ lag, pending }) => lag === 0 && pending === 0);
    };
    await expect.poll(behind, patiently).toBe(true);
  };

  return { dir, redis, log, publisher, startPaper, spawnPaper, settled, gateway: listen(log) };
}

export type TestLog = Awaited<ReturnType<typeof testLog>>;

type Asked = PaperCommand extends infer C ? (C extends PaperCommand ? Omit<C, 'ref'> : never) : never;

/** What a gateway does: sends commands, and hears what is told. */
function listen(log: EventLog) {
  const stop = new AbortController();
  const heard: PaperMessage[] = [];
  const listening = (async () => {
    for await (const message of log.paper.messages({ after: '0-0', signal: stop.signal }))
      heard.push(message);
  })();
  // Cleaned up before what it listens to.
  onTestFinished(() => {
    stop.abort();
    return listening;
  });
  let refs = 0;
  const ask = async (command: Asked): Promise<PaperMessage> => {
    const ref = `r${++refs}`;
    await log.paper.send({ ...command, ref });
    const answer = (): PaperMessage | undefined => heard.find((message) => message.ref === ref);
    await expect.poll(answer, patiently).toBeDefined();
    const given = answer();
    if (given === undefined) throw new Error(`expected an answer to ${ref}`);
    return given;
  };
  return {
    heard,
    ask,
    open: (session: string, strategy?: Extract<PaperCommand, { kind: 'open' }>['strategy']) =>
      ask({ kind: 'open', session, ...(strategy === undefined ? {} : { strategy }) }),
    order: (session: string, order: PaperOrder) => ask({ kind: 'order', session, order }),
  };
}

/** The whole history of a session. */
export async function historyOf(log: EventLog, id: string): Promise<Happening[]> {
  const { lines } = await log.paper.history(id, 0, 1_000_000);
  return lines.map((line) => paperHappening.parse(line));
}

/** How many slots each living instance owns, by its heartbeat. */
export async function spread(log: EventLog): Promise<number[]> {
  const states = (await log.services()).filter(({ name }) => name === 'paper');
  return states.map(({ detail }) => Number(detail.slots)).sort((a, b) => a - b);
}

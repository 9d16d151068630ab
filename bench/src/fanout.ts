import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ClientsOrder, ClientsTold } from './fanoutClients.js';
import type { ServerOrder, ServerTold } from './fanoutServer.js';

const CLIENTS = 1_000;
const PACED = { count: 200, together: 1, rate: 20 };
/** What comes first is not measured: a server that has just started runs code that is not compiled yet. */
const WARM_UP = { ...PACED, count: 60 };
const FLOOD = { rounds: 5, count: 100 };
/** Everything that comes with a new connection has come by then. */
const SETTLE_MS = 1_000;

export interface FanoutFigures {
  server: string;
  /** Bytes of the process for each connection. */
  connectionBytes: number;
  /** 1,000 clients, 20 events a second: from publishing to the client (ms), and the share of one core. */
  paced: { p50: number; p99: number; cpu: number };
  /** As fast as they are taken: deliveries a second, and deliveries a second of the server's CPU time. */
  flood: { rate: number; perCpuSecond: number };
}

/** What publishing took, in the server and in the process of its clients. */
export interface Published extends ClientsTold {
  cpuMs: number;
}

/** A server process, and as another process the clients that are connected to it. */
export class Fanout {
  readonly #server: ChildProcess;
  readonly #kind: string;
  readonly #count: number;
  #clients: ChildProcess | undefined;

  constructor(kind: string, count: number) {
    this.#kind = kind;
    this.#count = count;
    this.#server = fork(fileURLToPath(new URL('fanoutServer.js', import.meta.url)), [kind], {
      execArgv: ['--expose-gc'],
    });
  }

  /** @returns how much memory the server had before and after. */
  async connect(): Promise<{ before: number; after: number }> {
    const { port } = await answer<ServerTold>(this.#server);
    const { rss: before } = await this.#order({});
    const path = fileURLToPath(new URL('fanoutClients.js', import.meta.url));
    this.#clients = fork(path, [this.#kind, String(port), String(this.#count)]);
    await answer<ClientsTold>(this.#clients);
    await sleep(SETTLE_MS);
    return { before, after: (await this.#order({})).rss };
  }

  /** Publishes, and waits until every client has it. */
  async publish(order: Required<ServerOrder>['publish']): Promise<Published> {
    const clients = this.#clients;
    if (clients === undefined) throw new Error('expected clients to be connected');
    const { cpuMs: before } = await this.#order({});
    const told = answer<ClientsTold>(clients);
    clients.send({ expect: order.count * this.#count } satisfies ClientsOrder);
    await this.#order({ publish: order });
    const figures = await told;
    return { ...figures, cpuMs: (await this.#order({})).cpuMs - before };
  }

  async stop(): Promise<void> {
    for (const child of [this.#clients, this.#server]) {
      if (child?.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }

  #order(order: ServerOrder): Promise<ServerTold> {
    const told = answer<ServerTold>(this.#server);
    this.#server.send(order);
    return told;
  }
}

/** The gateway, a bare `ws` broadcast and Socket.IO, each a process of its own: the same events to as many clients. */
export async function* benchFanout(): AsyncGenerator<FanoutFigures, void, undefined> {
  for (const kind of ['ws', 'gateway', 'socket.io']) yield* await measure(kind);
}

async function measure(kind: string): Promise<FanoutFigures[]> {
  const fanout = new Fanout(kind, CLIENTS);
  try {
    const { before, after } = await fanout.connect();
    await fanout.publish(WARM_UP);
    const slow = await fanout.publish(PACED);
    const paced = { p50: slow.p50, p99: slow.p99, cpu: slow.cpuMs / slow.ms };
    const connectionBytes = (after - before) / CLIENTS;
    const figures: FanoutFigures[] = [];
    // The gateway also takes events as they come from the log when there are many: several at a time.
    for (const together of kind === 'gateway' ? [1, FLOOD.count] : [1]) {
      let [ms, cpuMs] = [0, 0];
      for (let round = 0; round < FLOOD.rounds; round++) {
        const told = await fanout.publish({ count: FLOOD.count, together, rate: 0 });
        ms += told.ms;
        cpuMs += told.cpuMs;
      }
      const deliveries = FLOOD.rounds * FLOOD.count * CLIENTS;
      const flood = { rate: (deliveries * 1_000) / ms, perCpuSecond: (deliveries * 1_000) / cpuMs };
      const server = together === 1 ? kind : `${kind}, ${together} at a time`;
      figures.push({ server, connectionBytes, paced, flood });
    }
    return figures;
  } finally {
    await fanout.stop();
  }
}

/** The next that a process tells. */
async function answer<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${code}`);
  });
  try {
    const [told] = (await Promise.race([once(child, 'message', { signal }), ended])) as [T];
    return told;
  } finally {
    over.abort();
  }
}

export function reportFanout({ server, connectionBytes, paced, flood }: FanoutFigures): string {
  const thousands = (value: number): string =>
    `${Math.round(value / 1_000).toLocaleString('en')}k`.padStart(6);
  return (
    `  ${server.padEnd(24)} at 20/s: p50 ${paced.p50} ms, p99 ${paced.p99} ms, ${Math.round(paced.cpu * 100)} % of a core` +
    `   at most ${thousands(flood.rate)} deliveries/s, ${thousands(flood.perCpuSecond)} a CPU second` +
    `   ${(connectionBytes / 1024).toFixed(1)} KB a connection`
  );
}

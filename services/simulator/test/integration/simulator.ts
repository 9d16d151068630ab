import { Writable } from 'node:stream';
import { createLogger, startService, type RunningService } from '@vectra/service-kit';
import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { simulatorService } from '../../src/service.js';

export interface Simulator extends RunningService {
  /** Its log, line by line. */
  log: Record<string, unknown>[];
  json<T>(path: string): Promise<T>;
  /** The value of one metric, labels included in its name; 0 when it is absent. */
  metric(name: string): Promise<number>;
}

/** A simulator of this test's own, stopped at its end. */
export async function startSimulator(env: Record<string, string>): Promise<Simulator> {
  const log: Simulator['log'] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const service = await startService(simulatorService, {
    env: { SIMULATOR_PORT: '0', ...env },
    log: createLogger('simulator', { LOG_LEVEL: 'info', LOG_FORMAT: 'json' }, destination),
  });
  onTestFinished(() => service.stop());
  return {
    ...service,
    log,
    json: async <T>(path: string) => (await (await fetch(service.url + path)).json()) as T,
    metric: async (name) => {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
  };
}

export interface Received {
  event: string;
  args: unknown[];
}

export interface Listener {
  socket: Socket;
  received: Received[];
  /** Resolves once `done` holds for what was received; it is asked after each event. */
  until(done: (received: Received[]) => boolean): Promise<void>;
}

export interface ListenOptions {
  /** Logged in, as the page is. */
  auth?: string;
  /** Comes back after a loss. */
  reconnection?: boolean;
}

/** A client that keeps all it receives, disconnected at the end of the test. */
export function listen(
  url: string,
  transports = ['websocket'],
  { auth, reconnection = false }: ListenOptions = {},
): Listener {
  const query = auth === undefined ? {} : { auth };
  const socket = io(url, { transports, forceNew: true, reconnection, reconnectionDelay: 20, query });
  onTestFinished(() => void socket.disconnect());
  const received: Received[] = [];
  let check = (): void => undefined;
  socket.onAny((event: string, ...args: unknown[]) => {
    received.push({ event, args });
    check();
  });
  return {
    socket,
    received,
    until: (done) =>
      new Promise((resolve) => {
        check = () => {
          if (done(received)) resolve();
        };
        check();
      }),
  };
}

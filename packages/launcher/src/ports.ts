import { createServer } from 'node:net';

/**
 * Below those that systems give to outgoing connections: of those a client that tries again and again takes the port of a server
 * which is being restarted, or even connects to itself.
 */
const [FIRST, LAST] = [20_000, 32_000];
const TRIES = 100;
/** Nobody may listen yet where they are meant for. */
const given = new Set<number>();

/** A TCP port of the loopback interface that is free now, another one each time. @throws Error when none is found. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`expected a free port from ${FIRST} to ${LAST}, but ${TRIES} of them were in use`);
}

/** Whether a server could listen on this port of the loopback interface now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** @throws Error naming the variable that holds the port of `what`, when something listens there. */
export async function expectFree(port: number, what: string, variable: string): Promise<void> {
  if (await isFree(port)) return;
  throw new Error(`port ${port} for ${what} is in use: stop what listens there, or set ${variable}`);
}

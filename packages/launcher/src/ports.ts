import { createServer } from 'node:net';

/**
 * Below those that systems give to outgoing connections: of those a client that tries again and again takes the port of a server
 * which is being restarted, or even connects to itself.
 */
const [FIRST, LAST] = [20_000, 32_000];
const TRIES = 100;

/** A TCP port of the loopback interface that is free now. @throws Error when none is found. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port, '127.0.0.1')) return port;
  }
  throw new Error(`expected a free port from ${FIRST} to ${LAST}, but ${TRIES} of them were in use`);
}

/** Whether a server could listen on this port now. */
export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

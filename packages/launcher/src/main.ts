import { existsSync } from 'node:fs';
import closeWithGrace from 'close-with-grace';
import { describeFailure } from '@vectra/service-kit';
import { LocalSystem } from './system.js';

const USAGE = `standalone: the whole system as local processes, with a redis-server of its own unless REDIS_URL is set.

  --demo   on generated games (the simulator is the upstream) instead of the live game
  --watch  restart each service when its compiled code changes
  --help   this text

Variables are read from the environment and from .env; .env.example lists them.
`;
const STOP_TIMEOUT_MS = 60_000;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(USAGE);
    return;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const demo = process.argv.includes('--demo');
  const watch = process.argv.includes('--watch');
  const say = (line: string): void => void process.stdout.write(`${line}\n`);

  const stopping = new AbortController();
  const starting = LocalSystem.start({ demo, env: process.env, say, watch, signal: stopping.signal });
  closeWithGrace({ delay: STOP_TIMEOUT_MS, logger: false }, async ({ err }) => {
    if (err !== undefined) process.stderr.write(`standalone: ${describeFailure(err)}\n`);
    stopping.abort(new Error('stopped during the start'));
    const system = await starting.catch(() => undefined); // a failed start has stopped what it started
    await system?.stop();
    if (err === undefined) say('\nstopped: no process is left');
  });
  const system = await starting;
  const what = demo ? 'generated games' : 'the live game';
  say(
    `\n  Watching ${what}: ${system.url('gateway')}\n  Health: ${system.url('gateway')}/health   Stop: Ctrl-C\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`standalone: ${describeFailure(error)}\n`);
  process.exit(1);
});

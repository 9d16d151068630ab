import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { note, nothingTold, type Follower, type FollowOptions } from './followers.js';

const CLIENT = join(process.cwd(), 'clients', 'python');
const CHECK = 'import sys, websockets; sys.exit(sys.version_info < (3, 10))';

/** A Python that can run the Python client; undefined when there is none. */
export function pythonProgram(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (program) => spawnSync(program, ['-c', CHECK], { stdio: 'ignore' }).status === 0,
  );
}

/** A client in Python. A word of it that is no event's id counts as one that events can't be had. */
export function followInPython(program: string, { name, url, epoch }: FollowOptions): Follower {
  const told = nothingTold(false);
  const script = join(CLIENT, 'tests', 'real_gateway.py');
  const child = spawn(program, [script, 'events', `${url.replace('http', 'ws')}/ws`, `${epoch}:0`], {
    env: { PATH: process.env.PATH, PYTHONPATH: join(CLIENT, 'src'), PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/^[0-9a-f]+:\d+$/.test(line)) note(told, epoch, line);
    else told.unrecovered++;
  });
  return { name, told, close: () => void child.kill('SIGKILL') };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, eventually, freePorts, recordingsIn } from './harness.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Ids of processes whose environment holds this text. */
async function processesWith(text: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const holding = await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => ''); // gone meanwhile
      return environment.includes(text);
    }),
  );
  return ids.filter((_, index) => holding[index]);
}

describe('./start.sh --demo --standalone', () => {
  let dir: string;
  let ports: Record<string, string>;
  let shell: ChildProcess;
  let output = '';

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vectra-standalone-'));
    ports = await freePorts();
    shell = spawn('./start.sh', ['--demo', '--standalone'], {
      cwd: ROOT,
      detached: true,
      env: {
        ...cleanEnvironment(),
        ...ports,
        RUGS_DATA_DIR: dir,
        FEED_DATA_DIR: join(dir, 'feed'),
        SIMULATOR_SPEED: '20',
      },
    });
    shell.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    shell.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  });
  afterAll(async () => {
    if (shell.exitCode === null && shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });

  it('prints the web address once everything is ready, and /health is well', async () => {
    const address = `http://127.0.0.1:${ports.GATEWAY_PORT}`;
    await eventually(
      'the address is printed',
      () => output.includes(`Watching generated games: ${address}`),
      120_000,
    );
    await eventually('all is well', async () => (await fetch(`${address}/health`)).ok);
    expect((await fetch(address)).headers.get('content-type')).toContain('text/html');
    await eventually('a game is recorded', async () => (await recordingsIn(dir)).length > 0);
  });

  it('stops cleanly on Ctrl-C, leaving no process', async () => {
    expect((await processesWith(dir)).length).toBeGreaterThan(4);
    // What a terminal does: the signal goes to the whole foreground group.
    process.kill(-(shell.pid ?? 0), 'SIGINT');
    const status = await new Promise((resolve) => shell.once('exit', resolve));
    expect(output).toContain('stopped: no process is left');
    expect(status).toBe(0);
    expect(await processesWith(dir)).toEqual([]);
  });
});

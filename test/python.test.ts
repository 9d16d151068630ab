import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rest } from '@vectra/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, getJson, recordingsIn, testSystem, type TestSystem } from './harness.js';

const CLIENT = fileURLToPath(new URL('../clients/python/', import.meta.url));
const KILLS = 3;

/** The one from PATH may be another than the system's, to which the system's packages belong. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) =>
    spawnSync(program, ['-c', 'import sys, websockets; sys.exit(sys.version_info < (3, 10))']).status === 0,
);
if (python === undefined)
  process.stderr.write('No Python 3.10 with websockets: the tests of the Python client are skipped.\n');

const env = { PATH: process.env.PATH, PYTHONPATH: `${CLIENT}src`, PYTHONDONTWRITEBYTECODE: '1' };

describe.skipIf(python === undefined)('the Python client', () => {
  let test: TestSystem;
  let url: string;
  let child: ChildProcess | undefined;
  let output = '';
  let complaints = '';

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'python', SIMULATOR_SPEED: '20' } });
    url = `${test.system.url('gateway').replace('http', 'ws')}/ws`;
  });
  afterEach(() => {
    child?.kill('SIGKILL');
  });
  afterAll(() => test.stop());

  const start = (args: readonly string[]): void => {
    [output, complaints] = ['', ''];
    child = spawn(python ?? '', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  };
  const lines = (): string[] => output.split('\n').slice(0, -1);

  const ended = async (): Promise<void> => {
    await eventually('the program has ended', () => child?.exitCode !== null || child.signalCode !== null);
    expect(complaints).toBe('');
  };

  it('passes its own tests', () => {
    const args = ['-m', 'unittest', 'discover', '--start-directory', `${CLIENT}tests`];
    const { status, stderr } = spawnSync(python ?? '', args, { env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/Ran [1-9]\d+ tests/);
  });

  it.each(['README.md', 'clients/python/README.md', 'llms.txt'])(
    'subscribes in the ten lines of %s',
    async (page) => {
      const text = readFileSync(`${CLIENT}../../${page}`, 'utf8');
      const [, example = ''] = /```python\n([^]*?)```/.exec(text) ?? [];
      expect(example.trim().split('\n').length).toBeLessThan(10);
      start(['-u', '-c', example.replace('ws://127.0.0.1:8080/ws', url)]);
      await eventually(
        'it tells of ticks',
        () => lines().filter((line) => line.startsWith('game.tick ')).length > 5,
      );
      expect(complaints).toBe('');
    },
  );

  it('gets every event once and in order while the gateway is killed again and again', async () => {
    const { epoch } = await test.log.state();
    start([`${CLIENT}tests/real_gateway.py`, 'events', url, `${epoch}:0`]);
    for (let kill = 0; kill < KILLS; kill++) {
      const before = lines().length;
      await eventually('it gets events', () => lines().length > before + 50);
      test.system.child('gateway').signal('SIGKILL');
    }
    const { last } = await test.log.state();
    await eventually('it has caught up', () => lines().length >= last + 50);
    const seqs = lines();
    expect(seqs).toEqual(seqs.map((_, index) => `${epoch}:${index + 1}`));
    expect(complaints).toBe('');
  });

  it('replays a recorded game tick for tick, and its place among live events stays', async () => {
    const game = await eventually('a game is recorded', async () =>
      (await recordingsIn(test.dataDir)).find(({ meta }) => meta.complete),
    );
    const address = `${test.system.url('gateway')}/api/games/${game.meta.game_id}`;
    await eventually('the gateway has it', async () => (await fetch(address)).ok);
    expect(await getJson(address)).toHaveProperty('prices');
    start([`${CLIENT}tests/real_gateway.py`, 'replay', url, game.meta.game_id]);
    await ended();
    expect(lines().slice(0, -1).map(Number)).toEqual(game.prices);
    expect(lines().at(-1)).toBe('live simulator place kept');
  });

  it('trades on paper: buys, is told of ticks, sells, and hears why an order is refused', async () => {
    start([`${CLIENT}tests/real_gateway.py`, 'paper', url, 'python']);
    await ended();
    const [bought, told, sold, refused = '', wallet] = lines();
    expect([bought, told, sold]).toEqual(['bought 0.1', 'live_tick', 'sold']);
    expect(refused).toMatch(/^(above_maximum|no_game)$/);
    const { session, history } = await rest({ url: test.system.url('gateway') }).session('python');
    expect(session).toMatchObject({ is_active: false, position: null, wallet });
    expect(history.lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['bought', 'sold']));
  });
});

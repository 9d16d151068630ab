import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, testSystem, type TestSystem } from './harness.js';

const run = promisify(execFile);
const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
let test: TestSystem;

beforeAll(async () => {
  test = await testSystem({ env: { SIMULATOR_SPEED: '50', SIMULATOR_SEED: 'attach' } });
});
afterAll(() => test.stop());

/** The ended games of the log, as the example tells them. */
async function endings(): Promise<string[]> {
  const { last } = await test.log.state();
  const events = await test.log.range(1, last, last);
  return events.flatMap(({ type, gameId, data }) =>
    type === 'game.end'
      ? [`${gameId}: ${data.reason} after ${data.tickCount} ticks, peak ${data.peakMultiplier}`]
      : [],
  );
}

describe('attaching a service', () => {
  it('takes the ten lines of the example: every rug, in order, across a restart', async () => {
    const lines: string[] = [];
    for (let round = 1; round <= 2; round++) {
      const example = spawn(process.execPath, [inProject('examples/dist/rugCounter.js')], {
        env: { PATH: process.env.PATH, REDIS_URL: test.system.redisUrl },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      example.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await eventually('the example tells of two games', () => text.split('\n').length > 2);
      example.kill('SIGKILL');
      await eventually('the example has ended', () => example.exitCode ?? example.signalCode);
      lines.push(...text.split('\n').filter((line) => line !== ''));
    }
    const expected = await endings();
    // A kill may repeat the batch that was not acknowledged yet, and nothing else.
    const once = lines.filter((line, index) => lines.indexOf(line) === index);
    expect(once).toEqual(expected.slice(0, once.length));
    expect(once.length).toBeGreaterThanOrEqual(3);
  });

  it('takes the four redis-cli commands of the documentation', async () => {
    const page = readFileSync(inProject('docs/delivery.md'), 'utf8');
    const commands = page.split('\n').filter((line) => line.startsWith('redis-cli '));
    expect(commands).toHaveLength(4);
    const port = new URL(test.system.redisUrl).port;
    const outputs: string[] = [];
    for (const command of commands) {
      const { stdout } = await run('bash', ['-c', command.replace('6390', port)]);
      outputs.push(stdout);
    }
    const [created, pending, read, acknowledged] = outputs;
    expect(created).toBe('OK\n');
    expect(pending?.trim()).toBe('{rugs}:events');
    expect(read?.match(/^\d+-0$/gm)).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 1}-0`));
    expect(acknowledged).toBe('3\n');
    const group = (await test.log.groups()).find(({ name }) => name === 'my-script');
    expect(group).toMatchObject({ delivered: 10, pending: 7 });
  });
});

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '@vectra/launcher';
import { startService } from '@vectra/service-kit';
import { simulatorService } from '../../../simulator/src/service.js';
import { Upstream } from './upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

async function check(args: string[], UPSTREAM_URL: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, 'check', ...args], {
    env: { PATH: process.env.PATH, UPSTREAM_URL, ...env },
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { out, err, code };
}

async function simulated(): Promise<string> {
  const service = await startService(simulatorService, {
    env: { SIMULATOR_PORT: '0', SIMULATOR_SPEED: '10', SIMULATOR_SEED: 'check', LOG_LEVEL: 'fatal' },
  });
  onTestFinished(() => service.stop());
  return service.url;
}

describe('feed check', () => {
  it('finds the simulator well, with ticks and phases, without Redis', async () => {
    const { out, code } = await check(['--seconds', '6'], await simulated());
    expect(out).toContain('All is well.');
    expect(out).toMatch(/^public +connected after \d+ ms$/m);
    expect(out).toMatch(/^gameStateUpdate +\d+ +\d+/m);
    expect(code).toBe(0);
  });

  it('tells a program the same as JSON', async () => {
    const url = await simulated();
    const { out, code } = await check(['--seconds', '3', '--json'], url);
    const report = JSON.parse(out) as { ok: boolean; upstream: string; observed: { events: number } };
    expect(report).toMatchObject({ ok: true, upstream: url, problems: [] });
    expect(report.observed.events).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it('says that nothing listens where it should, with status 1', async () => {
    const { out, code } = await check(['--seconds', '1'], `http://127.0.0.1:${await freePort()}`);
    expect(out).toContain('ECONNREFUSED');
    expect(out).toContain('UPSTREAM_URL');
    expect(code).toBe(1);
  });

  it('says that a server is connected and silent, and never sends it anything', async () => {
    const upstream = await Upstream.listen();
    onTestFinished(() => upstream.close());
    const { out, code } = await check(['--seconds', '2'], upstream.url);
    expect(out).toMatch(/Connected, but no frame of the game came/);
    expect(code).toBe(1);
    expect(upstream.received).toEqual([]);
    expect(upstream.origins).toEqual(['https://rugs.fun']);
  });

  it('does not miss a Chrome that is not there to be found', async () => {
    const env = { CHROME_CDP_URL: 'http://chrome.invalid:9223' };
    const { out, code } = await check(['--seconds', '3'], await simulated(), env);
    expect(out).toContain('All is well.');
    expect(code).toBe(0);
  });

  it('ends early when it is told to, and says what it knows', async () => {
    const child = spawn(process.execPath, [MAIN, 'check', '--seconds', '600'], {
      env: { PATH: process.env.PATH, UPSTREAM_URL: await simulated() },
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const out = text(child.stdout);
    await new Promise<void>((resolve) => child.stderr.once('data', () => resolve()));
    setTimeout(() => child.kill('SIGINT'), 2_000);
    expect(await exited).not.toBeNull();
    expect(await out).toMatch(/^public +connected/m);
  });

  it.each([['x'], ['0'], ['601'], ['1.5']])('refuses --seconds %s with status 2', async (given) => {
    const { err, code } = await check(['--seconds', given], 'http://127.0.0.1:1');
    expect(err).toContain(`"${given}"`);
    expect(code).toBe(2);
  });
});

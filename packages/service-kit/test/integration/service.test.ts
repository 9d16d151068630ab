import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  describeFailure,
  startService,
  type ServiceContext,
  type ServiceDefinition,
} from '../../src/index.js';

type Context = ServiceContext<'FEED_PORT'>;

function service(start: (context: Context) => Promise<() => Promise<void>>): ServiceDefinition<'FEED_PORT'> {
  return { name: 'test', about: 'a service.', variables: ['FEED_PORT'], port: 'FEED_PORT', start };
}

const env = { FEED_PORT: '0', LOG_LEVEL: 'fatal' };
const nothing = (): Promise<void> => Promise.resolve();

async function get(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

describe('a service', () => {
  it('answers /healthz, /readyz and /metrics, and is ready as long as every condition holds', async () => {
    let context: Context | undefined;
    const running = await startService(
      service((given) => {
        context = given;
        given.health.set('redis', true);
        return Promise.resolve(nothing);
      }),
      { env },
    );
    expect(await get(`${running.url}/healthz`)).toMatchObject({ status: 200 });
    expect((await get(`${running.url}/metrics`)).body).toContain('process_cpu_seconds_total');
    expect(await get(`${running.url}/readyz`)).toMatchObject({ status: 200 });
    context?.health.set('redis', false, 'does not answer');
    const unready = await get(`${running.url}/readyz`);
    expect(unready.status).toBe(503);
    expect(JSON.parse(unready.body)).toMatchObject({
      checks: { redis: { ok: false, detail: 'does not answer' } },
    });
    await running.stop();
  });

  it('tells in its metrics whether it is ready, and each condition', async () => {
    let context: Context | undefined;
    const running = await startService(
      service((given) => {
        context = given;
        return Promise.resolve(nothing);
      }),
      { env },
    );
    const metrics = async (): Promise<string> => (await get(`${running.url}/metrics`)).body;
    context?.health.set('redis', true);
    expect(await metrics()).toContain('service_ready 1\n');
    context?.health.set('redis', false);
    expect(await metrics()).toContain('service_ready 0\n');
    expect(await metrics()).toContain('service_check_ok{check="redis"} 0\n');
    await running.stop();
  });

  it('is told to stop before it is drained, and only once', async () => {
    const steps: string[] = [];
    const running = await startService(
      service(({ stopping }) => {
        stopping.addEventListener('abort', () => steps.push('stopping'));
        return Promise.resolve(() => {
          steps.push('drained');
          return Promise.resolve();
        });
      }),
      { env },
    );
    await Promise.all([running.stop(), running.stop()]);
    expect(steps).toEqual(['stopping', 'drained']);
    await expect(get(`${running.url}/healthz`)).rejects.toThrow();
  });

  it('does not start in an environment that does not fit', async () => {
    const starting = startService(
      service(() => Promise.resolve(nothing)),
      { env: { FEED_PORT: 'x' } },
    );
    await expect(starting).rejects.toBeInstanceOf(ConfigError);
  });

  it('releases what it took when its port is in use, and says which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    let released = false;
    const starting = startService(
      service(() =>
        Promise.resolve(() => {
          released = true;
          return Promise.resolve();
        }),
      ),
      { env: { ...env, FEED_PORT: String(port) } },
    );
    const error: unknown = await starting.catch((reason: unknown) => reason);
    expect(describeFailure(error)).toBe(
      `port ${port} on 127.0.0.1 is in use: stop what listens there, or set another port in the environment`,
    );
    expect(released).toBe(true);
    other.close();
  });

  it('reports a failure that nothing else can handle, once it is not stopping anyway', async () => {
    const failures: unknown[] = [];
    let context: Context | undefined;
    const running = await startService(
      service((given) => {
        context = given;
        return Promise.resolve(nothing);
      }),
      { env, onFailure: (error) => failures.push(error) },
    );
    context?.fail(new Error('first'));
    expect((await get(`${running.url}/readyz`)).status).toBe(503);
    await running.stop();
    context?.fail(new Error('late'));
    expect(failures).toEqual([new Error('first')]);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { rest, RestError } from '../../src/index.js';

interface Asked {
  url: string;
  headers: Record<string, string>;
}

/** Answers the next request, and keeps what was asked. */
function answering(status: number, body: unknown): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push({ url, headers });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status }));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe('the REST routes', () => {
  it('are asked below the address, with the token in the header', async () => {
    const asked = answering(200, { games: [], next: null });
    await rest({ url: 'ws://gateway:8080/ws', token: 'secret' }).games({ from: '2026-01-31', minPeak: 2.5 });
    await rest({ url: 'http://gateway:8080/' }).games();
    expect(asked).toEqual([
      {
        url: 'http://gateway:8080/api/games?from=2026-01-31&minPeak=2.5',
        headers: { authorization: 'Bearer secret' },
      },
      { url: 'http://gateway:8080/api/games', headers: {} },
    ]);
  });

  it('are asked for every choice of games that there is', async () => {
    const asked = answering(200, { games: [], next: null });
    await rest({ url: 'http://gateway' }).games({
      ...{ maxPeak: 10, minTicks: 5, maxTicks: 500, verified: 'unknown', complete: false },
      ...{ sort: 'peak', order: 'asc', limit: 200, cursor: 'abc' },
    });
    expect(asked[0]?.url).toBe(
      'http://gateway/api/games?maxPeak=10&minTicks=5&maxTicks=500&verified=unknown&complete=false' +
        '&sort=peak&order=asc&limit=200&cursor=abc',
    );
  });

  it('tell how the system is, also when it is not well', async () => {
    answering(503, { status: 'down', problems: [] });
    expect(await rest({ url: 'http://gateway' }).health()).toMatchObject({ status: 'down' });
  });

  it('do not take for health what a proxy says when no gateway answers', async () => {
    answering(503, { error: { code: 'no_gateway', message: 'No gateway answers.' } });
    await expect(rest({ url: 'http://gateway' }).health()).rejects.toThrow('No gateway answers.');
  });

  it('reject with the words of the gateway', async () => {
    const code = 'not_found';
    answering(404, { error: { code, message: 'no recording of game x' } });
    const failure: unknown = await rest({ url: 'http://gateway' })
      .game('x')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RestError);
    expect(failure).toMatchObject({ status: 404, code, message: 'no recording of game x' });
  });

  it.each(['<html>', '{}'])('reject where something else than a gateway answers %s', async (body) => {
    answering(502, body);
    await expect(rest({ url: 'http://gateway' }).sessions()).rejects.toThrow(
      'http://gateway/api/live/sessions answered 502, and not as a gateway does',
    );
  });
});

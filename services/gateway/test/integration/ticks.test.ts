import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../fakeLog.js';
import { startGateway, type TestGateway } from '../gatewayFixture.js';
import { recordingOf, sealedRecording, writeDay } from '../recordingsFixture.js';
import { gameVerdict } from '../../src/verdict.js';

const ID = '20251207-1c1ca4cce9ac71e7';
const STARTED = '2025-12-07T14:30:22.118Z';
const game = sealedRecording(ID, STARTED, 'ab'.repeat(32));
const rows = game.prices.map((price, tick) => ({ tick, price }));

let gateway: TestGateway;

beforeEach(async () => {
  gateway = await startGateway(() => Promise.resolve(new FakeLog()));
  await writeDay(gateway.dataDir, '2025-12-07', [game]);
});
afterEach(() => gateway.stop());

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${gateway.url}/api/games/${path}`, { method, headers });

/** Reads each form back into the same rows. */
const readers: Record<string, (body: ArrayBuffer) => unknown> = {
  'application/json': (body) => (JSON.parse(textOf(body)) as { ticks: unknown }).ticks,
  'application/x-ndjson': (body) =>
    textOf(body)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown),
  'text/csv': (body) => {
    const [head, ...lines] = textOf(body).split('\n').slice(0, -1);
    expect(head).toBe('tick,price');
    return lines.map((line) => line.split(',').map(Number)).map(([tick, price]) => ({ tick, price }));
  },
  'application/vnd.apache.parquet': (file) => parquetReadObjects({ file }),
};

function textOf(body: ArrayBuffer): string {
  return Buffer.from(body).toString('utf8');
}

describe('/api/games/:id/ticks', () => {
  it.each(Object.keys(readers))('gives every price to the last bit as %s', async (type) => {
    const response = await ask(`${ID}/ticks`, { accept: `${type}, text/html;q=0.1` });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('vary')).toContain('accept');
    expect(await readers[type]?.(await response.arrayBuffer())).toEqual(rows);
  });

  it('is JSON for whoever takes anything, and what ?format= says whatever the header does', async () => {
    for (const accept of ['*/*', 'text/html,*/*;q=0.8'])
      expect((await ask(`${ID}/ticks`, { accept })).headers.get('content-type')).toContain(
        'application/json',
      );
    const chosen = await ask(`${ID}/ticks?format=csv`, { accept: 'application/json' });
    expect(chosen.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(chosen.headers.get('content-disposition')).toContain(`${ID}.csv`);
  });

  it('takes the form that is liked best', async () => {
    const response = await ask(`${ID}/ticks`, { accept: 'application/json;q=0.5, text/*;q=0.9' });
    expect(response.headers.get('content-type')).toContain('text/csv');
  });

  it('names the game in the Parquet file itself', async () => {
    const file = await (await ask(`${ID}/ticks?format=parquet`)).arrayBuffer();
    expect(parquetMetadata(file).key_value_metadata).toContainEqual({ key: 'game_id', value: ID });
  });

  it('is 406 with what there is for another form, 400 for another ?format=, 404 for another game', async () => {
    const other = await ask(`${ID}/ticks`, { accept: 'image/png' });
    expect(other.status).toBe(406);
    expect(await other.text()).toContain('text/csv (format=csv)');
    const wrong = await ask(`${ID}/ticks?format=xml`);
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('expected one of json, ndjson, csv, parquet');
    expect((await ask('nobody/ticks')).status).toBe(404);
  });
});

describe('/api/games/:id/verify', () => {
  const judged = async (id = ID) => gameVerdict.parse(await (await ask(`${id}/verify`)).json());

  it('says that every price is the one of the seed', async () => {
    expect(await judged()).toMatchObject({
      ...{ verdict: 'verified', version: 'v3', problems: [], first_disagreement: null },
      ...{ rug_tick: game.meta.rug_tick, peak_multiplier: game.meta.peak_multiplier },
      compared: game.prices.length - 1,
    });
  });

  it('says which price is the first that is not', async () => {
    const prices = [...game.prices];
    prices[3] = 1.5;
    prices[5] = 7;
    await writeDay(gateway.dataDir, '2025-12-07', [{ ...game, prices }]);
    const { verdict, first_disagreement, problems } = await judged();
    expect(verdict).toBe('mismatch');
    expect(first_disagreement).toEqual({ tick: 3, expected: game.prices[3], was: 1.5 });
    expect(problems[0]).toContain('price at tick 3');
  });

  it('does not take a game for verified that rugged at another tick than its seed says', async () => {
    const { meta, prices } = game;
    const early = { ...meta, rug_tick: (meta.rug_tick ?? 0) - 1 };
    await writeDay(gateway.dataDir, '2025-12-07', [{ meta: early, prices: prices.slice(0, -1) }]);
    expect(await judged()).toMatchObject({ verdict: 'mismatch', first_disagreement: null });
  });

  it('says that there is no seed yet', async () => {
    await writeDay(gateway.dataDir, '2025-12-08', [recordingOf('young', '2025-12-08T00:00:00.000Z', 2)]);
    expect(await judged('young')).toMatchObject({ verdict: 'no-seed', compared: 0 });
  });
});

describe('a conditional request', () => {
  it.each([ID, `${ID}/ticks`, `${ID}/ticks?format=parquet`, `${ID}/verify`, '../games', 'recent'])(
    'for %j is answered without content while that is the same',
    async (path) => {
      const first = await ask(path);
      const tag = first.headers.get('etag') ?? '';
      expect(tag).toMatch(/^"[\w-]{22}"$/);
      for (const named of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        for (const method of ['GET', 'HEAD']) {
          const again = await ask(path, { 'if-none-match': named }, method);
          expect(again.status).toBe(304);
          expect(again.headers.get('etag')).toBe(tag);
          expect(await again.text()).toBe('');
        }
      }
      expect((await ask(path, { 'if-none-match': '"other"' })).status).toBe(200);
    },
  );

  it('has another tag for another form, and when the game has become another', async () => {
    const tag = async (path: string) => (await ask(path)).headers.get('etag');
    const tags = [await tag(ID), await tag(`${ID}/ticks?format=csv`), await tag(`${ID}/ticks`)];
    await writeDay(gateway.dataDir, '2025-12-07', [{ ...game, meta: { ...game.meta, verified: null } }]);
    expect(new Set([...tags, await tag(ID)]).size).toBe(4);
  });
});

describe('HEAD', () => {
  it.each([ID, `${ID}/ticks?format=csv`, '../games', 'nobody'])(
    'says of %j what GET does, without content',
    async (path) => {
      const [head, get] = [await ask(path, {}, 'HEAD'), await ask(path)];
      expect(head.status).toBe(get.status);
      for (const name of ['content-type', 'content-length', 'etag'])
        expect(head.headers.get(name)).toBe(get.headers.get(name));
      expect(await head.text()).toBe('');
    },
  );
});

import { copyFile, readFile } from 'node:fs/promises';
import { placeEvent, type Draft } from '@vectra/protocol';
import { expect, it } from 'vitest';
import { queryStore } from '../../../src/query/query.js';
import { VIEWS } from '../../../src/query/views.js';
import { foldersOf } from '../../../src/folders.js';
import { GameScript, logOf, STARTED } from '../../script.js';
import { recordAll, temporaryFolder } from '../folder.js';
import { run } from '../process.js';
import { filesIn, inStore, storeAll } from '../store/store.js';

const GAME = new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.25, 0.01]);
const TICKS = 'type=game.tick/date=2025-12-07';

const trade: Draft = {
  type: 'player.trade',
  timestamp: STARTED + 300,
  gameId: GAME.id,
  source: 'public',
  data: {
    tradeId: 't1',
    playerId: 'p1',
    username: 'dutch "the" trader',
    level: 3,
    side: 'buy',
    tickIndex: 1,
    price: '1.25',
    qty: '0.08',
    amount: '0.1',
    leverage: null,
    coin: null,
    bonusPortion: null,
    realPortion: null,
  },
};
const bet = {
  ...{
    betId: 'b1',
    playerId: 'p1',
    username: 'dutch',
    betAmount: '0.01',
    xPayout: 5,
    startTick: 1,
    endTick: 41,
  },
  ...{ coinAddress: null, own: true },
};
const placed: Draft = { ...trade, type: 'sidebet.placed', timestamp: STARTED + 310, data: bet };
const result: Draft = {
  ...trade,
  type: 'sidebet.result',
  timestamp: STARTED + 600,
  data: { ...bet, won: true, payout: '0.05', profit: '0.04', tickIndex: 2 },
};
const DRAFTS = [
  GAME.start(),
  ...GAME.ticks(0, 1),
  trade,
  placed,
  GAME.tick(2),
  GAME.rug(),
  result,
  GAME.sealed(),
];

async function stored(): Promise<string> {
  const folder = await temporaryFolder();
  await recordAll(folder, logOf(DRAFTS));
  await storeAll(folder);
  return folder;
}

async function rows(folder: string, sql: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  await queryStore(foldersOf(folder).store, sql, async (given) => {
    for await (const group of given.rows)
      for (const row of group)
        found.push(Object.fromEntries(given.columns.map((name, index) => [name, row[index]])));
  });
  return found;
}

it('each view tells its part of a game', async () => {
  const folder = await stored();
  expect(await rows(folder, 'SELECT tick, price, price_exact, rugged FROM ticks ORDER BY tick')).toEqual([
    { tick: 0n, price: 1, price_exact: '1', rugged: false },
    { tick: 1n, price: 1.25, price_exact: '1.25', rugged: false },
    { tick: 2n, price: 0.01, price_exact: '0.01', rugged: true },
  ]);
  expect(await rows(folder, 'SELECT * FROM games')).toMatchObject([
    {
      ...{
        game_id: GAME.id,
        rugged: true,
        rug_tick: 2n,
        rug_price: 0.01,
        peak_multiplier: 1.25,
        joined_at_tick: 0n,
      },
      ...{
        verdict: 'verified',
        complete: true,
        started_at: new Date(STARTED),
        ended_at: new Date(STARTED + 500),
      },
    },
  ]);
  expect(await rows(folder, 'SELECT * FROM trades')).toMatchObject([
    { tick: 1n, side: 'buy', username: 'dutch "the" trader', amount: 0.1, amount_exact: '0.1' },
  ]);
  expect(await rows(folder, 'SELECT * FROM sidebets')).toMatchObject([
    {
      start_tick: 1n,
      end_tick: 41n,
      bet_amount: 0.01,
      won: true,
      payout: 0.05,
      profit: 0.04,
      decided_at_tick: 2n,
      own: true,
    },
  ]);
  expect(await rows(folder, 'SELECT action, tick, amount FROM actions ORDER BY timestamp')).toEqual([
    { action: 'buy', tick: 1n, amount: 0.1 },
    { action: 'sidebet', tick: 1n, amount: 0.01 },
    { action: 'sidebet_won', tick: 2n, amount: 0.05 },
  ]);
  const events = await rows(folder, 'SELECT raw FROM events ORDER BY seq');
  expect(events.map(({ raw }) => JSON.parse(String(raw)) as unknown)).toEqual(logOf(DRAFTS));
});

it('an empty store has the same views with the same columns', async () => {
  const [full, empty] = [await stored(), await temporaryFolder()];
  for (const view of [...Object.keys(VIEWS), 'events']) {
    const describe = `SELECT column_name, column_type FROM (DESCRIBE ${view})`;
    expect(await rows(empty, describe)).toEqual(await rows(full, describe));
    expect(await rows(empty, `SELECT * FROM ${view}`)).toEqual([]);
  }
});

it('while a merge is not cleaned up, no row is seen twice', async () => {
  const folder = await stored();
  const [name = ''] = await filesIn(folder, TICKS);
  await copyFile(inStore(folder, TICKS, name), inStore(folder, TICKS, name.replace(/-\d+/, '-99')));
  expect(await rows(folder, 'SELECT count(*) AS n FROM ticks')).toEqual([{ n: 3n }]);
});

it('nothing but one SELECT is run, and no other file is in reach', async () => {
  const folder = await stored();
  const [name = ''] = await filesIn(folder, TICKS);
  const part = inStore(folder, TICKS, name);
  const before = await readFile(part);
  for (const sql of [
    `COPY (SELECT 1) TO '${part}'`,
    'CREATE TABLE a (b INT)',
    'SET enable_external_access = true',
    "ATTACH ':memory:' AS other",
    'SELECT 1; SELECT 2',
    '',
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_csv('/etc/passwd')",
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${part}'`,
  ])
    await expect(rows(folder, sql), sql).rejects.toThrow();
  expect(await readFile(part)).toEqual(before);
});

it('prints a table, JSON or CSV', async () => {
  const folder = await stored();
  const env = { RUGS_DATA_DIR: folder };
  const sql = 'SELECT tick, username, timestamp, level, coin FROM trades';
  const table = await run(['query', sql], env);
  expect(table.out).toMatch(
    /^ {2}tick {2}username .*\n +1 {2}dutch "the" trader .*2025-12-07T14:30:22.418Z +3 +-\n1 row\n$/,
  );
  const json = await run(['query', sql, '--format', 'json'], env);
  expect(JSON.parse(json.out)).toEqual([
    { tick: 1, username: 'dutch "the" trader', timestamp: '2025-12-07T14:30:22.418Z', level: 3, coin: null },
  ]);
  const csv = await run(['query', '--format=csv', sql], env);
  expect(csv.out).toBe(
    'tick,username,timestamp,level,coin\n1,"dutch ""the"" trader",2025-12-07T14:30:22.418Z,3,\n',
  );
  expect([table.code, json.code, csv.code]).toEqual([0, 0, 0]);
  const none = await run(['query', 'SELECT * FROM ticks WHERE tick > 9', '--format', 'json'], env);
  expect(JSON.parse(none.out)).toEqual([]);
});

it('a mistake is told in words, with a status', async () => {
  const env = { RUGS_DATA_DIR: await temporaryFolder() };
  const wrong = await run(['query', 'SELECT prise FROM ticks'], env);
  expect(wrong.code).toBe(1);
  expect(wrong.err).toMatch(/^recorder query: .*"prise" not found/);
  expect((await run(['query'], env)).code).toBe(2);
  expect((await run(['query', 'SELECT 1', '--format', 'xml'], env)).err).toContain(
    'expected table, json, csv',
  );
  expect((await run(['query', '--help'], env)).code).toBe(0);
});

it('store verify counts by type and day, and says with its status whether all is well', async () => {
  const folder = await stored();
  const env = { RUGS_DATA_DIR: folder, LOG_LEVEL: 'fatal' };
  const good = await run(['store', 'verify', '--json'], env);
  expect(good.code).toBe(0);
  expect(JSON.parse(good.out)).toMatchObject({
    waiting: 0,
    folders: expect.arrayContaining([
      { folder: TICKS, journal: 3, stored: 3, repeated: 0, imported: 0, files: 1, problem: null },
    ]) as unknown,
  });
  const [name = ''] = await filesIn(folder, TICKS);
  await copyFile(
    inStore(
      folder,
      'type=game.end',
      'date=2025-12-07',
      (await filesIn(folder, 'type=game.end/date=2025-12-07'))[0] ?? '',
    ),
    inStore(folder, TICKS, name),
  );
  const bad = await run(['store', 'verify', '--problems'], env);
  expect(bad.code).toBe(1);
  expect(bad.out).toContain('2 events have no row');
  expect((await run(['store', 'mend'], env)).code).toBe(2);
});

it('an event of a type of its own has a view of that name', async () => {
  const folder = await temporaryFolder();
  const raw: Draft = {
    type: 'raw.a/b',
    timestamp: STARTED,
    gameId: null,
    source: 'public',
    data: { payload: { x: 1 } },
  };
  await recordAll(folder, [placeEvent(raw, 'c0de', 1)]);
  await storeAll(folder);
  expect(await rows(folder, `SELECT raw->>'$.data.payload.x' AS x FROM "raw.a/b"`)).toEqual([{ x: '1' }]);
});

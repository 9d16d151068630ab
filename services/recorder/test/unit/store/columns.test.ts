import { EVENT_TYPES, placeEvent, type Draft } from '@vectra/protocol';
import { expect, it } from 'vitest';
import { columnsOf } from '../../../src/store/columns.js';
import { rowOf } from '../../../src/store/eventStore.js';
import { GameScript } from '../../script.js';

const COMMON = ['epoch', 'seq', 'id', 'timestamp', 'game_id', 'source'];

function valuesOf(draft: Draft): Record<string, unknown> {
  const row = rowOf(placeEvent(draft, '8f3a12bc', 7));
  return Object.fromEntries(columnsOf(draft.type).map(({ name, of }) => [name, of(row)]));
}

it('every type begins with what every event has, and ends with its JSON', () => {
  for (const type of [...EVENT_TYPES, 'raw.anything']) {
    const names = columnsOf(type).map(({ name }) => name);
    expect(names.slice(0, 6)).toEqual(COMMON);
    expect(names.at(-1)).toBe('raw');
    expect(new Set(names).size).toBe(names.length);
  }
});

it('a price is the double that was received, and its exact text', () => {
  const types = Object.fromEntries(columnsOf('game.tick').map(({ name, type }) => [name, type]));
  expect(types).toMatchObject({
    price: 'DOUBLE',
    price_exact: 'VARCHAR',
    tick_count: 'BIGINT',
    rugged: 'BOOLEAN',
  });
  const script = new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.0232624314453478, 0.01]);
  expect(valuesOf(script.tick(1))).toMatchObject({
    seq: 7,
    epoch: '8f3a12bc',
    tick_count: 1,
    price: 1.0232624314453478,
    price_exact: '1.0232624314453478',
    backfilled: null,
    trade_count: 2,
  });
});

it('the prices of a sealed game are a list of doubles', () => {
  const script = new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.5, 0.01]);
  expect(columnsOf('game.sealed').find(({ name }) => name === 'prices')?.type).toBe('DOUBLE[]');
  expect(valuesOf(script.sealed()).prices).toEqual([1, 1.5, 0.01]);
});

it('a field that has the name of a common column is told apart', () => {
  const names = columnsOf('connection.status').map(({ name }) => name);
  expect(names.filter((name) => name.endsWith('source'))).toEqual(['source', 'data_source']);
});

it('names are spelled as one expects them in SQL', () => {
  const names = columnsOf('player.update').map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['cumulative_pnl', 'position_qty', 'sidebet_pnl_exact']));
});

it('a time no date can have is stored as the nearest that has one, and its JSON tells it exactly', () => {
  const draft: Draft = {
    type: 'error',
    timestamp: -5,
    gameId: null,
    source: 'public',
    data: { code: 'a', message: 'b' },
  };
  expect(valuesOf(draft)).toMatchObject({ timestamp: 0, code: 'a' });
  expect(valuesOf(draft).raw).toContain('"timestamp":-5');
});

it('what may be null is a column like any other', () => {
  const names = (type: string) => columnsOf(type).map(({ name }) => name);
  expect(names('game.start').slice(6)).toEqual(['server_seed_hash', 'game_version', 'joined_at_tick', 'raw']);
  expect(names('player.trade')).toEqual(
    expect.arrayContaining(['username', 'coin', 'leverage', 'bonus_portion_exact']),
  );
  expect(names('sidebet.result')).toEqual(
    expect.arrayContaining(['bet_id', 'username', 'coin_address', 'tick_index']),
  );
});

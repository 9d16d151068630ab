import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices, SIDEBET_TICKS } from '@vectra/game';
import {
  dayIndex,
  gameRecording,
  sessionName,
  sessionRecording,
  type GameRecording,
  type SessionAction,
  type SessionRecording,
} from '@vectra/protocol';

export const DAY = '2025-12-07';
export const EARLIER_DAY = '2025-12-01';
/** A game that lasts long enough for all the player does in it, one that is over soon, and one without a recording. */
export const GAMES = {
  long: '20251207-1c1ca4cce9ac71e7',
  short: '20251207-2c1ca4cce9ac71e7',
  unknown: '20251207-3c1ca4cce9ac71e7',
} as const;

/** What the player does in the long game, and how it goes. */
export const TICKS = { bet: 3, buy: 12, sell: 30, lose: 3 + SIDEBET_TICKS };

/** Writes a day of games and sessions as the recorder does, and a session of a day before; returns the sessions' names. */
export async function writePlayer(
  dataDir: string,
): Promise<{ session: string; earlier: string; damaged: string }> {
  const long = generated(GAMES.long, `${DAY}T14:30:10.000Z`, (rug) => rug > 120 && rug < 260);
  const short = generated(GAMES.short, `${DAY}T14:35:00.000Z`, (rug) => rug > 10 && rug < 35);
  const session = playerSession(short.meta.rug_tick ?? 0);
  const broken = sessionAt(`${DAY}T18:00:00.000Z`, []);
  const names = await writeDay(dataDir, DAY, { games: [long, short], sessions: [session, broken] });
  const open = sessionAt(`${EARLIER_DAY}T10:00:00.000Z`, []);
  open.meta = { ...open.meta, session_end: null, end_reason: null };
  const [earlier = ''] = await writeDay(dataDir, EARLIER_DAY, { games: [], sessions: [open] });
  const [name = '', damaged = ''] = names;
  await writeFile(join(dataDir, 'recordings', DAY, `sessions/${damaged}_session.json`), '{"meta":');
  return { session: name, earlier, damaged };
}

/** The first game of a row of seeds that rugs as it is wished. */
function generated(id: string, start: string, isWanted: (rugTick: number) => boolean): GameRecording {
  for (let number = 0; ; number += 1) {
    const { prices, rugTick, peakMultiplier } = derivePrices(`a player's game ${number}`, id, 'v3');
    if (!isWanted(rugTick)) continue;
    const seeds = { server_seed_hash: null, server_seed: null, verified: null };
    const length = { duration_ticks: rugTick, rug_tick: rugTick, complete: true, backfilled_ticks: 0 };
    return gameRecording.parse({
      meta: {
        game_id: id,
        start_time: start,
        end_time: null,
        peak_multiplier: peakMultiplier,
        ...seeds,
        ...length,
      },
      prices: [...prices, 0.01],
    });
  }
}

function sessionAt(start: string, actions: SessionAction[]): SessionRecording {
  const end = new Date(Date.parse(start) + 92 * 60_000).toISOString();
  const realized = actions.reduce((sum, { pnl }) => sum + Number(pnl ?? 0), 0);
  return sessionRecording.parse({
    meta: {
      session_id: '8f3a12bc:1',
      part: 1,
      player_id: 'did:privy:dutch',
      username: 'dutch',
      session_start: start,
      session_end: end,
      end_reason: 'disconnected',
    },
    summary: {
      start_balance: '1',
      end_balance: actions.findLast(({ balance_after: known }) => known !== null)?.balance_after ?? '1',
      realized_pnl: realized.toFixed(6),
      games: new Set(actions.map(({ game_id }) => game_id)).size,
      actions: actions.length,
      drifts: 1,
    },
    actions,
  });
}

/** A lost sidebet and a gain in the long game, a won one and a loss at the rug in the short one, a buy in the one without recording. */
function playerSession(rug: number): SessionRecording {
  const { long, short, unknown } = GAMES;
  const { bet, buy, sell, lose } = TICKS;
  const told: [string, number, SessionAction['action'], Partial<SessionAction>][] = [
    [long, bet, 'SIDEBET_PLACE', { amount: '0.01', bet_start_tick: bet, balance_after: '0.99' }],
    [long, buy, 'BUY', { amount: '0.05', qty: '0.04', balance_after: '0.94', position_qty_after: '0.04' }],
    [
      long,
      sell,
      'SELL',
      {
        amount: '0.06',
        qty: '0.04',
        entry_price: '1.25',
        pnl: '0.01',
        balance_after: '1',
        position_qty_after: '0',
      },
    ],
    [long, lose, 'SIDEBET_LOSE', { amount: '0', bet_start_tick: bet, pnl: '-0.01' }],
    [short, 0, 'BUY', { amount: '0.02', qty: '0.02', price: '1', balance_after: '0.98' }],
    [short, 0, 'SIDEBET_PLACE', { amount: '0.01', price: '1', bet_start_tick: 0, balance_after: '0.97' }],
    [
      short,
      rug,
      'FORCED_SELL',
      {
        amount: '0.0002',
        qty: '0.02',
        price: '0.01',
        entry_price: '1',
        pnl: '-0.0198',
        balance_after: '0.9702',
      },
    ],
    [
      short,
      rug,
      'SIDEBET_WIN',
      { amount: '0.05', bet_start_tick: 0, price: '0.01', pnl: '0.04', balance_after: '1.0202' },
    ],
    [unknown, 6, 'BUY', { amount: '0.1', qty: '0.08', balance_after: '0.9202', position_qty_after: '0.08' }],
    [unknown, 25, 'SELL', { amount: '0.12', qty: '0.08', price: '1.5' }],
  ];
  const start = Date.parse(`${DAY}T14:30:00.000Z`);
  const actions = told.map(([game_id, tick, action, more], index) => ({
    id: `8f3a12bc:${10 + index}`,
    timestamp: new Date(start + 10_000 * (index + 1)).toISOString(),
    game_id,
    tick,
    action,
    amount: '0',
    price: '1.25',
    qty: null,
    coin: null,
    bet_start_tick: null,
    balance_after: null,
    position_qty_after: null,
    entry_price: null,
    pnl: null,
    ...more,
  }));
  return sessionAt(new Date(start).toISOString(), actions);
}

interface Day {
  games: readonly GameRecording[];
  sessions: readonly SessionRecording[];
}

async function writeDay(dataDir: string, date: string, { games, sessions }: Day): Promise<string[]> {
  const folder = join(dataDir, 'recordings', date);
  for (const part of ['games', 'sessions']) await mkdir(join(folder, part), { recursive: true });
  const names = sessions.map(({ meta }) =>
    sessionName(Date.parse(meta.session_start), meta.player_id, meta.username),
  );
  const index = dayIndex.parse({
    date,
    games: games.map(({ meta }) => ({ ...meta, file: `games/${meta.game_id}.game.json`, jsonl: null })),
    sessions: sessions.map(({ meta, summary }, number) => ({
      ...meta,
      summary: meta.session_end === null ? null : summary,
      file: `sessions/${names[number] ?? ''}_session.json`,
    })),
  });
  for (const game of games)
    await writeFile(join(folder, `games/${game.meta.game_id}.game.json`), JSON.stringify(game));
  for (const [number, session] of sessions.entries())
    await writeFile(join(folder, `sessions/${names[number] ?? ''}_session.json`), JSON.stringify(session));
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
  return names;
}

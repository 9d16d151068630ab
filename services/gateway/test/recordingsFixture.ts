import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices, hashSeed } from '@vectra/game';
import {
  sessionName,
  type GameRecording,
  type GameSummary,
  type LegacyLine,
  type SessionAction,
  type SessionRecording,
  type SessionSummary,
} from '@vectra/protocol';

/** A game of two ticks. */
export function recordingOf(
  gameId: string,
  startTime: string,
  peak: number,
  more: Partial<GameRecording['meta']> = {},
): GameRecording {
  const hashes = { server_seed_hash: null, server_seed: null, verified: null };
  const length = { duration_ticks: 1, rug_tick: 1, complete: true, backfilled_ticks: 0 };
  const times = { start_time: startTime, end_time: null };
  return {
    meta: { game_id: gameId, ...times, peak_multiplier: peak, ...hashes, ...length, ...more },
    prices: [1, peak],
  };
}

/** A game that was made by the game's algorithm, its seed revealed. */
export function sealedRecording(gameId: string, startTime: string, seed: string): GameRecording {
  const { prices, rugTick, peakMultiplier } = derivePrices(seed, gameId, 'v3');
  const sealed = { server_seed: seed, server_seed_hash: hashSeed(seed), verified: true };
  const length = { duration_ticks: rugTick, rug_tick: rugTick };
  const { meta } = recordingOf(gameId, startTime, peakMultiplier, { ...sealed, ...length });
  return { meta, prices: [...prices, 0.01] };
}

type Lines = Readonly<Record<string, readonly LegacyLine[]>>;

/** Writes a day as the recorder does; without lines a game has no `.jsonl`. */
export async function writeDay(
  dataDir: string,
  date: string,
  recordings: readonly GameRecording[],
  lines: Lines = {},
): Promise<void> {
  const folder = join(dataDir, 'recordings', date);
  await mkdir(join(folder, 'games'), { recursive: true });
  await mkdir(join(folder, 'jsonl'), { recursive: true });
  const games: GameSummary[] = [];
  for (const recording of recordings) {
    const { game_id: id } = recording.meta;
    const file = `games/${id}.game.json`;
    const jsonl = lines[id] === undefined ? null : `jsonl/${id}.jsonl`;
    await writeFile(join(folder, file), JSON.stringify(recording));
    if (jsonl !== null) {
      const text = (lines[id] ?? []).map((line) => `${JSON.stringify(line)}\n`).join('');
      await writeFile(join(folder, jsonl), text);
    }
    games.push({ ...recording.meta, file, jsonl });
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ date, games }));
}

/** Writes games into the folders of the days on which they started. */
export async function writeRecordings(
  dataDir: string,
  recordings: readonly GameRecording[],
  lines: Lines = {},
): Promise<void> {
  const dayOf = ({ meta }: GameRecording): string => meta.start_time.slice(0, 10);
  for (const date of new Set(recordings.map(dayOf))) {
    const ofDay = recordings.filter((each) => dayOf(each) === date);
    await writeDay(dataDir, date, ofDay, lines);
  }
}

/** A session of ann's with one buy; `session_end: null` for one that is open. */
export function sessionOf(start: string, more: Partial<SessionRecording['meta']> = {}): SessionRecording {
  const end = { session_end: '2025-12-31T23:59:59.000Z', end_reason: 'disconnected' } as const;
  const account = { player_id: 'did:privy:ann', username: 'ann' };
  const bought: SessionAction = {
    id: '8f3a12bc:7',
    timestamp: start,
    game_id: '20251207-1c1ca4cce9ac71e7',
    tick: 9,
    action: 'BUY',
    amount: '0.05',
    price: '1.25',
    qty: '0.04',
    coin: null,
    bet_start_tick: null,
    balance_after: '0.95',
    position_qty_after: '0.04',
    entry_price: null,
    pnl: null,
  };
  const balances = { start_balance: '1', end_balance: '0.95', realized_pnl: '0' };
  return {
    meta: { session_id: '8f3a12bc:1', part: 1, ...account, session_start: start, ...end, ...more },
    summary: { ...balances, games: 1, actions: 1, drifts: 0 },
    actions: [bought],
  };
}

/** Writes a day that has sessions only, as the recorder does; returns their names. */
export async function writeSessions(
  dataDir: string,
  date: string,
  sessions: readonly SessionRecording[],
): Promise<string[]> {
  const folder = join(dataDir, 'recordings', date);
  await mkdir(join(folder, 'sessions'), { recursive: true });
  const listed: SessionSummary[] = [];
  for (const recording of sessions) {
    const { meta, summary } = recording;
    const name = sessionName(Date.parse(meta.session_start), meta.player_id, meta.username);
    const file = `sessions/${name}_session.json`;
    await writeFile(join(folder, file), JSON.stringify(recording));
    listed.push({ ...meta, summary: meta.session_end === null ? null : summary, file });
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ date, games: [], sessions: listed }));
  return listed.map(({ file }) => file.slice('sessions/'.length, -'_session.json'.length));
}

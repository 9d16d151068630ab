import { phaseAt } from '@vectra/game';
import {
  recordingNames,
  type Backfill,
  type EventData,
  type EventOf,
  type GameRecording,
  type LegacyLine,
  type TickSpan,
} from '@vectra/protocol';
import { isDatable, type Game, type GameEvent } from './book.js';

/** What one game's files hold: a function of the game's events alone, so equal journals give equal files. */
export interface GameFiles {
  gameId: string;
  /** `date` is the day's folder; the other names are relative to it. */
  names: ReturnType<typeof recordingNames>;
  recording: GameRecording;
  lines: LegacyLine[];
}

/** A tick as it was first seen. */
interface Row extends Pick<
  EventData<'game.tick'>,
  'phase' | 'active' | 'rugged' | 'cooldownTimer' | 'tradeCount'
> {
  tick: number;
  price: number;
  /** Unix ms at which the tick became known. */
  timestamp: number;
  /** By what it became known; null: it was received live. */
  backfilled: Backfill['by'] | null;
}

interface Known {
  game: Game;
  /** Unix ms. */
  startedAt: number;
  endedAt: number | null;
  rugTick: number | null;
  /** The known ticks up to the rug, ascending. */
  rows: readonly Row[];
  /** Every tick from 0 to the rug is known. */
  complete: boolean;
  peak: number;
}

/** Derives a game's files; undefined when no tick of it is known, for then there is nothing to record. */
export function recordGame(game: Game): GameFiles | undefined {
  const startedAt = game.events[0]?.timestamp;
  const rugTick = rugTickOf(game.events);
  const rows = rowsOf(game.events, rugTick);
  if (startedAt === undefined || rows.length === 0) return undefined;
  const known: Known = {
    game,
    startedAt,
    endedAt: endOf(game.events),
    rugTick,
    rows,
    complete: rugTick !== null && rows.length === rugTick + 1,
    peak: rows.reduce((peak, { price }) => Math.max(peak, price), 0),
  };
  return {
    gameId: game.id,
    names: recordingNames(game.id, startedAt),
    recording: toRecording(known),
    lines: toLines(known),
  };
}

/** Prices come from ticks, and from a seal that states every one. The first sight of a tick stands. */
function rowsOf(events: readonly GameEvent[], rugTick: number | null): Row[] {
  const rows = new Map<number, Row>();
  for (const event of events) {
    for (const row of sightsIn(event, rugTick)) {
      if ((rugTick === null || row.tick <= rugTick) && !rows.has(row.tick)) rows.set(row.tick, row);
    }
  }
  return [...rows.values()].sort((a, b) => a.tick - b.tick);
}

function sightsIn({ type, timestamp, data }: GameEvent, rugTick: number | null): Row[] {
  if (type === 'game.sealed' && data.complete) {
    return data.prices.map((price, tick) => backfilledRow({ tick, price, timestamp, rugTick, by: 'seed' }));
  }
  if (type !== 'game.tick') return [];
  const { tickCount: tick, price, backfilled, ...state } = data;
  if (backfilled !== undefined) return [backfilledRow({ tick, price, timestamp, rugTick, by: backfilled })];
  return [{ tick, price: Number(price), timestamp, backfilled: null, ...state }];
}

/** A backfilled tick comes as a bare price: its state is the one it can only have had, and its trades are unknown. */
function backfilledRow(sight: {
  tick: number;
  price: string;
  timestamp: number;
  rugTick: number | null;
  by: Backfill['by'];
}): Row {
  const { tick, price, timestamp, rugTick, by } = sight;
  const rugged = tick === rugTick;
  const state = { phase: phaseAt(tick, rugTick), active: true, rugged, cooldownTimer: 0, tradeCount: null };
  return { tick, price: Number(price), timestamp, backfilled: by, ...state };
}

/** As the end states it, else the first rug frame, else the seal. */
function rugTickOf(events: readonly GameEvent[]): number | null {
  let fromTick: number | null = null;
  let fromSeal: number | null = null;
  for (const { type, data } of events) {
    if (type === 'game.end' && data.rugTick !== null) return data.rugTick;
    if (type === 'game.tick' && data.rugged) fromTick ??= data.tickCount;
    if (type === 'game.sealed' && data.complete && data.prices.length > 0)
      fromSeal ??= data.prices.length - 1;
  }
  return fromTick ?? fromSeal;
}

/** The seal that says most: a verdict on the prices stands against a later seal that compared none. */
function sealOf(events: readonly GameEvent[]): EventData<'game.sealed'> | undefined {
  const seals = events.filter((event) => event.type === 'game.sealed').map(({ data }) => data);
  return seals.findLast(({ verdict }) => verdict !== 'hash-only') ?? seals.at(-1);
}

/** The rug as it was seen; for a game lost sight of the end the upstream stated later, else when it was lost. */
function endOf(events: readonly GameEvent[]): number | null {
  const ends = events.filter((event) => event.type === 'game.end');
  const rug = ends.find(({ data }) => data.reason === 'rugged');
  const stated = sealOf(events)?.endedAt ?? null;
  if (rug !== undefined) return rug.timestamp;
  return stated !== null && isDatable(stated) ? stated : (ends.at(-1)?.timestamp ?? null);
}

const VERIFIED = { verified: true, mismatch: false, 'hash-only': null } as const;

function toRecording({ game, rows, ...known }: Known): GameRecording {
  const firstHole = rows.findIndex(({ tick }, index) => tick !== index);
  const unbroken = firstHole === -1 ? rows : rows.slice(0, firstHole);
  const starts = game.events.filter(
    (event): event is EventOf<'game.start'> & { gameId: string } => event.type === 'game.start',
  );
  const seal = sealOf(game.events);
  const backfills = backfillsOf(rows);
  const missing = missingOf(rows, known.rugTick);
  return {
    meta: {
      game_id: game.id,
      start_time: isoTime(known.startedAt),
      end_time: known.endedAt === null ? null : isoTime(known.endedAt),
      duration_ticks: Math.max(0, unbroken.length - 1),
      peak_multiplier: known.peak,
      server_seed_hash:
        starts.map(({ data }) => data.serverSeedHash).find((hash) => hash !== null) ??
        seal?.serverSeedHash ??
        null,
      server_seed: seal?.serverSeed ?? null,
      verified: seal === undefined ? null : VERIFIED[seal.verdict],
      rug_tick: known.rugTick,
      complete: known.complete,
      backfilled_ticks: rows.filter(({ backfilled }) => backfilled !== null).length,
    },
    prices: unbroken.map(({ price }) => price),
    ...(backfills.length === 0 ? {} : { backfills }),
    ...(missing.length === 0 ? {} : { missing }),
  };
}

function backfillsOf(rows: readonly Row[]): Backfill[] {
  const backfills: Backfill[] = [];
  for (const { tick, backfilled: by } of rows) {
    const last = backfills.at(-1);
    if (by === null) continue;
    if (last?.by === by && last.to === tick - 1) last.to = tick;
    else backfills.push({ from: tick, to: tick, by });
  }
  return backfills;
}

function missingOf(rows: readonly Row[], rugTick: number | null): TickSpan[] {
  const missing: TickSpan[] = [];
  let next = 0;
  for (const { tick } of rows) {
    if (tick > next) missing.push({ from: next, to: tick - 1 });
    next = tick + 1;
  }
  return rugTick !== null && rugTick >= next ? [...missing, { from: next, to: rugTick }] : missing;
}

function toLines({ game, rows, ...known }: Known): LegacyLine[] {
  const game_id = game.id;
  const ended = known.endedAt ?? game.events.at(-1)?.timestamp ?? known.startedAt;
  let trades = 0;
  const ticks = rows.map((row): LegacyLine => {
    // Without a count of its own a tick stands at that of the nearest tick before it.
    trades = row.tradeCount ?? trades;
    const { tick, price, phase, active, rugged } = row;
    const state = {
      tick,
      price,
      phase,
      active,
      rugged,
      cooldown_timer: row.cooldownTimer,
      trade_count: trades,
    };
    return { type: 'tick', timestamp: legacyTime(row.timestamp), game_id, ...state };
  });
  return [
    { type: 'game_start', timestamp: legacyTime(known.startedAt), game_id },
    ...ticks,
    {
      type: 'game_end',
      timestamp: legacyTime(ended),
      game_id,
      total_ticks: rows.length,
      tick_range: [rows[0]?.tick ?? 0, rows.at(-1)?.tick ?? 0],
      price_range: [rows.reduce((low, { price }) => Math.min(low, price), Infinity), known.peak],
      peak_price: known.peak,
      final_price: rows.at(-1)?.price ?? 0,
      status: known.complete ? 'complete' : 'incomplete',
    },
  ];
}

/** Unix ms -> `2025-12-07T14:30:22.118Z` */
function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Unix ms -> `2025-12-07T14:30:22.118000`: UTC without saying so, in microseconds, as the first recorders wrote. */
function legacyTime(ms: number): string {
  return `${isoTime(ms).slice(0, -1)}000`;
}

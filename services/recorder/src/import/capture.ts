import { isCount, isGameId, isTick } from './legacy.js';
import { seedsIn, type Seed } from './seeds.js';
import type { BackfillSource, Sight } from './gathered.js';

/** What one frame of a raw capture says of games. */
export interface FrameWords {
  gameId: string;
  /** Unix ms. */
  at: number;
  /** The frame's own tick first, then earlier ones it repeats. */
  sights: Sight[];
  seeds: [gameId: string, seed: Seed][];
  serverSeedHash: string | null;
  version: string | null;
}

/** Whether a line is one of a raw capture: `{"seq","ts","event","data"[,"source","direction"]}`. */
export function isCaptured(row: Record<string, unknown>): boolean {
  return typeof row.event === 'string' && 'ts' in row;
}

/**
 * Reads the line of a `gameStateUpdate`; undefined for every other line, and for what the client sent. Only the prices, the
 * rug and the seeds are taken: the recordings hold no more.
 */
export function readFrame(row: Record<string, unknown>, at: number): FrameWords | undefined {
  if (row.event !== 'gameStateUpdate' || row.direction === 'sent') return undefined;
  const frame = objectOf(Array.isArray(row.data) ? row.data.at(-1) : row.data);
  if (frame === undefined || !isGameId(frame.gameId)) return undefined;
  const fair = objectOf(frame.provablyFair);
  return {
    gameId: frame.gameId,
    at,
    sights: frame.active === true ? sightsOf(frame, frame.gameId, at) : [],
    // Entries are found by id: the newest may still be the game before.
    seeds: [...seedsIn(frame.gameHistory)].filter(([id]) => isGameId(id)),
    serverSeedHash: typeof fair?.serverSeedHash === 'string' ? fair.serverSeedHash : null,
    version: typeof frame.gameVersion === 'string' ? frame.gameVersion : null,
  };
}

function sightsOf(frame: Record<string, unknown>, gameId: string, at: number): Sight[] {
  const { tickCount, price, rugged, tradeCount: trades } = frame;
  if (!isTick(tickCount) || !isPrice(price)) return [];
  // The first frame of a rug is short; every later one carries the history, and so does the first after a reconnect.
  const kind = rugged !== true ? 'play' : 'gameHistory' in frame ? 'echo' : 'rug';
  const tradeCount = isCount(trades) ? trades : null;
  const own: Sight = { gameId, at, tick: tickCount, price, kind, tradeCount };
  if (kind === 'echo') return [own];
  return [own, ...repeated(frame, own)];
}

/** The ticks before its own that a frame repeats: the last five, or after a connect every one. */
function repeated(frame: Record<string, unknown>, own: Sight): Sight[] {
  const snapshot = Array.isArray(frame.prices) ? Object.entries(frame.prices) : [];
  const window = Object.entries(objectOf(objectOf(frame.partialPrices)?.values) ?? {});
  const from = (entries: [string, unknown][], backfilled: BackfillSource): Sight[] =>
    entries.flatMap(([key, price]) => {
      const tick = Number(key);
      if (!isTick(tick) || tick >= own.tick || !isPrice(price)) return [];
      return [{ ...own, kind: 'play', tick, price, tradeCount: null, backfilled }];
    });
  return [...from(snapshot, 'snapshot'), ...from(window, 'partialPrices')];
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

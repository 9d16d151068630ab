import { hashSeed, phaseAt, type SeedCheck } from '@vectra/game';
import { placeEvent, toDecimal, type Draft, type Event, type EventData } from '@vectra/protocol';
import type { GatheredGame, Tick } from './gathered.js';
import type { Seed } from './seeds.js';

/** Events of a recording have no place in a log; within the game they are numbered from 1. */
const NO_EPOCH = '0000';

/** A seed and what it says of the game. */
export interface Seal {
  seed: Seed;
  check: SeedCheck;
}

/** The game as the feed would have told it; no events when no tick of it is known. */
export function toEvents(game: GatheredGame, seal?: Seal): Event[] {
  const { id: gameId, rug, startedAt } = game;
  if (startedAt === undefined) return [];
  const ticks = [...game.ticks].filter(([tick]) => rug === undefined || tick <= rug.tick);
  ticks.sort(([a], [b]) => a - b);
  const heardAt = game.heardAt ?? startedAt;
  const drafts: Draft[] = [
    draft('game.start', startedAt, {
      serverSeedHash: game.serverSeedHash,
      gameVersion: game.version,
      joinedAtTick: ticks[0]?.[0] ?? 0,
    }),
    ...ticks.map(([tick, known]) => draft('game.tick', known.at, tickOf(game, tick, known))),
    draft('game.end', rug?.at ?? heardAt, endOf(game)),
  ];
  if (seal) drafts.push(draft('game.sealed', seal.seed.endedAt ?? heardAt, sealOf(game, seal)));
  return drafts.map((each, index) => placeEvent({ ...each, gameId }, NO_EPOCH, index + 1));
}

function tickOf(game: GatheredGame, tick: number, { tradeCount, backfilled }: Tick): EventData<'game.tick'> {
  const rugTick = game.rug?.tick ?? null;
  const [rugged, phase] = [tick === rugTick, phaseAt(tick, rugTick)];
  const price = toDecimal(game.prices.get(tick) ?? 0);
  const state = { tickCount: tick, price, active: true, rugged, phase, cooldownTimer: 0, tradeCount };
  return backfilled === undefined ? state : { ...state, backfilled };
}

/** A rug that only the seed tells of was not seen. */
function endOf({ rug, prices, lastTick }: GatheredGame): EventData<'game.end'> {
  const rugPrice = rug && prices.get(rug.tick);
  return {
    reason: typeof rug?.at === 'number' ? 'rugged' : 'interrupted',
    rugTick: rug?.tick ?? null,
    rugPrice: rugPrice === undefined ? null : toDecimal(rugPrice),
    peakMultiplier: toDecimal(prices.peak),
    tickCount: Math.max(0, lastTick),
  };
}

function sealOf({ rug, prices }: GatheredGame, { seed, check }: Seal): EventData<'game.sealed'> {
  return {
    serverSeed: seed.serverSeed,
    serverSeedHash: seed.serverSeedHash ?? hashSeed(seed.serverSeed),
    verdict: check.verdict,
    complete: rug !== undefined && prices.isComplete(rug.tick),
    prices: prices.contiguous().map(toDecimal),
    peakMultiplier: null,
    endedAt: seed.endedAt,
  };
}

type Named = 'game.start' | 'game.tick' | 'game.end' | 'game.sealed';

function draft<T extends Named>(type: T, timestamp: number, data: EventData<T>): Draft {
  return { type, timestamp, gameId: null, source: 'replay', data } as Draft;
}
